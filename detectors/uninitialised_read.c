/* uninitialised-read: a handler read memory that nobody had written yet.
 *
 * RAM holds anything when a part starts; in a simulator it is zero, so that such a
 * program seems to work. Written is what an instruction stored, the start-up
 * code's loops over .data and .bss included, and what the image itself puts into
 * RAM. One sighting for each leaf and activation at most.
 *
 * What it cannot see: reads in thread mode (no race); stacks; what a DMA
 * controller would have written; leaves of more than 8 bytes. */
#include "detectors/piece.h"
#include "detectors/registry.h"

struct leaf_state {
  uint8_t written; /* bytes, one bit each */
  uint8_t said;
};

static size_t uninitialised_read_state_size(const struct leaf_table *leaves) {
  return leaf_total(leaves) * sizeof(struct leaf_state);
}

static void on_write(struct detection *d, const struct leaf_state *leaf, uint8_t bytes) {
  if ((leaf->written & bytes) != bytes) {
    *(uint8_t *)detection_edit(d, &leaf->written, sizeof leaf->written) |= bytes;
  }
}

static void on_read(struct detection *d, const struct leaf_state *leaf, uint8_t bytes,
                    const struct event *event) {
  if ((leaf->written & bytes) == bytes || leaf->said || event->context.exception == 0) {
    return;
  }
  *(uint8_t *)detection_edit(d, &leaf->said, sizeof leaf->said) = 1;
  if (d->is_loaded(d->image, event->address)) {
    return;
  }
  struct sighting sighting = {
      .kind = FINDING_UNINITIALISED_READ,
      .leaf = event->leaf,
      .access = {access_of(event)},
      .accesses = 1,
      .value = event->whole,
  };
  detection_report(d, &sighting);
}

static void uninitialised_read_observe(struct detection *d, const void *state,
                                       const struct event *event) {
  if (event->leaf == LEAF_NONE || piece_leaf_size(d->leaves, event->leaf) > PIECE_BYTES) {
    return;
  }
  const struct leaf_state *leaf = (const struct leaf_state *)state + event->leaf;
  uint8_t bytes = piece_of(d->leaves, event).bytes;
  if (event->kind == EVENT_WRITE) {
    on_write(d, leaf, bytes);
  } else {
    on_read(d, leaf, bytes, event);
  }
}

static bool uninitialised_read_concerns(const struct detection *d, const void *state,
                                        const struct event *event) {
  if (event->leaf == LEAF_NONE || piece_leaf_size(d->leaves, event->leaf) > PIECE_BYTES) {
    return false;
  }
  const struct leaf_state *leaf = (const struct leaf_state *)state + event->leaf;
  uint8_t bytes = piece_of(d->leaves, event).bytes;
  return (leaf->written & bytes) != bytes && !leaf->said;
}

const struct detector uninitialised_read_detector = {
    .name = "uninitialised-read",
    .summary = "a handler reads memory that nobody has written yet",
    .events = 1U << EVENT_READ | 1U << EVENT_WRITE,
    .not_in_thread = 1U << EVENT_READ,
    .state_size = uninitialised_read_state_size,
    .observe = uninitialised_read_observe,
    .remembers = 1U << EVENT_WRITE,
    .concerns = uninitialised_read_concerns,
    .finish = NULL,
};
