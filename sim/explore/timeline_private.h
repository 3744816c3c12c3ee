/* Shared by timeline.c, which moves, and timeline_run.c, which runs the machine. */
#ifndef TORNWORD_SIM_EXPLORE_TIMELINE_PRIVATE_H
#define TORNWORD_SIM_EXPLORE_TIMELINE_PRIVATE_H

#include "sim/explore/timeline.h"

enum { STEP_EVENTS_MOST = 64, WATCHES = 32 };

/* What of the timeline goes back with the machine. */
struct course {
  bool injected;       /* the schedule's exception became pending */
  bool landed;         /* and was taken */
  uint64_t calm_until; /* boundary up to which nothing comes by itself */
  size_t edits;        /* how many of the changes were made */
  bool over;
  enum run_end end;
};

/* A way back. */
struct moment {
  struct snapshot *snapshot;
  uint64_t boundary;
  struct course course;
};

/* A change that the user made at a position. */
enum edit_kind { EDIT_INJECT, EDIT_MEMORY, EDIT_REGISTER };
struct edit {
  enum edit_kind kind;
  uint64_t boundary;
  uint32_t where; /* exception, address or enum machine_register */
  unsigned size;
  uint64_t value;
};

/* What a preempted context left outside its frame. */
struct waiting {
  uint32_t r4_to_r11[8];
  uint32_t frame; /* address */
  bool fp;        /* the frame has the FP registers */
};

/* What ended the way forward, or was met on it last. */
struct hit {
  bool met;
  enum timeline_reason reason;
  uint64_t position;
  struct watch watch;
  uint32_t accessed;
};

enum seeking {
  SEEK_NOTHING, /* only the limit counts */
  SEEK_FIRST,   /* stop at what is met first */
  SEEK_LAST,    /* run to the limit; hit is what was met last */
  SEEK_STEPS,   /* the same, and every position is met */
};

struct step_events {
  struct event list[STEP_EVENTS_MOST];
  size_t count;
};

struct timeline {
  struct machine *machine;
  struct run run;
  struct injection injection; /* exception 0: none */
  uint32_t image;             /* for schedules */
  uint16_t config;
  uint64_t bound, horizon;
  struct course course;

  struct moment *moments; /* ascending */
  size_t moment_count, moment_capacity;
  uint64_t interval; /* boundaries between two of them */

  struct edit *edits; /* ascending by boundary */
  size_t edit_count, edit_capacity;
  struct waiting waiting[NESTING];

  uint32_t *breakpoints;
  size_t breakpoint_count, breakpoint_capacity;
  struct watch watches[WATCHES];
  size_t watch_count;
  uint64_t mark;
  bool has_mark;

  /* Of the movement that is under way: */
  enum seeking seeking;
  struct hit hit;
  uint64_t start;      /* where it began */
  uint64_t end;        /* SEEK_LAST, SEEK_STEPS: only what is met before counts */
  uint64_t next_visit; /* positions from here on are new to it */
  bool left;           /* the machine just stopped at the schedule's beat */
  struct step_events events[2];
  unsigned filling; /* index: of the step that executes; the other is the last step's */
  uint64_t reopened_at;

  bool (*interrupted)(void *argument);
  void *interrupt_argument;
  bool was_interrupted;

  void (*output)(void *argument, const char *bytes, size_t size);
  void *output_argument;
  uint64_t printed; /* boundaries whose output was shown */
};

/* timeline_run.c */
/* Runs until the limit, the first hit if one is sought, the end or an interrupt. */
void timeline_run(struct timeline *t, uint64_t limit);
/* Back to the newest way back that is not behind `boundary`. */
void timeline_rewind(struct timeline *t, uint64_t boundary);
void timeline_forget_moments(struct timeline *t, size_t keep);
/* Makes the changes that belong here. */
void timeline_apply(struct timeline *t, const struct edit *edit);
struct machine_host timeline_host(struct timeline *t);

#endif
