#include "sim/board/board.h"

#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct board *board_create(void) {
  return allocate(1, sizeof(struct board));
}

void board_destroy(struct board *board) {
  if (board == NULL) {
    return;
  }
  free(board->parts);
  free(board->models);
  free(board->effects);
  free(board->lines);
  free(board->at_reset);
  free(board->inputs);
  free(board->claims);
  stimulus_fini(&board->stimulus);
  free(board->stubs);
  free(board->names);
  free(board->code_stubs);
  free(board->notes);
  arena_fini(&board->arena);
  free(board);
}

void board_note(struct board *board, const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  array_reserve((void **)&board->notes, &board->note_capacity, board->note_count + 1,
                sizeof *board->notes);
  board->notes[board->note_count++] = arena_text(&board->arena, text);
}

/* A part of the same name is described anew. */
struct memory_part *board_add_part(struct board *board, const char *name) {
  for (size_t i = 0; i < board->part_count; i++) {
    if (strcmp(board->parts[i].name, name) == 0) {
      board->parts[i] = (struct memory_part){.name = board->parts[i].name};
      return &board->parts[i];
    }
  }
  array_reserve((void **)&board->parts, &board->part_capacity, board->part_count + 1,
                sizeof *board->parts);
  board->parts[board->part_count] =
      (struct memory_part){.name = arena_text(&board->arena, name)};
  return &board->parts[board->part_count++];
}

struct register_model *board_add_model(struct board *board) {
  array_reserve((void **)&board->models, &board->model_capacity, board->model_count + 1,
                sizeof *board->models);
  board->models[board->model_count] =
      (struct register_model){.first_effect = board->effect_count};
  return &board->models[board->model_count++];
}

size_t board_add_effect(struct board *board, const struct register_effect *effect) {
  array_reserve((void **)&board->effects, &board->effect_capacity, board->effect_count + 1,
                sizeof *board->effects);
  board->effects[board->effect_count] = *effect;
  return board->effect_count++;
}

void board_add_line(struct board *board, const struct register_line *line) {
  array_reserve((void **)&board->lines, &board->line_capacity, board->line_count + 1,
                sizeof *board->lines);
  board->lines[board->line_count++] = *line;
}

void board_add_at_reset(struct board *board, size_t effect) {
  array_reserve((void **)&board->at_reset, &board->at_reset_capacity, board->at_reset_count + 1,
                sizeof *board->at_reset);
  board->at_reset[board->at_reset_count++] = (uint32_t)effect;
}

void board_add_stub(struct board *board, const struct board_stub *stub) {
  array_reserve((void **)&board->stubs, &board->stub_capacity, board->stub_count + 1,
                sizeof *board->stubs);
  board->stubs[board->stub_count++] = *stub;
}

void board_add_name(struct board *board, const char *name, uint32_t address) {
  array_reserve((void **)&board->names, &board->name_capacity, board->name_count + 1,
                sizeof *board->names);
  board->names[board->name_count++] =
      (struct board_symbol){arena_text(&board->arena, name), address};
}

/* Of two models of one word and pc the one read later comes first. */
struct ordered {
  struct register_model model;
  size_t order;
};

static int compare_models(const void *left, const void *right) {
  const struct ordered *a = left;
  const struct ordered *b = right;
  if (a->model.address != b->model.address) {
    return a->model.address < b->model.address ? -1 : 1;
  }
  if (a->model.pc != b->model.pc) {
    return a->model.pc < b->model.pc ? -1 : 1;
  }
  return a->order > b->order ? -1 : 1;
}

static void sort_models(struct board *board) {
  struct ordered *list = allocate(board->model_count + 1, sizeof *list);
  for (size_t i = 0; i < board->model_count; i++) {
    list[i] = (struct ordered){board->models[i], i};
  }
  qsort(list, board->model_count, sizeof *list, compare_models);
  size_t kept = 0;
  for (size_t i = 0; i < board->model_count; i++) {
    const struct register_model *last = kept > 0 ? &board->models[kept - 1] : NULL;
    if (last == NULL || last->address != list[i].model.address ||
        last->pc != list[i].model.pc) {
      board->models[kept++] = list[i].model;
    }
  }
  board->model_count = kept;
  free(list);
}

void board_finish(struct board *board, const uint8_t *input, size_t input_size) {
  sort_models(board);
  board->core_source = arena_format(&board->arena, "the description of %s",
                                    board->name != NULL ? board->name : "the board");
  board->registers = (struct register_set){
      .models = board->models,
      .model_count = board->model_count,
      .effects = board->effects,
      .effect_count = board->effect_count,
      .lines = board->lines,
      .line_count = board->line_count,
      .at_reset = board->at_reset,
      .at_reset_count = board->at_reset_count,
      .inputs = board->inputs,
      .input_count = board->input_count,
  };
  board->has_stimulus = input != NULL;
  if (input != NULL) {
    stimulus_parse(&board->stimulus, input, input_size);
  }
}

static const char *file_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash != NULL ? slash + 1 : path;
}

/* Whether a part's file, which may hold wildcards, is this one. */
static bool is_file(const char *pattern, const char *path) {
  return fnmatch(file_name(pattern), file_name(path), 0) == 0;
}

/* The part whose file the image is, else the first that is the entry. */
static const struct memory_part *part_of_image(const struct board *board, const char *path) {
  const struct memory_part *found = NULL;
  for (size_t i = 0; i < board->part_count; i++) {
    const struct memory_part *part = &board->parts[i];
    if (part->file != NULL && is_file(part->file, path)) {
      return part;
    }
    found = found == NULL && part->is_entry ? part : found;
  }
  return found;
}

void board_image_options(const struct board *board, const char *path,
                         struct image_options *options) {
  const struct memory_part *part = part_of_image(board, path);
  options->irq_names = board->irq_names;
  if (!options->has_core && board->has_core) {
    options->has_core = true;
    options->core = board->core;
    options->core_source = board->core_source;
  }
  if (!options->has_vtor && board->has_vtor) {
    options->has_vtor = true;
    options->vtor = board->vtor;
  } else if (!options->has_vtor && part != NULL && part->ivt_offset != 0) {
    options->has_vtor = true;
    options->vtor = part->base + part->ivt_offset;
  }
  if (!options->has_base && part != NULL) {
    options->has_base = options->base_is_default = true;
    options->base = part->base;
  }
  if (options->symbols == NULL && board->symbols != NULL) {
    options->symbols = board->symbols;
    options->symbols_are_default = true;
  }
}

static int compare_stubs(const void *left, const void *right) {
  const struct code_stub *a = left;
  const struct code_stub *b = right;
  return a->address < b->address ? -1 : a->address > b->address;
}

static const struct board_symbol *name_of(const struct board *board, const char *name) {
  for (size_t i = 0; i < board->name_count; i++) {
    if (strcmp(board->names[i].name, name) == 0) {
      return &board->names[i];
    }
  }
  return NULL;
}

static bool resolve(const struct board *board, const struct board_stub *stub,
                    const struct image *image, struct code_stub *code, struct error *error) {
  *code = (struct code_stub){
      .address = stub->address & ~1U,
      .kind = stub->kind,
      .has_value = stub->has_value,
      .value = stub->value,
      .value_of = stub->value_of,
  };
  if (stub->symbol == NULL) {
    return true;
  }
  const struct function *function = image_function_named(image, stub->symbol);
  const struct board_symbol *name = name_of(board, stub->symbol);
  if (function == NULL && name != NULL) {
    code->address = name->address & ~1U;
    return true;
  }
  if (function == NULL) {
    return error_set(error,
                     "%s: the image has no function '%s'; give its address, or --symbols",
                     stub->where, stub->symbol);
  }
  code->address = function->low;
  return true;
}

bool board_apply(struct board *board, const struct image *image, struct machine_config *config,
                 struct error *error) {
  free(board->code_stubs);
  board->code_stubs = allocate(board->stub_count + 1, sizeof *board->code_stubs);
  size_t count = 0;
  for (size_t i = 0; i < board->stub_count; i++) {
    if (board->runs_on && board->stubs[i].kind != STUB_RETURN) {
      continue;
    }
    if (!resolve(board, &board->stubs[i], image, &board->code_stubs[count++], error)) {
      return false;
    }
  }
  qsort(board->code_stubs, count, sizeof *board->code_stubs, compare_stubs);
  config->stubs = board->code_stubs;
  config->stub_count = count;
  memcpy(config->absent_irqs, board->absent_irqs, sizeof config->absent_irqs);
  config->memory = board->parts;
  config->memory_count = board->part_count;
  bool described = board->model_count > 0 || board->input_count > 0;
  config->registers = described ? &board->registers : NULL;
  config->stimulus = board->has_stimulus ? &board->stimulus : NULL;
  if (board->priority_bits != 0) {
    config->priority_bits = (uint8_t)board->priority_bits;
  }
  return true;
}
