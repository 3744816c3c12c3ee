#include "sim/explore/shared.h"

#include <stdlib.h>

#include "sim/explore/private.h"

struct usage {
  uint16_t who;       /* used it last, until two have met: an exception, or 0 */
  uint64_t at;        /* the boundary of that, from 1; 0: nobody */
  uint16_t exception; /* of the two, who can preempt the other; 0: none yet */
  bool written;
};

struct watch {
  const struct machine *machine;
  struct usage *usages; /* by typed leaf */
  uint32_t count;
};

bool shared_can_be(const struct machine *m) {
  enum { TICKS = SYSTICK_ENABLE | SYSTICK_TICKINT, SYSTEM_EXCEPTIONS = 0xffff };
  bool any = (m->state.systick.control & TICKS) == TICKS;
  for (unsigned word = 0; word < EXCEPTION_WORDS; word++) {
    uint32_t left_out = word == 0 ? SYSTEM_EXCEPTIONS : 0U;
    any = any || (m->state.exceptions.enabled[word] & ~left_out) != 0;
  }
  return any;
}

static int priority_of(const struct machine *m, unsigned exception) {
  enum { THREAD_PRIORITY = 256 };
  return exception == 0 ? THREAD_PRIORITY
                        : exception_group_priority(&m->state.exceptions, exception);
}

/* The second context to use a leaf: one of the two may preempt the other. */
static void meet(struct usage *usage, const struct machine *m, const struct event *event) {
  uint16_t here = event->context.exception;
  int mine = priority_of(m, here);
  int theirs = priority_of(m, usage->who);
  if (mine < theirs) {
    usage->exception = here;
    return;
  }
  usage->exception = mine > theirs ? usage->who : 0;
  usage->who = here;
  usage->at = event->boundary + 1;
}

static void on_event(void *owner, const struct event *event) {
  struct watch *watch = owner;
  bool write = event->kind == EVENT_WRITE;
  if ((!write && event->kind != EVENT_READ) || event->leaf >= watch->count ||
      !shared_can_be(watch->machine)) {
    return;
  }
  struct usage *usage = &watch->usages[event->leaf];
  usage->written = usage->written || write;
  if (usage->exception != 0) {
    return;
  }
  if (usage->at == 0 || usage->who == event->context.exception) {
    usage->who = event->context.exception;
    usage->at = event->boundary + 1;
  } else {
    meet(usage, watch->machine, event);
  }
}

static int by_boundary(const void *a, const void *b) {
  const struct shared_leaf *one = a;
  const struct shared_leaf *two = b;
  return one->boundary != two->boundary ? (one->boundary < two->boundary ? -1 : 1)
                                        : (one->leaf > two->leaf) - (one->leaf < two->leaf);
}

static size_t collect(const struct watch *watch, struct shared_leaf *list, size_t most) {
  struct shared_leaf *all = allocate(watch->count + 1U, sizeof *all);
  size_t count = 0;
  for (uint32_t leaf = 0; leaf < watch->count; leaf++) {
    const struct usage *usage = &watch->usages[leaf];
    if (usage->exception != 0 && usage->written) {
      all[count++] = (struct shared_leaf){leaf, usage->exception, usage->at - 1};
    }
  }
  qsort(all, count, sizeof *all, by_boundary);
  count = count < most ? count : most;
  for (size_t i = 0; i < count; i++) {
    list[i] = all[i];
  }
  free(all);
  return count;
}

size_t explorer_shared(const struct image *image, const struct explorer_options *options,
                       struct shared_leaf *list, size_t most) {
  struct explorer_options bare = *options;
  bare.detectors_most = 0;
  bare.output = NULL;
  bare.progress = NULL;
  bare.decided = NULL;
  bare.showed = NULL;
  struct error error = {""};
  struct explorer *ex = explorer_create(image, &bare, &error);
  if (ex == NULL) {
    return 0;
  }
  struct watch watch = {.machine = ex->machine, .count = ex->machine->memory.leaves.count};
  watch.usages = allocate(watch.count + 1U, sizeof *watch.usages);
  const struct machine_host listener = {.owner = &watch, .event = on_event};
  explorer_bare_pass(ex);
  ex->here->considered_count = 0;
  ex->listener = &listener;
  explorer_probe_pass(ex);
  ex->listener = NULL;
  size_t count = collect(&watch, list, most);
  free(watch.usages);
  explorer_destroy(ex);
  return count;
}
