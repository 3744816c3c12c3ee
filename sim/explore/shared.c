#include "sim/explore/shared.h"

#include <stdlib.h>

#include "sim/explore/private.h"

struct usage {
  uint64_t thread; /* boundary of thread mode's last access so far, from 1; 0: none */
  uint16_t exception;
  bool met; /* the handler has used it behind thread mode */
  bool written;
};

struct watch {
  struct usage *usages; /* by typed leaf */
  uint32_t count;
};

static void on_event(void *owner, const struct event *event) {
  struct watch *watch = owner;
  bool write = event->kind == EVENT_WRITE;
  if ((!write && event->kind != EVENT_READ) || event->leaf >= watch->count) {
    return;
  }
  struct usage *usage = &watch->usages[event->leaf];
  bool in_handler = event->context.exception != 0;
  if (in_handler && usage->exception == 0) {
    usage->exception = event->context.exception;
  }
  if (!in_handler && !usage->met) {
    usage->thread = event->boundary + 1;
  }
  usage->met = usage->met || (usage->exception != 0 && usage->thread != 0);
  usage->written = usage->written || (write && usage->exception != 0) ||
                   (write && !in_handler && event->boundary > 0);
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
    if (usage->met && usage->written) {
      all[count++] = (struct shared_leaf){leaf, usage->exception, usage->thread - 1};
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
  bare.no_detectors = true;
  bare.output = NULL;
  bare.progress = NULL;
  bare.decided = NULL;
  bare.showed = NULL;
  struct error error = {""};
  struct explorer *ex = explorer_create(image, &bare, &error);
  if (ex == NULL) {
    return 0;
  }
  struct watch watch = {.count = ex->machine->memory.leaves.count};
  watch.usages = allocate(watch.count + 1U, sizeof *watch.usages);
  const struct machine_host listener = {.owner = &watch, .event = on_event};
  explorer_bare_pass(ex);
  ex->considered_count = 0;
  ex->listener = &listener;
  explorer_probe_pass(ex);
  ex->listener = NULL;
  size_t count = collect(&watch, list, most);
  free(watch.usages);
  explorer_destroy(ex);
  return count;
}
