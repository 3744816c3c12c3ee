#include "sim/explore/recall.h"

#include <stdlib.h>
#include <string.h>

#include "sim/bytes.h"
#include "sim/explore/private.h"

enum { SP = 13, LIKES_MOST = 2, FAILED_MOST = 8, RETRIED = 16 };

static bool same_machine(struct recall_entry *entry, const struct machine *m, uint32_t sp) {
  const struct machine_state *s = &m->state;
  return entry->footing.sp == sp && entry->depth == s->depth &&
         entry->stack_below == s->stack_below && footing_stands(&entry->footing, m, FLAW_NONE);
}

static bool same_values(const struct recall_entry *entry) {
  const struct recall_input *end = entry->inputs + entry->input_count;
  const struct recall_input *input = entry->inputs;
  while (input < end && bytes_get(input->host, input->size) == input->bytes) {
    input++;
  }
  return input == end;
}

/* Whether the values there do not matter, or are those of then. */
static bool fits(const struct recall_entry *entry, bool blindly) {
  return blindly || entry->footprint.steady.holds || same_values(entry);
}

/* The entry that holds at this place, or NULL. Noted are those that differ in values alone. */
static struct recall_entry *find(struct recalling *r, struct recall *recall, struct machine *m,
                                 bool blindly) {
  uint32_t sp = cpu_get_one(m->cpu, SP);
  for (unsigned i = 0; i < RECALL_ENTRIES; i++) {
    struct recall_entry *entry = &recall->entries[i];
    if (entry->epoch != r->epoch || !same_machine(entry, m, sp)) {
      continue;
    }
    r->likes |= 1U << i;
    if (fits(entry, blindly)) {
      return entry;
    }
  }
  return NULL;
}

static bool add_input(struct recall_entry *entry, const struct machine *m, uint32_t address,
                      uint32_t size) {
  const uint8_t *host = memory_host(&m->memory, address, size);
  for (uint32_t from = 0; from < size; from += 8) {
    uint32_t part = size - from < 8 ? size - from : 8;
    if (host == NULL || entry->input_count == RECALL_INPUTS) {
      return false;
    }
    entry->inputs[entry->input_count++] = (struct recall_input){
        .host = host + from,
        .bytes = bytes_get(host + from, part),
        .size = part,
    };
  }
  return true;
}

static bool add_inputs(struct recall_entry *entry, const struct machine *m) {
  const struct footprint *f = &entry->footprint;
  bool all = true;
  entry->input_count = 0;
  for (unsigned i = 0; all && i < f->count; i++) {
    struct leaf_extent extent = {(f->granules[i].id & ~GRANULE_WORD) * 4, 4};
    if ((f->granules[i].id & GRANULE_WORD) == 0) {
      extent = leaf_extent(&m->memory.leaves, f->granules[i].id);
    }
    all = add_input(entry, m, extent.address, extent.size);
  }
  return all;
}

/* Devices have a state of their own, and time is never the same. */
static bool is_self_contained(const struct footprint *f, const struct held *held) {
  bool contained =
      footprint_is_reusable(f, true) && !f->dead && !f->delayed && f->constant == UINT64_MAX;
  for (unsigned i = 0; contained && i < held->count; i++) {
    contained = held->event[i].kind != EVENT_DEVICE_READ;
  }
  return contained;
}

/* What the handlers find there now. */
static void take_values(struct recall_entry *entry) {
  for (unsigned i = 0; i < entry->input_count; i++) {
    struct recall_input *input = &entry->inputs[i];
    input->bytes = bytes_get(input->host, input->size);
  }
}

static struct recall_entry *next_entry(struct recall *recall) {
  struct recall_entry *entry = &recall->entries[recall->next];
  recall->next = (recall->next + 1) % RECALL_ENTRIES;
  return entry;
}

/* The same ran before, with other values: the entry for these, or NULL if it did not. */
static struct recall_entry *keep_values(const struct recalling *r, struct recall *recall,
                                        struct machine *m) {
  struct recall_entry *oldest = NULL;
  unsigned count = 0;
  for (unsigned left = r->likes; left != 0; left &= left - 1) {
    struct recall_entry *entry = &recall->entries[__builtin_ctz(left)];
    bool same = entry->path == m->path;
    count += same;
    oldest = same && (oldest == NULL || entry->boundary < oldest->boundary) ? entry : oldest;
  }
  if (oldest == NULL) {
    return NULL;
  }
  bool one = oldest->footprint.steady.holds || count >= LIKES_MOST;
  struct recall_entry *entry = one ? oldest : next_entry(recall);
  if (entry != oldest) {
    *entry = *oldest;
  }
  take_values(entry);
  entry->footing.exceptions = m->state.exceptions;
  return entry;
}

static struct recall_entry *keep_new(const struct recalling *r, struct recall *recall,
                                     struct machine *m, const struct footprint *f) {
  struct recall_entry *entry = &recall->entries[recall->next];
  entry->epoch = 0;
  entry->footprint = *f;
  if (!add_inputs(entry, m)) {
    return NULL;
  }
  entry->epoch = r->epoch;
  entry->path = m->path;
  entry->depth = m->state.depth;
  entry->stack_below = m->state.stack_below;
  footing_take(&entry->footing, m);
  return next_entry(recall);
}

static const uint64_t NEVER_ASKED = UINT64_MAX;

/* Each write may change what is there: nobody was asked yet of events like these. */
static void forget_values(struct recall_entry *entry) {
  for (unsigned i = 0; i < entry->event_count; i++) {
    struct event *event = &entry->events[i];
    event->value = event->kind == EVENT_WRITE ? ~event->old : event->value;
  }
  entry->told = NEVER_ASKED;
}

/* What the probe said, for the entry to say again. */
static void take_events(struct recall_entry *entry, const struct explorer *ex) {
  const struct machine_state *s = &ex->machine->state;
  const struct held *held = &ex->panel.held;
  entry->boundary = s->boundary;
  entry->serials = s->serials;
  entry->told = ex->panel.told;
  entry->event_count = held->count;
  memcpy(entry->events, held->event, held->count * sizeof *held->event);
  if (entry->footprint.steady.holds) {
    forget_values(entry);
  }
}

/* The event as it is said at this place. */
static struct event shifted(const struct recall_entry *entry, const struct machine *m,
                            unsigned index) {
  const struct machine_state *s = &m->state;
  struct event event = entry->events[index];
  event.boundary += s->boundary - entry->boundary;
  event.context.serial += s->serials - entry->serials;
  if (event.kind == EVENT_ENTRY || event.kind == EVENT_RETURN) {
    event.pc = s->pc;
  }
  return event;
}

/* Whether what is told at this place may be told from here, and kept. */
static bool applies(const struct explorer *ex, unsigned exception) {
  const struct machine *m = ex->machine;
  const struct machine_state *s = &m->state;
  return ex->options.recalls && ex->here == ex->levels &&
         ex->here->place.kind == PLACE_BOUNDARY && ex->only == NULL && !ex->follows &&
         !ex->audits && ex->listener == NULL && ex->panel.holders == 0 &&
         m->config.arrival_rule_count == 0 && !m->code_in_ram && !s->interrupted.armed &&
         !s->late.open && exception_can_preempt(&s->exceptions, exception);
}

/* Of handlers that access devices none can be kept: only now and then another is looked at. */
static bool is_worth_it(const struct explorer *ex, unsigned exception) {
  return ex->recalling.failed[exception] < FAILED_MOST || ex->probes % RETRIED == 0;
}

struct footprint *recall_begin(struct explorer *ex, unsigned exception) {
  struct recalling *r = &ex->recalling;
  const struct recall *recall = r->of[exception];
  bool known = r->likes != 0 && !recall->strays;
  r->wanted = applies(ex, exception);
  r->recorded = r->wanted && !known && is_worth_it(ex, exception);
  return r->recorded ? &r->footprint : NULL;
}

void recall_note(struct explorer *ex, unsigned exception, const struct footprint *f) {
  const struct held *held = &ex->panel.held;
  struct recalling *r = &ex->recalling;
  struct machine *m = ex->machine;
  bool contained = r->recorded && r->wanted && is_self_contained(f, held);
  if (r->recorded) {
    uint8_t *failed = &r->failed[exception];
    *failed = contained ? 0 : (uint8_t)(*failed + (*failed < FAILED_MOST));
  }
  if (!r->wanted || !held->quiet || held->count > RECALL_EVENTS) {
    return;
  }
  if (r->of[exception] == NULL) {
    r->of[exception] = allocate(1, sizeof *r->of[exception]);
  }
  struct recall *recall = r->of[exception];
  struct recall_entry *entry = keep_values(r, recall, m);
  if (entry == NULL && contained) {
    entry = keep_new(r, recall, m, f);
    recall->strays = false;
  } else if (entry == NULL) {
    recall->strays = true;
  }
  if (entry != NULL) {
    take_events(entry, ex);
  }
}

/* Whether all of its events concern nobody here. Where no detector heard of anything since it
 * was asked accesses concern whom they concerned: what is between entry and return. */
static bool is_quiet(struct explorer *ex, struct recall_entry *entry) {
  uint64_t mark = undo_mark(ex->panel.undo);
  uint8_t outer = ex->panel.run;
  bool quiet = true;
  panel_set_run(&ex->panel, (uint8_t)(level_number(ex) + 2));
  unsigned count = entry->event_count;
  unsigned step = entry->told == ex->panel.told && count > 1 ? count - 1 : 1;
  for (unsigned i = 0; quiet && i < count; i += step) {
    struct event event = shifted(entry, ex->machine, i);
    quiet = panel_ask(&ex->panel, &event);
  }
  undo_rewind(ex->panel.undo, mark);
  panel_set_run(&ex->panel, outer);
  entry->told = quiet ? ex->panel.told : entry->told;
  return quiet;
}

/* The places behind this one are asked about the same footprint. */
static void begin_chain(struct explorer *ex, unsigned exception,
                        const struct footprint *footprint) {
  struct machine *m = ex->machine;
  struct equivalence *e = level_record(ex, &ex->here->equivalences[exception]);
  e->lands = true;
  e->footprint = *footprint;
  e->footprint.began = m->state.time;
  equivalence_end(e, m, true, true);
}

bool recall_probe(struct explorer *ex, unsigned exception) {
  struct recalling *r = &ex->recalling;
  struct machine *m = ex->machine;
  const struct machine_state *s = &m->state;
  bool blindly = (ex->options.flaws & FLAW_IGNORE_VALUES) != 0;
  r->likes = 0;
  if (r->of[exception] == NULL || !applies(ex, exception)) {
    return false;
  }
  struct recall_entry *entry = find(r, r->of[exception], m, blindly);
  struct equivalence *e = ex->here->equivalences[exception];
  if (entry == NULL || (decide_prunes(ex) && e == NULL) || !is_quiet(ex, entry)) {
    return false;
  }
  if (decide_prunes(ex)) {
    begin_chain(ex, exception, &entry->footprint);
  }
  ex->landed = (struct landing){
      .happened = true, .boundary = s->boundary, .pc = s->pc, .serials = s->serials};
  ex->here->suspicious = false;
  ex->certificate.recalled++;
  return true;
}

void recall_free(struct recalling *recalling) {
  for (unsigned e = 0; e < EXCEPTION_COUNT; e++) {
    free(recalling->of[e]);
  }
}
