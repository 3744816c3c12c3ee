/* Sightings: what the detectors said of a run, and what becomes of it. A sighting is kept as
 * a finding if it shows enough for its kind, and with the shortest schedule that shows it;
 * what is known already is counted. */
#include "sim/explore/private.h"

/* Whether it is about something that both contexts work on, so that the orders differ:
 * a leaf, or a register. */
static bool has_orders(const struct sighting *sighting) {
  bool judged = sighting->kind != FINDING_BROKEN_INVARIANT && /* wrong whatever comes of it */
                sighting->kind != FINDING_UNINITIALISED_READ; /* zero only in a simulator */
  return (sighting->leaf != LEAF_NONE && judged) || sighting->kind == FINDING_LOST_UPDATE;
}

/* Whether this sighting of a known finding changes nothing: it was shown with as few
 * injections. Halves that agreed show less than halves that did not. */
static bool is_settled(const struct explorer *ex, const struct finding *finding,
                       const struct sighting *sighting) {
  bool judged = finding_traits(sighting->kind)->harm != HARM_IMPLIED
                    ? finding->outcome == OUTCOME_HARMFUL
                    : sighting->latent || !finding->sighting.latent;
  return finding->shown && judged && finding->schedule.count <= level_number(ex) + 1;
}

static bool any_unsettled(struct explorer *ex) {
  for (size_t i = 0; i < ex->here->sighting_count; i++) {
    if (!has_orders(&ex->here->sightings[i])) {
      continue;
    }
    const struct finding *finding =
        findings_match(&ex->findings, ex->machine, &ex->here->sightings[i]);
    if (finding == NULL || !is_settled(ex, finding, &ex->here->sightings[i])) {
      return true;
    }
  }
  return false;
}

/* What could hold the exception back. */
static struct mask_state masks_of(const struct exceptions *x, unsigned exception) {
  return (struct mask_state){
      .primask = x->primask,
      .faultmask = x->faultmask,
      .basepri = x->basepri,
      .priority = x->execution_priority,
      .interrupt_priority = (int16_t)exception_group_priority(x, exception),
  };
}

static struct schedule schedule_here(const struct explorer *ex) {
  struct schedule schedule = {
      .image = explorer_image_tag(ex->image),
      .config = machine_config_fingerprint(&ex->options.machine),
      .count = (uint8_t)(level_number(ex) + 1),
  };
  for (unsigned i = 0; i < schedule.count; i++) {
    const struct level *level = &ex->levels[i];
    schedule.injections[i] =
        (struct injection){.place = level->place, .exception = level->exception};
  }
  return schedule;
}

static enum outcome outcome_of(struct explorer *ex, const struct sighting *sighting) {
  bool orders = ex->ranks && has_orders(sighting); /* else nobody waits for anything */
  enum outcome outcome = orders ? ranking_judge(ex, sighting) : OUTCOME_UNRANKED;
  return sighting->latent && outcome != OUTCOME_HARMFUL ? OUTCOME_LATENT : outcome;
}

/* Whether the intruder had been at work, or was pending, already where the probe was taken:
 * then the order of these two is the run's own, whatever came at the place. An earlier
 * injection whose harm this one makes visible is missed by that. But the orders move both:
 * what this one harms by itself would be blamed on the earlier one too. It takes orders that
 * move the intruder alone. */
static bool came_before(const struct explorer *ex, const struct sighting *sighting) {
  const struct machine_state *s = snapshot_state(ex->here->at_place);
  const struct landing *landed = &ex->landed;
  const struct context intruder = sighting->access[sighting->intruder].context;
  const uint32_t *pending = landed->late ? landed->pending : s->exceptions.pending;
  uint32_t serials = landed->late ? landed->serials : s->serials;
  bool was_pending =
      intruder.exception != ex->here->exception && exception_bit(pending, intruder.exception);
  return was_pending || intruder.serial <= serials;
}

/* A kind that needs harm: the outcome is that of no serial order. Where an order
 * leads elsewhere, and not to the next round either, the value that was read steered
 * the program and was not put back: a check, not an update. */
static bool shows_harm(const struct explorer *ex, enum outcome outcome,
                       const struct sighting *sighting) {
  bool harm =
      outcome == OUTCOME_HARMFUL || (outcome == OUTCOME_UNRANKED && ex->meet_base == NULL);
  return harm && !came_before(ex, sighting);
}

static bool shows_enough(const struct explorer *ex, enum outcome outcome,
                         const struct sighting *sighting) {
  switch (finding_traits(sighting->kind)->harm) {
    case HARM_IMPLIED:
      return true;
    case HARM_UNLESS_SERIAL:
      return !ex->ranks || ((outcome == OUTCOME_HARMFUL || outcome == OUTCOME_UNRANKED) &&
                            !came_before(ex, sighting));
    case HARM_COMPARED:
      return !ex->ranks || (outcome == OUTCOME_HARMFUL && !came_before(ex, sighting));
    case HARM_SHOWN:
      return !ex->ranks || shows_harm(ex, outcome, sighting);
  }
  return true;
}

/* Counted at each place, ranked there or not: the number must not depend on where
 * the harm was seen first, which differs from worker to worker. */
static void count(struct explorer *ex, struct finding *finding) {
  finding->seen[level_number(ex)]++;
  if (ex->options.showed != NULL && finding->shown) {
    ex->options.showed(ex->options.showed_argument, &ex->here->place, ex->here->exception,
                       finding->sighting.kind);
  }
}

/* SysTick counts and PendSV is asked for; an IRQ is raised by its line. */
static bool is_assumed(const struct explorer *ex) {
  const struct exceptions *x = &snapshot_state(ex->here->at_place)->exceptions;
  unsigned e = ex->here->exception;
  return e >= EXCEPTION_IRQ0 && !exception_bit(x->line, e);
}

/* It comes although a write to NVIC_ICER has disabled it. */
static bool is_late(const struct explorer *ex) {
  return late_mask_holds(&snapshot_state(ex->here->at_place)->late, ex->here->exception);
}

static void record(struct explorer *ex, struct finding *finding,
                   const struct sighting *sighting, struct mask_state mask) {
  finding->shown = true;
  finding->order = ex->levels[0].place_serial;
  finding->assumed = is_assumed(ex);
  finding->late_mask = is_late(ex);
  finding->early = ex->early;
  finding->sighting = *sighting;
  finding->place = ex->here->place;
  finding->exception = ex->here->exception;
  finding->mask = mask;
  finding->schedule = schedule_here(ex);
}

static void keep(struct explorer *ex, const struct sighting *sighting, struct mask_state mask) {
  struct finding *finding = findings_match(&ex->findings, ex->machine, sighting);
  unsigned injections = level_number(ex) + 1;
  if (finding != NULL && finding->shown && finding->schedule.count < injections) {
    return; /* fewer show it */
  }
  if (finding != NULL && is_settled(ex, finding, sighting)) {
    count(ex, finding);
    return;
  }
  enum outcome outcome = outcome_of(ex, sighting);
  bool needs = finding_traits(sighting->kind)->harm != HARM_IMPLIED;
  bool shows = shows_enough(ex, outcome, sighting);
  if (finding == NULL) {
    finding = findings_add(&ex->findings, ex->machine, sighting);
  }
  bool fewer = finding->shown && finding->schedule.count > injections;
  bool known = needs && finding->shown && !fewer && outcome == finding->outcome;
  if (shows && !known) {
    finding->outcome = outcome;
    record(ex, finding, sighting, mask);
  }
  count(ex, finding);
}

/* All that a probe showed that was taken back. */
static void keep_all(struct explorer *ex) {
  const struct machine_state *s = snapshot_state(ex->here->at_place);
  for (size_t i = 0; i < ex->here->sighting_count; i++) {
    keep(ex, &ex->here->sightings[i], masks_of(&s->exceptions, ex->here->exception));
  }
  ex->here->sighting_count = 0;
}

/* What is run for the ranking depends on what was ranked before, maybe by another process:
 * what it reads counts for nothing. */
void sightings_keep(struct explorer *ex, enum homecoming how) {
  struct reads *reads = &ex->machine->reads;
  bool kept = reads->kept;
  reads->kept = false;
  if (ex->here->sighting_count > 0 && ex->ranks && any_unsettled(ex)) {
    ranking_prepare(ex, how);
  } else {
    snapshot_restore(ex->here->at_place, ex->machine);
  }
  keep_all(ex);
  reads->kept = kept;
}

/* What the audit's branch is compared for: races of the injection itself. What another
 * exception does that the program asks for behind it, and what the program comes to much
 * later, a check looks at only while it has a suspicion. */
static bool is_audited(const struct sighting *sighting, uint32_t serials) {
  const struct finding_traits *traits = finding_traits(sighting->kind);
  return traits->harm == HARM_IMPLIED && !traits->distant &&
         sighting->access[sighting->intruder].context.serial <= serials;
}

void sightings_keep_audited(struct explorer *ex, uint32_t serials) {
  struct level *level = ex->here;
  bool ranks = ex->ranks;
  size_t audited = 0;
  snapshot_restore(level->at_place, ex->machine);
  for (size_t i = 0; i < level->sighting_count; i++) {
    if (is_audited(&level->sightings[i], serials)) {
      level->sightings[audited++] = level->sightings[i];
    }
  }
  level->sighting_count = audited;
  ex->ranks = false;
  keep_all(ex);
  ex->ranks = ranks;
}

/* What natural arrivals show is a finding of the run as it is. One that needs
 * its harm shown is left to the probes: they decide the same place. */
void sightings_keep_natural(struct explorer *ex) {
  const struct machine_state *s = &ex->machine->state;
  bool mine = ex->share.share == 0 && ex->levels[0].place.boundary >= ex->resumes_at;
  bool ranks = ex->ranks;
  ex->ranks = false;
  for (size_t i = 0; mine && i < ex->here->sighting_count; i++) {
    const struct sighting *sighting = &ex->here->sightings[i];
    if (finding_traits(sighting->kind)->harm == HARM_IMPLIED) {
      ex->here->place = (struct place){.boundary = s->boundary, .pc = s->pc};
      keep(ex, sighting, masks_of(&s->exceptions, EXCEPTION_SYSTICK));
    }
  }
  ex->ranks = ranks;
  ex->here->sighting_count = 0;
}
