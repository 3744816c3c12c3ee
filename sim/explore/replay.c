/* Replay: one schedule, run again, and told step by step if someone listens. */
#include <string.h>

#include "sim/explore/private.h"
#include "sim/explore/telling.h"

uint32_t explorer_image_tag(const struct image *image) {
  const uint8_t *sha = image_sha256(image);
  return (uint32_t)sha[0] << 24 | (uint32_t)sha[1] << 16 | (uint32_t)sha[2] << 8 | sha[3];
}

bool explorer_token_fits(const struct image *image, const struct explorer_options *options,
                         const struct schedule *schedule, struct error *error) {
  uint32_t head = explorer_image_tag(image);
  if (schedule->image != head) {
    return error_set(error,
                     "the token is of another image (%08x..., %s is %08x...): replay it on the "
                     "file that was checked, or run the check again",
                     schedule->image, image_path(image), head);
  }
  if (schedule->config != machine_config_fingerprint(&options->machine)) {
    return error_set(error,
                     "the token was made with other options: give --core, --chip, --config, "
                     "--input, --priority-bits, "
                     "--vtor and --bkpt as the check had them");
  }
  if (schedule->count > DEPTH_MOST) {
    return error_set(error, "the token has %u injections; this tornword replays up to %d",
                     schedule->count, DEPTH_MOST);
  }
  return true;
}

static uint64_t first_boundary(const struct explorer *ex, const struct schedule *schedule) {
  uint64_t first = schedule->injections[0].place.boundary;
  for (size_t i = 0; i < ex->findings.count; i++) {
    const struct finding *finding = &ex->findings.items[i];
    const struct sighting *sighting = &finding->sighting;
    for (unsigned k = 0; finding->shown && k < sighting->accesses; k++) {
      uint64_t own = sighting->access[k].boundary;
      first = own < first ? own : first;
    }
  }
  return first;
}

static void narrate(struct explorer *ex, const struct schedule *schedule,
                    const struct narrator *narrator) {
  uint64_t first = first_boundary(ex, schedule);
  struct telling telling = {
      .explorer = ex,
      .narrator = *narrator,
      .from = first > narrator->before ? first - narrator->before : 0,
  };
  const struct machine_host listener = telling_listener(&telling);
  struct findings kept = ex->findings;
  ex->findings = (struct findings){0};
  ex->listener = &listener;
  ex->ranks = false;
  explorer_probe_pass(ex);
  telling_flush(&telling);
  ex->listener = NULL;
  findings_free(&ex->findings);
  ex->findings = kept;
}

static void replay(struct explorer *ex, const struct schedule *schedule,
                   const struct narrator *narrator, struct check *check) {
  explorer_bare_pass(ex);
  ex->only = schedule->injections;
  ex->only_count = schedule->count;
  enum machine_stop stop = explorer_probe_pass(ex);
  ex->certificate.state_hash = machine_state_hash(ex->machine);
  account_finish(ex, stop);
  account_interrupts(ex);
  if (narrator != NULL) {
    narrate(ex, schedule, narrator);
  }
  ex->only = NULL;
  findings_prune(&ex->findings, ex->machine);
  explain_findings(ex);
  findings_sort(&ex->findings);
  explorer_take(ex, check);
}

bool explorer_replay(const struct image *image, const struct explorer_options *options,
                     const struct schedule *schedule, const struct narrator *narrator,
                     struct check *check, struct error *error) {
  *check = (struct check){0};
  if (!explorer_token_fits(image, options, schedule, error)) {
    return false;
  }
  struct explorer *ex = explorer_create(image, options, error);
  if (ex == NULL) {
    return false;
  }
  replay(ex, schedule, narrator, check);
  explorer_destroy(ex);
  return true;
}
