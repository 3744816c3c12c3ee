/* A firmware image, understood: bytes, vectors, symbols, variables, lines.
 *
 * Loaded once, never changed afterwards (rule 1); several machines may borrow
 * it. All strings and arrays that it hands out belong to the image and live as
 * long as it does, unless a function says that the caller frees. Function
 * addresses have bit 0 (Thumb) cleared everywhere. */
#ifndef TORNWORD_SIM_IMAGE_IMAGE_H
#define TORNWORD_SIM_IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/core.h"
#include "sim/error.h"
#include "sim/leaf.h"

struct image;

enum { IMAGE_IRQ_NAMES = 240 };

struct image_options {
  bool has_core; /* --core: overrides the build attributes */
  enum core core;
  bool has_vtor; /* --vtor: address of the vector table */
  uint32_t vtor;
  bool has_base; /* --base: address of a raw image's first byte */
  uint32_t base;
  const char *symbols; /* --symbols: ELF file with the names of a hex or raw image */
  /* From a chip's description rather than the user: where the image does not need
   * them they are no mistake. */
  bool base_is_default;
  bool symbols_are_default;
  const char *core_source;      /* who says the core; NULL: --core */
  const char *const *irq_names; /* IMAGE_IRQ_NAMES of them, each may be NULL; or NULL */
};

/* Reads ELF (32-bit little-endian Arm), Intel HEX, S-records, UF2, DFU and raw
 * files; the content says which it is. Refuses, with one line that says what is
 * wrong and what would be right: a file that is missing, empty, truncated,
 * damaged, for another machine, without bytes to load, without a vector table,
 * or whose vector table cannot be one (initial SP or reset vector implausible:
 * "all zeros"). NULL options mean all defaults. */
struct image *image_load(const char *path, const struct image_options *options,
                         struct error *error);
void image_destroy(struct image *image);

/* As given to image_load. */
const char *image_path(const struct image *image);
/* Of the file's bytes; 32 bytes, and the same as 64 lower-case hex digits. */
const uint8_t *image_sha256(const struct image *image);
const char *image_sha256_text(const struct image *image);
enum image_format {
  FORMAT_IS_ELF,
  FORMAT_IS_IHEX,
  FORMAT_IS_SREC,
  FORMAT_IS_UF2,
  FORMAT_IS_DFU,
  FORMAT_IS_RAW
};
enum image_format image_format(const struct image *image);
const char *image_format_name(enum image_format format); /* "Intel HEX" */
/* From --core, else the build attributes, else a guess (image_core_source). */
enum core image_core(const struct image *image);
/* "--core", "build attributes (Tag_CPU_name: cortex-m3)", "assumed: ...". */
const char *image_core_source(const struct image *image);

/* What a programmer would write to the part: PT_LOAD segments with file bytes,
 * at their physical address, sorted. Other formats than ELF know one address
 * only, and not what is code: all of it may be. */
struct segment {
  uint32_t address;     /* p_paddr: where the bytes are at reset */
  uint32_t size;        /* bytes in the file */
  uint32_t run_address; /* p_vaddr: where the program finds them (.data: RAM) */
  uint32_t memory_size; /* p_memsz, at run_address */
  const uint8_t *bytes; /* NULL if size is 0 (.bss) */
  bool writable;
  bool executable;
};
size_t image_segments(const struct image *image, const struct segment **segments);

/* The vector table: address, how it was found ("section .isr_vector", "symbol
 * __Vectors", "entry point", "--vtor"), and its words as far as they are in the
 * image (at least 2, at most 256). */
uint32_t image_vectors(const struct image *image);
const char *image_vectors_source(const struct image *image);
size_t image_vector_words(const struct image *image, const uint32_t **words);

/* Functions, from the symbol table and DWARF. */
struct function {
  const char *name; /* demangled */
  uint32_t low;     /* first byte */
  uint32_t high;    /* behind the last byte; 0-sized symbols reach to the next */
  bool from_run;    /* known from calls alone (image_learn): the name is made up */
};
/* NULL where no function is known. */
const struct function *image_function_at(const struct image *image, uint32_t pc);
/* The first function that begins at or above an address; NULL: there is none. */
const struct function *image_function_from(const struct image *image, uint32_t address);
/* Exact demangled name, else exact symbol name; NULL if none. */
const struct function *image_function_named(const struct image *image, const char *name);

/* Where a pc comes from in the source, innermost inlined frame first. Frames of
 * the language's own library (Rust's core and alloc) stand in the list marked
 * library, so that a report can show the innermost frame of the user's. */
struct source_frame {
  const char *function; /* demangled; NULL if unknown */
  const char *file;     /* as in the line table, made readable; NULL if unknown */
  uint32_t line;        /* 0 if unknown */
  uint32_t column;      /* 0 if unknown */
  bool library;
};
/* Fills at most `max` frames, returns how many there are (0 without DWARF). */
size_t image_frames_at(const struct image *image, uint32_t pc, struct source_frame *frames,
                       size_t max);
/* The innermost frame that is not library; false without line information. */
bool image_line_at(const struct image *image, uint32_t pc, struct source_frame *frame);
/* Address of the first row of the line table behind pc; UINT32_MAX: there is none. Code
 * begins there. */
uint32_t image_row_behind(const struct image *image, uint32_t pc);
/* Whether the instruction is an access that the source asks for as such: it stands in, or
 * was inlined from, Rust's volatile or atomic operations, or C++'s std::atomic. */
bool image_is_deliberate(const struct image *image, uint32_t pc);
/* Whether the instruction is of a loop of at most a few instructions that access no
 * memory and write no register: only an interrupt does anything there. */
bool image_loops_blindly(const struct image *image, uint32_t pc);
/* The text of a source line, without its newline, or NULL if the file is not
 * there. The file is searched as named, and then relative to the current
 * directory by dropping leading directories. Caller frees. */
char *image_source_line(const struct image *image, const char *file, uint32_t line);

/* Variables with storage in the image: statics of any scope, C and Rust. */
struct variable {
  const char *name; /* qualified: "X", "next_id::id", "mutex::COUNTER" */
  const char *type; /* in words: "volatile enum Enum", "uint32_t [4]", "u64" */
  const char *file; /* of the declaration; NULL if unknown */
  uint32_t line;
  uint32_t address;
  uint32_t size;
  uint32_t first_leaf; /* index of its first leaf */
  uint32_t leaf_count;
  bool from_symbol; /* no DWARF: name and size from the symbol table only */
  bool from_run;    /* neither: bytes that a run accesses as one (image_learn) */
};
size_t image_variables(const struct image *image, const struct variable **variables);

/* Statics of the source for which the compiler left no storage, and so no
 * access either: no run can show a race on them. By name; address and leaves
 * are 0. */
size_t image_vanished(const struct image *image, const struct variable **variables);

/* The typed leaves. word_base and word_count are 0 here: RAM is the machine's. */
const struct leaf_table *image_leaves(const struct image *image);
/* Index of the typed leaf covering this byte, or LEAF_NONE. */
uint32_t image_leaf_at(const struct image *image, uint32_t address);
/* "X.member[2]"; an untyped word: "symbol+0x10" or "0x20000010". `leaf` may be
 * an untyped index of `table`. Caller frees. */
char *image_leaf_name(const struct image *image, const struct leaf_table *table, uint32_t leaf);

/* Where the bit-field of this name (of the member alone) lies in a leaf of bit-fields. */
struct bit_field {
  uint8_t first, bits; /* from the leaf's lowest bit */
  bool is_signed;
};
bool image_bit_field(const struct image *image, const struct leaf_table *table, uint32_t leaf,
                     const char *name, struct bit_field *field);
/* The same with array indices dropped ("X.member[]"): for identities. Caller frees. */
char *image_leaf_key(const struct image *image, const struct leaf_table *table, uint32_t leaf);
/* "enum Enum", "uint64_t", "word of memory". Borrowed. */
const char *image_leaf_type(const struct image *image, const struct leaf_table *table,
                            uint32_t leaf);
/* The enumerator with this value ("Enum::A", "IDLE"), or NULL. Borrowed. */
const char *image_value_name(const struct image *image, const struct leaf_table *table,
                             uint32_t leaf, uint64_t value);
/* Nearest symbol at or below an address: "name" or "name+0x12", else NULL.
 * Caller frees. */
char *image_symbol_text(const struct image *image, uint32_t address);
/* Name of an exception: "thread mode", "NMI", "SysTick", "IRQ 5 (UART0_Handler)"
 * by the vector table's symbol. Caller frees. */
char *image_exception_name(const struct image *image, unsigned exception);

/* The lowest address that the main stack may reach, when it begins at `top` (the
 * vector table's first word); 0 if the image does not say. `source`, if not NULL,
 * is given how it is known ("symbol __stack_limit", "end of the variable buffer"). */
uint32_t image_stack_limit(const struct image *image, uint32_t top, const char **source);

/* Whether a function with static locals begins there. */
bool image_has_statics(const struct image *image, uint32_t pc);

/* What could not be understood, one line each ("no DWARF: ..."). */
size_t image_notes(const struct image *image, const char *const **notes);

/* What a run shows of an image without debug information: where functions begin,
 * and which bytes are accessed as one. */
struct datum {
  uint32_t address;
  uint32_t size; /* 1, 2 or 8 */
};
struct discovery {
  uint32_t *functions; /* first bytes, ascending, without bit 0 */
  size_t function_count;
  struct datum *data; /* by address, without overlaps */
  size_t datum_count;
};
bool image_has_debug(const struct image *image);
/* The last step of loading, if there is no debug information: for whom has the
 * image to itself, before anyone borrows it. Adds what nothing else names:
 * functions ("sub_08000124") and variables ("0x20000010"). */
void image_learn(struct image *image, const struct discovery *discovery);

#endif
