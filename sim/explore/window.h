/* A window of the spine, looked at closely: what one exception does at each
 * place of it. For reports that let people drag the interrupt. Where a finding
 * needs several, the last is dragged, and what is called the spine here is the
 * run with the earlier ones at their places.
 *
 * The spine is run again up to the window's end. Its steps are told, and at each
 * place the decision of the exception, the steps of a run in which it is pending
 * there, and the findings of the probe, judged as the check judges them. A place
 * where the exception is masked is told too: it stays pending until the mask
 * opens. */
#ifndef TORNWORD_SIM_EXPLORE_WINDOW_H
#define TORNWORD_SIM_EXPLORE_WINDOW_H

#include "sim/explore/explorer.h"

struct window {
  uint64_t from, to; /* boundaries of the spine, both included */
  uint16_t exception;
  struct injection fixed[DEPTH_MOST - 1]; /* that came before it, in order */
  unsigned fixed_count;
  uint32_t leaf; /* LEAF_NONE: none is followed */
};

struct window_start {
  uint64_t boundary;
  uint64_t value;    /* of the leaf, up to 8 bytes */
  uint8_t new_bytes; /* of the leaf, written since its last whole write */
};

enum window_bar {
  BAR_NONE,
  BAR_NOT_ENABLED,
  BAR_ACTIVE,
  BAR_PENDING,
  BAR_MASKED,
  BAR_WITHHELD
};

struct window_place {
  struct place place;
  struct context context; /* that would be preempted */
  enum decision decision;
  enum window_bar bar; /* what keeps the exception out here */
  struct mask_state mask;
};

struct window_end {
  bool entered; /* the exception's handler began */
  uint64_t entered_at;
  bool cut;                       /* its run was longer than what is told */
  const struct finding *findings; /* of this place's probe */
  size_t finding_count;
};

/* Called in this order: begin; then steps of the spine and places as they come.
 * A place is opened, its own steps are told (on_spine is false), then closed. At
 * a beat its first step is the instruction as far as it came. Pointers live for
 * the call. */
struct window_listener {
  void *argument;
  void (*begin)(void *argument, const struct window_start *start);
  void (*step)(void *argument, const struct step *step);
  void (*open)(void *argument, const struct window_place *place);
  void (*close)(void *argument, const struct window_end *end);
};

/* False if the image cannot be run with these options. */
bool explorer_window(const struct image *image, const struct explorer_options *options,
                     const struct window *window, const struct window_listener *listener,
                     struct error *error);

#endif
