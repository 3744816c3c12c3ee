#include "sim/compare/uses.h"

#include <stdlib.h>
#include <string.h>

#include "sim/compare/flow.h"
#include "sim/error.h"

enum { RESET_VECTOR = 1, FRAMES = 16, WORD = 4 };

/* All functions of an image, by address. */
struct routine {
  const struct function *function;
  struct flow flow;
  uint64_t contexts;
};

struct program {
  const struct image *image;
  struct routine *routines;
  size_t count, capacity;
  struct uses *uses;
};

static struct routine *routine_at(const struct program *program, uint32_t pc) {
  size_t low = 0;
  size_t high = program->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (program->routines[middle].function->low <= pc) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  struct routine *routine = low > 0 ? &program->routines[low - 1] : NULL;
  return routine != NULL && pc < routine->function->high ? routine : NULL;
}

/* One of each address: aliases share their code. */
static void collect(struct program *program, struct decoder *decoder) {
  const struct function *function = image_function_from(program->image, 0);
  while (function != NULL) {
    const struct function *shown = image_function_at(program->image, function->low);
    array_reserve((void **)&program->routines, &program->capacity, program->count + 1,
                  sizeof *program->routines);
    struct routine *routine = &program->routines[program->count++];
    *routine = (struct routine){.function = shown != NULL ? shown : function};
    flow_of(program->image, decoder, routine->function, &routine->flow);
    program->uses->unknown += routine->flow.unknown;
    function = image_function_from(program->image, function->low + 1);
  }
}

/* What a function passes on it uses as its callee does. */
static void settle_arguments(const struct program *program) {
  bool changed = true;
  while (changed) {
    changed = false;
    for (size_t i = 0; i < program->count; i++) {
      struct flow *flow = &program->routines[i].flow;
      for (size_t k = 0; k < flow->call_count; k++) {
        const struct routine *callee = routine_at(program, flow->calls[k].callee);
        uint8_t taken = callee != NULL ? callee->flow.arguments : 0xf;
        uint8_t more = (uint8_t)(flow->calls[k].given & taken & ~flow->arguments);
        flow->arguments |= more;
        changed |= more != 0;
      }
    }
  }
}

static void mark(const struct program *program, struct routine *routine, uint64_t context) {
  struct routine **stack = allocate(program->count + 1, sizeof(struct routine *));
  size_t depth = 0;
  stack[depth++] = routine;
  routine->contexts |= context;
  while (depth > 0) {
    const struct flow *flow = &stack[--depth]->flow;
    for (size_t i = 0; i < flow->call_count; i++) {
      struct routine *callee = routine_at(program, flow->calls[i].callee);
      if (callee != NULL && (callee->contexts & context) == 0) {
        callee->contexts |= context;
        stack[depth++] = callee;
      }
    }
  }
  free(stack);
}

/* Bit of the handler that begins there; handlers of many vectors are one. */
static unsigned handler_bit(struct uses *uses, const struct function *function) {
  size_t index = 0;
  while (index < uses->handler_count && uses->handlers[index]->low != function->low) {
    index++;
  }
  if (index == uses->handler_count && index + 1 < CONTEXT_POINTER) {
    uses->handlers[uses->handler_count++] = function;
  }
  return index + 1 < CONTEXT_POINTER ? (unsigned)index + 1 : CONTEXT_POINTER;
}

static void find_contexts(struct program *program) {
  const uint32_t *words = NULL;
  size_t count = image_vector_words(program->image, &words);
  for (size_t i = RESET_VECTOR; i < count; i++) {
    struct routine *routine = routine_at(program, words[i] & ~1U);
    if (routine != NULL) {
      unsigned bit =
          i == RESET_VECTOR ? CONTEXT_THREAD : handler_bit(program->uses, routine->function);
      mark(program, routine, 1ULL << bit);
    }
  }
  for (size_t i = 0; i < program->count; i++) {
    if (program->routines[i].contexts == 0) {
      mark(program, &program->routines[i], 1ULL << CONTEXT_POINTER);
    }
  }
}

static void hand(struct uses *uses, uint32_t address) {
  uint32_t leaf = image_leaf_at(uses->image, address);
  if (leaf != LEAF_NONE) {
    uses->handed[image_leaves(uses->image)->leaves[leaf].variable] = true;
  }
}

static void find_handed(const struct program *program) {
  for (size_t i = 0; i < program->count; i++) {
    const struct flow *flow = &program->routines[i].flow;
    for (size_t k = 0; k < flow->handed_count; k++) {
      const struct flow_handed *handed = &flow->handed[k];
      const struct routine *callee =
          handed->callee != 0 ? routine_at(program, handed->callee) : NULL;
      if (callee == NULL || (callee->flow.arguments >> handed->argument & 1) != 0) {
        hand(program->uses, handed->address);
      }
    }
  }
}

/* Pointers that stand in data: words outside of functions that are a variable's address. */
static void find_pointers(const struct program *program) {
  const struct segment *segments = NULL;
  size_t count = image_segments(program->image, &segments);
  for (size_t i = 0; i < count; i++) {
    for (uint32_t at = 0; at + WORD <= segments[i].size; at += WORD) {
      uint32_t address = segments[i].run_address + at;
      const uint8_t *bytes = segments[i].bytes + at;
      uint32_t word = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                      (uint32_t)bytes[3] << 24;
      if (routine_at(program, address) == NULL) {
        hand(program->uses, word);
      }
    }
  }
}

/* The function of the source: the innermost frame that is not the language's library. */
static const char *source_function(const struct image *image, uint32_t pc) {
  struct source_frame frames[FRAMES];
  size_t count = image_frames_at(image, pc, frames, FRAMES);
  for (size_t i = 0; i < count && i < FRAMES; i++) {
    if (!frames[i].library && frames[i].function != NULL) {
      return frames[i].function;
    }
  }
  const struct function *function = image_function_at(image, pc);
  return function != NULL ? function->name : "?";
}

static struct use *use_for(struct uses *uses, uint32_t leaf, const char *function) {
  const struct leaf_table *table = image_leaves(uses->image);
  char *key = image_leaf_key(uses->image, table, leaf);
  uint32_t variable = table->leaves[leaf].variable;
  for (size_t i = 0; i < uses->count; i++) {
    struct use *use = &uses->list[i];
    if (use->variable == variable && strcmp(use->leaf, key) == 0 &&
        strcmp(use->function, function) == 0) {
      free(key);
      return use;
    }
  }
  array_reserve((void **)&uses->list, &uses->capacity, uses->count + 1, sizeof *uses->list);
  struct use *use = &uses->list[uses->count++];
  *use = (struct use){.leaf = key, .variable = variable, .function = function};
  return use;
}

static void count_access(const struct program *program, const struct routine *routine,
                         const struct flow_access *access) {
  const struct leaf_table *table = image_leaves(program->image);
  const char *function = source_function(program->image, access->pc);
  bool any = false;
  for (uint32_t at = 0; at < access->size;) {
    uint32_t leaf = image_leaf_at(program->image, access->address + at);
    at += leaf == LEAF_NONE
              ? 1
              : table->leaves[leaf].address + table->leaves[leaf].size - (access->address + at);
    if (leaf == LEAF_NONE) {
      continue;
    }
    any = true;
    struct use *use = use_for(program->uses, leaf, function);
    struct use_count *count = access->store ? &use->stores : &use->loads;
    count->instructions++;
    count->in_loops += access->loops;
    use->contexts |= routine->contexts;
  }
  program->uses->known += any;
}

static void note_waits(const struct uses *uses, const struct routine *routine) {
  for (size_t i = 0; i < routine->flow.wait_count; i++) {
    const char *function = source_function(uses->image, routine->flow.waits[i]);
    for (size_t k = 0; k < uses->count; k++) {
      if (strcmp(uses->list[k].function, function) == 0) {
        uses->list[k].waits = routine->flow.waits[i];
      }
    }
  }
}

static int compare_uses(const void *left, const void *right) {
  const struct use *a = left;
  const struct use *b = right;
  int leaves = strcmp(a->leaf, b->leaf);
  if (leaves != 0) {
    return leaves;
  }
  return a->variable != b->variable ? (a->variable < b->variable ? -1 : 1)
                                    : strcmp(a->function, b->function);
}

void uses_of(const struct image *image, struct decoder *decoder, struct uses *uses) {
  const struct variable *variables = NULL;
  size_t variable_count = image_variables(image, &variables);
  *uses = (struct uses){.image = image};
  uses->handed = allocate(variable_count + 1, sizeof *uses->handed);
  struct program program = {.image = image, .uses = uses};
  collect(&program, decoder);
  settle_arguments(&program);
  find_contexts(&program);
  find_handed(&program);
  find_pointers(&program);
  for (size_t i = 0; i < program.count; i++) {
    const struct routine *routine = &program.routines[i];
    for (size_t k = 0; k < routine->flow.access_count; k++) {
      count_access(&program, routine, &routine->flow.accesses[k]);
    }
  }
  for (size_t i = 0; i < program.count; i++) {
    note_waits(uses, &program.routines[i]);
    flow_free(&program.routines[i].flow);
  }
  free(program.routines);
  if (uses->count > 0) {
    qsort(uses->list, uses->count, sizeof *uses->list, compare_uses);
  }
}

void uses_free(struct uses *uses) {
  for (size_t i = 0; i < uses->count; i++) {
    free(uses->list[i].leaf);
  }
  free(uses->list);
  free(uses->handed);
  *uses = (struct uses){.image = NULL};
}
