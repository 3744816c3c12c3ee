/* The inside of struct image, for the files of this folder only.
 *
 * Each member is filled once, in the order in which image_load calls the
 * loaders below, and is read-only from then on. */
#ifndef TORNWORD_SIM_IMAGE_OBJECT_H
#define TORNWORD_SIM_IMAGE_OBJECT_H

#include <libelf.h>

#include "sim/image/arena.h"
#include "sim/image/image.h"

enum { VECTOR_WORDS = 256, SHA256_BYTES = 32 };

struct section {
  const char *name;
  uint32_t address;
  uint32_t size;
  uint32_t type;  /* SHT_ */
  uint32_t flags; /* SHF_ */
};

struct symbol {
  const char *name; /* demangled */
  const char *raw;  /* as in the symbol table */
  uint32_t address; /* Thumb bit cleared in functions */
  uint32_t size;
  uint16_t section; /* index in image.sections */
  uint8_t type;     /* STT_ */
  uint8_t binding;  /* STB_ */
};

struct function_entry {
  struct function function;
  const char *raw;     /* name in the symbol table; NULL if from DWARF */
  uint32_t preference; /* among names of one address the lowest is shown */
};

/* A row of the line table: in force from its address to the next row's. */
struct line_row {
  uint32_t address;
  uint32_t line;    /* 0: code without a source line */
  const char *file; /* NULL: unknown */
  uint32_t order;   /* in the line program */
  uint16_t column;
  bool end; /* behind the last byte of a sequence: nothing is known here */
};

struct line_table {
  struct line_row *rows; /* by address, then end first, then order */
  size_t count, capacity;
};

/* Code of one function or of one inlined copy. */
struct span {
  const char *name;
  uint32_t low;
  uint32_t high;
  uint32_t depth;        /* 0: not inlined */
  uint32_t outer;        /* index of the span around it, or UINT32_MAX */
  const char *call_file; /* where it was inlined */
  uint32_t call_line;
  uint32_t call_column;
};

struct span_table {
  struct span *spans; /* by low, then outer before inner */
  size_t count, capacity;
};

/* What stands behind a struct variable. */
struct variable_detail {
  const struct type *type;
  uint32_t offset; /* of the variable's first byte within the type (pieces) */
};

struct image {
  struct arena arena;
  const char *path;
  uint8_t *file;
  size_t file_size;
  uint8_t sha256[SHA256_BYTES];
  char sha256_text[2 * SHA256_BYTES + 1];

  enum image_format format;
  uint8_t *content;    /* what the segments point into; NULL: into the file (ELF) */
  uint32_t uf2_family; /* 0: none */
  bool has_entry;
  uint32_t entry; /* address at which the file says that the program begins */

  struct segment *segments;
  size_t segment_count;
  struct section *sections; /* as in the file, index 0 included */
  size_t section_count;
  struct symbol *symbols; /* by address */
  size_t symbol_count, symbol_capacity;
  bool has_symbols;
  uint32_t stack_limit; /* of a symbol that says so; 0: there is none */
  const char *stack_limit_name;

  enum core core;
  const char *core_source;
  uint32_t vectors;
  const char *vectors_source;
  uint32_t vector_words[VECTOR_WORDS];
  size_t vector_count;

  const char *irq_names[IMAGE_IRQ_NAMES];

  struct line_table lines;
  struct span_table spans;
  struct function_entry *functions; /* by address, then preference */
  size_t function_count, function_capacity;

  struct variable *variables; /* by address */
  struct variable_detail *details;
  size_t variable_count, variable_capacity, detail_capacity;
  struct variable *vanished; /* by name */
  size_t vanished_count, vanished_capacity;
  uint32_t *owners; /* first instructions of functions with static locals, ascending */
  size_t owner_count;
  struct leaf *leaves;
  size_t leaf_capacity;
  struct leaf_table table;

  const char **notes;
  size_t note_count, note_capacity;
};

struct dies;

/* file.c: the bytes and their digest; file_check refuses an ELF file that is no
 * Arm image. */
bool file_read(struct image *image, struct error *error);
bool file_check(const struct image *image, struct error *error);

/* elf.c: sections and segments. */
bool elf_segments(struct image *image, struct error *error);
void elf_sections(struct image *image, Elf *elf);
/* The allocated section that holds [address, address + size), or NULL. */
const struct section *elf_section_at(const struct image *image, uint32_t address,
                                     uint32_t size);
/* Whether the program may write there. */
bool elf_is_writable(const struct image *image, uint32_t address);
/* Whether code may stand there. */
bool elf_is_code(const struct image *image, uint32_t address);
/* The little-endian word at a physical address; false outside the file's bytes. */
bool elf_word(const struct image *image, uint32_t address, uint32_t *word);
/* The load address of what runs at `address`. */
uint32_t elf_physical(const struct image *image, uint32_t address);

/* attributes.c: which core the image was built for. Refuses application cores. */
bool attributes_core(struct image *image, Elf *elf, const struct image_options *options,
                     struct error *error);

/* symbols.c */
void symbols_load(struct image *image, Elf *elf);
/* Index of the first symbol at or above the address. */
size_t symbols_from(const struct image *image, uint32_t address);
/* Whether `name` is the symbol's, a local copy's ("id.0") included. */
bool symbol_is_named(const struct symbol *symbol, const char *name);
/* Whether DWARF speaks of code that the linker dropped: it then starts at 0,
 * where no function is, or outside of all code. */
bool symbols_drop_code(const struct image *image, uint64_t low);

/* functions.c: after the symbols and spans. */
void functions_load(struct image *image);
void functions_learn(struct image *image, const uint32_t *starts, size_t count);

/* vectors.c */
bool vectors_find(struct image *image, const struct image_options *options,
                  struct error *error);

/* lines.c, spans.c, variables.c: from DWARF; `dies` NULL where there is none. */
void lines_load(struct image *image, struct dies *dies, Elf *elf);
/* The row in force at pc, or NULL. Without a source line of its own it is the
 * last one before that has one, not below `low`. */
const struct line_row *lines_at(const struct line_table *lines, uint32_t pc, uint32_t low);
/* Index of the last span that starts at or below pc, or UINT32_MAX. */
uint32_t spans_before(const struct span_table *spans, uint32_t pc);
void spans_load(struct image *image, struct dies *dies);
void variables_load(struct image *image, struct dies *dies);
void variables_learn(struct image *image, const struct datum *data, size_t count);
/* statics.c: after variables and functions. */
void statics_load(struct image *image);
/* A symbol that may name the end of the stack. */
void stack_limit_note(struct image *image, const char *name, uint32_t address);
/* vanished.c: after the variables. */
void vanished_load(struct image *image, struct dies *dies);

/* image.c */
void image_note(struct image *image, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
