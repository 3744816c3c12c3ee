/* What stands around the core: memory, registers, names of interrupts, what is
 * skipped or answered. From a chip's file (chips/), --config and SVD files.
 *
 * Files are read one after the other into one board; what comes later wins.
 * board_finish makes the tables that a machine borrows, which then live as long
 * as the board. docs/chips.md describes the keys. */
#ifndef TORNWORD_SIM_BOARD_BOARD_H
#define TORNWORD_SIM_BOARD_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/claim.h"
#include "sim/core.h"
#include "sim/error.h"
#include "sim/image/arena.h"
#include "sim/image/image.h"
#include "sim/machine/config.h"
#include "sim/machine/registers.h"

enum { BOARD_IRQS = IMAGE_IRQ_NAMES };

/* A function that is not run, or an address at which the run ends: by symbol
 * until the image is known. */
struct board_stub {
  const char *symbol; /* NULL: address */
  uint32_t address;
  enum stub_kind kind;
  bool has_value;
  uint32_t value;
  uint32_t value_of; /* as in struct code_stub */
  const char *where; /* "FILE:LINE" */
};

/* A name that the board gives to code, where the image has none. */
struct board_symbol {
  const char *name;
  uint32_t address;
};

struct board {
  struct arena arena;
  const char *name;
  const char *core_source; /* "the description of NAME" */
  const char *summary;
  bool has_core;
  enum core core;
  uint32_t priority_bits; /* 0: not said */
  bool has_vtor;
  uint32_t vtor;
  const char *symbols;
  const char *irq_names[BOARD_IRQS];
  uint32_t absent_irqs[CONFIG_IRQ_WORDS];
  bool runs_on; /* exit_at does not count */

  struct memory_part *parts;
  size_t part_count, part_capacity;
  struct register_model *models;
  size_t model_count, model_capacity;
  struct register_effect *effects;
  size_t effect_count, effect_capacity;
  struct register_line *lines;
  size_t line_count, line_capacity;
  uint32_t *at_reset;
  size_t at_reset_count, at_reset_capacity;
  struct board_stub *stubs;
  size_t stub_count, stub_capacity;
  struct board_symbol *names;
  size_t name_count, name_capacity;
  struct input_range *inputs;
  size_t input_count, input_capacity;
  struct claim *claims; /* for sim/explore/claims.h */
  size_t claim_count, claim_capacity;
  uint32_t group_count;
  struct register_set registers; /* after board_finish */
  struct stimulus stimulus;      /* likewise */
  bool has_stimulus;
  struct code_stub *code_stubs; /* after board_apply */

  const char **notes;
  size_t note_count, note_capacity;
  unsigned depth; /* of include */
};

struct board *board_create(void);
void board_destroy(struct board *board); /* NULL is allowed */

/* Reads a YAML file into the board. What it does not understand is noted with
 * its line; what has the wrong type is refused. */
bool board_read(struct board *board, const char *path, struct error *error);

/* The same sections where they stand in a scenario: in item `index` of its list
 * programs. Its other keys are the scenario's own. */
bool board_read_program(struct board *board, const char *path, size_t index,
                        struct error *error);

/* Reads chips/NAME.yaml of `directory`; the refusal lists what there is. */
bool board_read_chip(struct board *board, const char *name, const char *directory,
                     struct error *error);
/* Names of the chips there, sorted; the caller frees each and the list. */
size_t board_chips(const char *directory, char ***names);

/* Reads a CMSIS-SVD file: names and numbers of interrupts, reset values. */
bool board_read_svd(struct board *board, const char *path, struct error *error);

/* Adds registers that take input, as --input-registers lists them. */
bool board_add_inputs(struct board *board, const char *list, struct error *error);

/* Nothing may be read after this. The bytes are a stimulus; NULL: there is none. */
void board_finish(struct board *board, const uint8_t *input, size_t input_size);

/* What the board says about how an image is read: core, vectors, base of the raw
 * file `path`, symbols, names. What is given already stays. */
void board_image_options(const struct board *board, const char *path,
                         struct image_options *options);

/* Lays the board over a configuration, with the image's symbols resolved. */
bool board_apply(struct board *board, const struct image *image, struct machine_config *config,
                 struct error *error);

/* What was read but is not used, and what could not be understood. */
void board_note(struct board *board, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds to the lists; for the readers. */
struct memory_part *board_add_part(struct board *board, const char *name);
struct register_model *board_add_model(struct board *board);
size_t board_add_effect(struct board *board, const struct register_effect *effect);
void board_add_line(struct board *board, const struct register_line *line);
void board_add_at_reset(struct board *board, size_t effect);
void board_add_stub(struct board *board, const struct board_stub *stub);
void board_add_name(struct board *board, const char *name, uint32_t address);
void board_add_range(struct board *board, uint32_t first, uint32_t last);

#endif
