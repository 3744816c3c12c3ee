#include "sim/explore/sizes.h"

#include <stdlib.h>

#include "sim/error.h"

enum {
  NEAR = 4,        /* boundaries between the two accesses of a pair */
  PAIRS_LEAST = 2, /* for each single access there must be so many times more pairs: */
  PAIRS_EACH = 4,
  WORD = 4,
  DOUBLEWORD = 8
};

/* Two words, and the accesses to them. */
struct doubleword {
  uint8_t widest[2];      /* access to each word: 0, 1, 2 or 4 bytes */
  uint32_t pairs, single; /* accesses to both behind each other, and to one alone */
  uint32_t instructions;  /* that access both and nothing else */
  /* The newest access, while it may be the first of a pair. */
  bool open;
  uint8_t kind, half;
  uint32_t pc;
  struct context context;
  uint64_t boundary;
};

/* The instruction that accessed memory last. */
struct instruction {
  uint64_t boundary;
  unsigned accesses;
  struct doubleword *pair; /* what its accesses so far form, or NULL */
};

struct sizes {
  uint32_t base;
  size_t count;
  bool has_doubles;
  struct instruction last;
  struct doubleword items[];
};

struct sizes *sizes_create(uint32_t base, uint32_t size, bool has_doubles) {
  size_t count = size / DOUBLEWORD;
  struct sizes *sizes = allocate(1, sizeof *sizes + count * sizeof(struct doubleword));
  sizes->base = base;
  sizes->count = count;
  sizes->has_doubles = has_doubles;
  sizes->last.boundary = UINT64_MAX;
  return sizes;
}

void sizes_destroy(struct sizes *sizes) {
  free(sizes);
}

static bool follows(const struct doubleword *item, const struct event *event, unsigned half) {
  bool one_instruction = event->boundary == item->boundary;
  return item->kind == event->kind && item->half != half &&
         event->boundary - item->boundary <= NEAR &&
         (one_instruction || event->pc != item->pc); /* a loop over words */
}

/* Whether the context that made the open access can make no more: the event's own
 * goes on with something else, or runs although that one would have to be over. */
static bool is_alone(const struct doubleword *item, const struct event *event) {
  const struct context *was = &item->context, *now = &event->context;
  return context_equal(*was, *now) || was->serial > now->serial ||
         was->exception == now->exception;
}

/* True if the access is the second of a pair. */
static bool pair_up(struct doubleword *item, const struct event *event, unsigned half) {
  bool own = item->open && context_equal(item->context, event->context);
  if (own && follows(item, event, half)) {
    item->pairs++;
    item->open = false;
    return true;
  }
  item->single += item->open && is_alone(item, event);
  item->open = true;
  item->kind = event->kind;
  item->half = (uint8_t)half;
  item->pc = event->pc;
  item->context = event->context;
  item->boundary = event->boundary;
  return false;
}

static void end_instruction(struct sizes *sizes) {
  if (sizes->last.accesses == 2 && sizes->last.pair != NULL) {
    sizes->last.pair->instructions++;
  }
  sizes->last.accesses = 0;
  sizes->last.pair = NULL;
}

void sizes_observe(struct sizes *sizes, const struct event *event) {
  size_t index = (event->address - sizes->base) / DOUBLEWORD;
  unsigned half = (event->address - sizes->base) / WORD % 2;
  if (event->boundary != sizes->last.boundary) {
    end_instruction(sizes);
    sizes->last.boundary = event->boundary;
  }
  sizes->last.accesses++;
  if (index >= sizes->count) {
    return;
  }
  struct doubleword *item = &sizes->items[index];
  if (event->size > item->widest[half]) {
    item->widest[half] = event->size;
  }
  bool one_before = item->open && item->boundary == event->boundary;
  if (event->size == WORD && pair_up(item, event, half) && one_before) {
    sizes->last.pair = item;
  }
}

static bool is_one(const struct sizes *sizes, const struct doubleword *item) {
  return item->widest[0] == WORD && item->widest[1] == WORD && item->pairs >= PAIRS_LEAST &&
         (uint64_t)item->single * PAIRS_EACH <= item->pairs &&
         (item->instructions > 0 || !sizes->has_doubles);
}

size_t sizes_guess(struct sizes *sizes, struct datum **data) {
  size_t count = 0;
  size_t capacity = 0;
  end_instruction(sizes);
  *data = NULL;
  for (size_t i = 0; i < sizes->count; i++) {
    const struct doubleword *item = &sizes->items[i];
    uint32_t address = sizes->base + (uint32_t)(DOUBLEWORD * i);
    uint32_t step[2] = {item->widest[0], item->widest[1]};
    if (is_one(sizes, item)) {
      step[0] = DOUBLEWORD;
      step[1] = 0;
    }
    array_reserve((void **)data, &capacity, count + DOUBLEWORD, sizeof **data);
    for (uint32_t at = 0; at < DOUBLEWORD;) {
      uint32_t size = step[at / WORD];
      if (size != 0 && size != WORD) {
        (*data)[count++] = (struct datum){address + at, size};
      }
      at += size == 0 ? WORD : size;
    }
  }
  return count;
}
