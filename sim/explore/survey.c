#include "sim/explore/survey.h"

#include <stdlib.h>

#include "sim/explore/private.h"
#include "sim/explore/shared.h"
#include "sim/explore/sizes.h"

enum { RECENT = 1024 };

/* Addresses, sorted and made unique whenever the list would grow. */
struct starts {
  uint32_t *items;
  size_t count, capacity;
  uint32_t recent[RECENT]; /* most calls go where one went before */
};

static int by_address(const void *left, const void *right) {
  const uint32_t *a = left, *b = right;
  return *a < *b ? -1 : *a > *b;
}

static void starts_sort(struct starts *starts) {
  size_t kept = 0;
  if (starts->count > 0) {
    qsort(starts->items, starts->count, sizeof *starts->items, by_address);
  }
  for (size_t i = 0; i < starts->count; i++) {
    if (kept == 0 || starts->items[kept - 1] != starts->items[i]) {
      starts->items[kept++] = starts->items[i];
    }
  }
  starts->count = kept;
}

static void starts_add(struct starts *starts, uint32_t pc) {
  uint32_t *recent = &starts->recent[pc / 2 % RECENT];
  if (*recent == pc && pc != 0) {
    return;
  }
  *recent = pc;
  if (starts->count == starts->capacity) {
    starts_sort(starts);
  }
  array_reserve((void **)&starts->items, &starts->capacity, starts->count + 1,
                sizeof *starts->items);
  starts->items[starts->count++] = pc;
}

struct watch {
  struct machine *machine;
  struct starts starts;
  struct sizes *sizes;
  uint32_t end; /* behind the last instruction */
  bool called;  /* it was a call */
};

static void on_instruction(void *owner) {
  struct watch *watch = owner;
  struct machine *m = watch->machine;
  uint32_t pc = m->state.pc;
  const struct code *code = machine_code(m, pc);
  if (watch->called && pc != watch->end) {
    starts_add(&watch->starts, pc);
  }
  watch->called = code != NULL && (code->flags & CODE_CALL) != 0;
  watch->end = pc + (code != NULL ? code_size(code) : 2);
}

static void on_event(void *owner, const struct event *event) {
  struct watch *watch = owner;
  const struct machine *m = watch->machine;
  if (event->kind == EVENT_ENTRY) {
    watch->end = UINT32_MAX;
    watch->called = true; /* by the hardware */
  } else if (event->kind == EVENT_RETURN) {
    watch->called = false;
  } else if ((event->kind == EVENT_READ || event->kind == EVENT_WRITE) &&
             event->leaf != LEAF_NONE && event->leaf >= m->memory.leaves.count &&
             shared_can_be(m)) {
    sizes_observe(watch->sizes, event);
  }
}

/* Handlers are functions, whether they run or not. */
static void add_vectors(const struct image *image, struct starts *starts) {
  const uint32_t *words = NULL;
  size_t count = image_vector_words(image, &words);
  const struct segment *segments = NULL;
  size_t segment_count = image_segments(image, &segments);
  for (size_t i = 1; i < count; i++) {
    bool inside = false;
    for (size_t k = 0; k < segment_count; k++) {
      inside = inside || words[i] - segments[k].address < segments[k].size;
    }
    if (inside && (words[i] & 1U) != 0) {
      starts_add(starts, words[i] & ~1U);
    }
  }
}

/* A first run tells where the stack ends: what lies there is no data. */
static uint32_t find_stack(struct machine *m, uint64_t limit) {
  struct run run = {.mode = RUN_SPINE, .limit = limit};
  m->host = (struct machine_host){.owner = NULL};
  m->stack_low = 0;
  machine_continue(m, &run);
  return explorer_stack_low(m);
}

static void watch_run(struct watch *watch, uint64_t limit) {
  struct machine *m = watch->machine;
  struct run run = {.mode = RUN_SPINE, .limit = limit};
  machine_reset(m);
  m->host =
      (struct machine_host){.owner = watch, .event = on_event, .instruction = on_instruction};
  machine_continue(m, &run);
}

bool survey_run(const struct image *image, const struct explorer_options *options,
                struct discovery *discovery, struct error *error) {
  *discovery = (struct discovery){0};
  struct machine *m = machine_create(image, &options->machine, error);
  if (m == NULL) {
    return false;
  }
  const struct region *ram = m->memory.ram;
  struct watch *watch = allocate(1, sizeof *watch);
  watch->machine = m;
  watch->sizes = sizes_create(ram->base, ram->size, m->core->v7m);
  m->endless = options->no_prune;
  add_vectors(image, &watch->starts);
  m->stack_low = find_stack(m, options->max_instructions);
  watch_run(watch, options->max_instructions);
  starts_sort(&watch->starts);
  discovery->functions = watch->starts.items;
  discovery->function_count = watch->starts.count;
  discovery->datum_count = sizes_guess(watch->sizes, &discovery->data);
  sizes_destroy(watch->sizes);
  free(watch);
  machine_destroy(m);
  return true;
}

void survey_free(struct discovery *discovery) {
  free(discovery->functions);
  free(discovery->data);
  *discovery = (struct discovery){0};
}
