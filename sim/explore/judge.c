#include "sim/explore/judge.h"

#include <stdlib.h>
#include <string.h>

#include "sim/explore/private.h"

enum { BLOCK_BITS = 12, BLOCKS = 1 << (32 - BLOCK_BITS) };

struct judge {
  struct explorer *ex;
  struct machine_host listener;
  uint8_t *set_up; /* one bit for each 4 KiB of devices: the program wrote to it */
};

static bool is_set_up(const struct judge *judge, uint32_t address) {
  uint32_t block = address >> BLOCK_BITS;
  return ((uint32_t)judge->set_up[block / 8] >> (block % 8) & 1U) != 0;
}

/* A handler that uses a device which nobody wrote to came before its driver was
 * initialised. */
static void on_event(void *owner, const struct event *event) {
  struct judge *judge = owner;
  struct explorer *ex = judge->ex;
  bool device = event->kind == EVENT_DEVICE_READ || event->kind == EVENT_DEVICE_WRITE;
  if (!device) {
    return;
  }
  if (ex->here->exception != 0) {
    bool own = event->context.exception == ex->here->exception;
    ex->early = ex->early || (own && !is_set_up(judge, event->address));
  } else if (event->kind == EVENT_DEVICE_WRITE) {
    uint32_t block = event->address >> BLOCK_BITS;
    judge->set_up[block / 8] |= (uint8_t)(1U << (block % 8));
  }
}

struct judge *judge_create(const struct image *image, const struct explorer_options *options,
                           struct error *error) {
  struct explorer_options one = *options;
  one.depth = 1;
  struct explorer *ex = explorer_create(image, &one, error);
  if (ex == NULL) {
    return NULL;
  }
  struct judge *judge = allocate(1, sizeof *judge);
  judge->ex = ex;
  judge->set_up = allocate(BLOCKS / 8, 1);
  judge->listener = (struct machine_host){.owner = judge, .event = on_event};
  ex->follows = true;
  return judge;
}

void judge_destroy(struct judge *judge) {
  if (judge != NULL) {
    explorer_destroy(judge->ex);
    free(judge->set_up);
    free(judge);
  }
}

/* Nothing of the run before is left. */
static void start_over(struct explorer *ex, const struct stimulus *stimulus) {
  findings_free(&ex->findings);
  certificate_free(&ex->certificate);
  ex->certificate = (struct certificate){.depth = 1, .horizon = ex->options.horizon};
  ex->certificate.depths[0].spines = 1;
  ex->here = ex->levels;
  level_begin(ex->here, NULL);
  memset(ex->could, 0, sizeof ex->could);
  memset(ex->taken, 0, sizeof ex->taken);
  ex->options.machine.stimulus = stimulus;
  machine_set_stimulus(ex->machine, stimulus);
}

static enum machine_stop decide(struct judge *judge, const struct stimulus *stimulus) {
  struct explorer *ex = judge->ex;
  start_over(ex, stimulus);
  explorer_bare_pass(ex);
  memset(judge->set_up, 0, BLOCKS / 8);
  ex->listener = &judge->listener;
  enum machine_stop stop = explorer_probe_pass(ex);
  ex->listener = NULL;
  findings_prune(&ex->findings, ex->machine);
  return stop;
}

/* A run of a search often ends soon, for want of input: then no order can be compared,
 * and a kind that needs its harm shown has none shown. */
static void drop_unranked(struct findings *findings) {
  size_t kept = 0;
  for (size_t i = 0; i < findings->count; i++) {
    const struct finding *finding = &findings->items[i];
    bool needs = finding_traits(finding->sighting.kind)->harm == HARM_SHOWN;
    if (!needs || finding->outcome != OUTCOME_UNRANKED) {
      findings->items[kept++] = *finding;
    }
  }
  findings->count = kept;
}

const struct finding *judge_decide(struct judge *judge, const struct stimulus *stimulus,
                                   size_t *count) {
  struct explorer *ex = judge->ex;
  decide(judge, stimulus);
  drop_unranked(&ex->findings);
  findings_sort(&ex->findings);
  *count = ex->findings.count;
  return ex->findings.items;
}

void judge_explain(struct judge *judge, const struct stimulus *stimulus, struct check *check) {
  struct explorer *ex = judge->ex;
  *check = (struct check){0};
  enum machine_stop stop = decide(judge, stimulus);
  account_finish(ex, stop);
  account_interrupts(ex);
  explain_findings(ex);
  findings_sort(&ex->findings);
  explorer_take(ex, check);
}
