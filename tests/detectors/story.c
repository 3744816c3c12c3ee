#include "tests/detectors/story.h"

#include <assert.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detectors/claims.h"
#include "sim/undo.h"

enum { PROBE_RUN = SPINE_RUN + 1 };
enum { LEAF_BYTES = 16, EVENTS = STEPS, SAID = 12 * STEPS, LEVELS = 8, BASE = 0x20000000 };

static const uint64_t STATES[] = {STATE_A, STATE_B};
static const uint64_t MODES[] = {0x10001, 0x20002, 0x30003};
static const uint64_t FLAGS[] = {1, 2, 4};

#define AT(index, bytes, kind_) \
  .address = BASE + LEAF_BYTES * (index), .size = bytes, .kind = kind_
static const struct leaf LEAVES[TYPED] = {
    [WIDE] = {AT(WIDE, 8, LEAF_INTEGER)},
    [WORD] = {AT(WORD, 4, LEAF_INTEGER)},
    [STATE] = {AT(STATE, 8, LEAF_ENUM), .flags = LEAF_VOLATILE, .values = STATES,
               .value_count = 2},
    [MODE] = {AT(MODE, 4, LEAF_ENUM), .values = MODES, .value_count = 3},
    [OPTIONS] = {AT(OPTIONS, 1, LEAF_ENUM), .flags = LEAF_FLAGS, .values = FLAGS,
                 .value_count = 3},
    [READY] = {AT(READY, 1, LEAF_BOOL)},
    [LETTER] = {AT(LETTER, 4, LEAF_CHARACTER)},
    [BITS] = {AT(BITS, 1, LEAF_BITFIELD)},
    [FLAG] = {AT(FLAG, 4, LEAF_INTEGER), .flags = LEAF_VOLATILE},
    [COUNT] = {AT(COUNT, 4, LEAF_INTEGER), .flags = LEAF_ATOMIC},
    [LEFT] = {AT(LEFT, 4, LEAF_INTEGER), .flags = LEAF_MEMBER, .variable = 2},
    [RIGHT] = {AT(RIGHT, 4, LEAF_INTEGER), .flags = LEAF_MEMBER, .variable = 2},
    [LOCAL] = {AT(LOCAL, 4, LEAF_INTEGER), .variable = 1, .owner = FUNCTION},
    [HUGE_LEAF] = {AT(HUGE_LEAF, 16, LEAF_UNION)},
};

static const uint64_t AT_FIRST[TYPED + 1] = {
    [WIDE] = WIDE_AT_FIRST, [WORD] = 10,       [STATE] = STATE_A, [MODE] = 0x10001,
    [OPTIONS] = 1,          [LETTER] = 0xd800, [LEFT] = 1,        [RIGHT] = 2,
};

static const struct leaf_table TABLE = {
    .leaves = LEAVES,
    .count = TYPED,
    .word_base = BASE + LEAF_BYTES * TYPED,
    .word_count = 1,
};

/* What the user claims: LEFT + RIGHT == 3; WORD, FLAG and a register are seen together, and
 * so are a register and the halves of another. */
static const struct term SUM[] = {
    {.kind = TERM_LEAF, .size = 4, .operand = 0},
    {.kind = TERM_LEAF, .size = 4, .operand = 1},
    {.kind = TERM_ADD},
    {.kind = TERM_NUMBER, .size = 4, .number = 3},
    {.kind = TERM_EQUAL},
};
static const uint32_t SLOTS[] = {0, 1};
static const struct invariant INVARIANTS[] = {{"LEFT + RIGHT == 3", SUM, 5, SLOTS, 2}};
static const uint32_t NAMED[] = {LEFT, RIGHT};
static const uint64_t USES[] = {1, 1};
static const uint32_t SLOT_OF[TYPED] = {[LEFT] = 1, [RIGHT] = 2};
static const uint32_t GROUP_OF[TYPED] = {[WORD] = 1, [FLAG] = 1};
static const struct claim_register GROUPED[] = {
    {0x40000010, 4, 1}, {0x40000018, 4, 2}, {0x4000001c, 2, 2}, {0x4000001e, 2, 2}};
static const struct claims CLAIMS = {
    .invariants = INVARIANTS,
    .invariant_count = 1,
    .leaves = NAMED,
    .uses = USES,
    .slot_count = 2,
    .slot_of = SLOT_OF,
    .group_of = GROUP_OF,
    .registers = GROUPED,
    .register_count = sizeof GROUPED / sizeof GROUPED[0],
};

/* The state of the world that a story is told in. */
struct teller {
  uint8_t memory[TYPED + 1][LEAF_BYTES];
  struct context stack[LEVELS];
  unsigned depth;
  uint32_t serial;
  uint64_t boundary;
};

static uint64_t bytes_at(const uint8_t *bytes, unsigned size) {
  uint64_t value = 0;
  memcpy(&value, bytes, size < 8 ? size : 8);
  return value;
}

static void tell_access(struct teller *teller, const struct step *step, struct event *event) {
  event->boundary = teller->boundary;
  event->context = teller->stack[teller->depth];
  assert(event->context.exception == step->who); /* the one on top acts */
  if (step->leaf == LEAF_NONE) {
    event->address = step->address;
    event->value = step->value;
    event->old = step->old;
    event->whole = step->whole;
    return;
  }
  uint8_t *bytes = &teller->memory[step->leaf][step->offset];
  struct leaf leaf = leaf_get(&TABLE, step->leaf);
  event->address = leaf.address + step->offset;
  event->old = bytes_at(bytes, step->size);
  if (step->kind == EVENT_WRITE) {
    memcpy(bytes, &step->value, step->size);
  }
  event->value = bytes_at(bytes, step->size);
  event->whole = bytes_at(teller->memory[step->leaf], leaf.size);
}

static void tell_entry(struct teller *teller, const struct step *step, struct event *event) {
  event->other = teller->stack[teller->depth];
  teller->stack[++teller->depth] =
      (struct context){.exception = step->who, .serial = ++teller->serial};
  event->context = teller->stack[teller->depth];
  event->boundary = teller->boundary;
  event->leaf = LEAF_NONE;
}

static void tell_return(struct teller *teller, const struct step *step, struct event *event) {
  assert(teller->stack[teller->depth].exception == step->who);
  event->context = teller->stack[teller->depth--];
  event->other = teller->stack[teller->depth];
  event->flags = step->flags;
  event->boundary = teller->boundary + 1; /* behind the returning instruction */
  event->leaf = LEAF_NONE;
}

/* The event of one step; every instruction and every entry takes a number. */
static struct event tell(struct teller *teller, const struct step *step) {
  struct event event = {.kind = step->kind,
                        .size = step->size,
                        .flags = step->flags,
                        .beat = step->beat,
                        .pc = step->pc,
                        .leaf = step->leaf};
  teller->boundary += step->beat == 0 && step->kind < STEP_OPEN;
  switch (step->kind) {
    case EVENT_ENTRY:
      tell_entry(teller, step, &event);
      break;
    case EVENT_RETURN:
      tell_return(teller, step, &event);
      break;
    case EVENT_RESTART:
      event.boundary = teller->boundary--; /* its accesses have the same number */
      event.context = teller->stack[teller->depth];
      break;
    case STEP_IDLE:
      teller->boundary += step->value;
      break;
    case STEP_OPEN:
    case STEP_PROBE:
    case STEP_FULL:
      break;
    default:
      tell_access(teller, step, &event);
  }
  return event;
}

/* A detector that listens, and what it said. */
struct listener {
  struct undo undo;
  struct detection detection;
  struct nesting nesting;
  size_t state_size;
  struct suspicions open;
  struct suspicions distant;
  struct awaited awaited;
  uint32_t holders;
  uint8_t run;
  uint32_t full;
  struct sighting said[SAID];
  unsigned count;
};

static void note(void *sink, const struct sighting *sighting) {
  struct listener *listener = sink;
  cr_assert(listener->count < SAID);
  listener->said[listener->count++] = *sighting;
}

static bool same_statement(const void *image, uint32_t pc, uint32_t other) {
  (void)image;
  return pc >> 4 == other >> 4;
}

static bool same_expression(const void *image, uint32_t pc, uint32_t other) {
  (void)image;
  return (pc ^ other) == 8;
}

static bool same_function(const void *image, uint32_t pc, uint32_t other) {
  (void)image;
  return pc >> 8 == other >> 8;
}

/* As if 0x800 to 0x8ff were read_volatile's. */
static bool is_deliberate(const void *image, uint32_t pc) {
  (void)image;
  return pc >> 8 == 8;
}

/* As if each statement's first instruction began such a loop. */
static bool loops_blindly(const void *image, uint32_t pc) {
  (void)image;
  return (pc & 0xf) == 4;
}

/* The image puts something into COUNT. */
static bool is_loaded(const void *image, uint32_t address) {
  (void)image;
  return address - LEAVES[COUNT].address < LEAF_BYTES;
}

/* Every register has four flags. */
static uint32_t flags_of(const void *registers, uint32_t word) {
  (void)registers;
  (void)word;
  return 0xf;
}

static void observe(const struct detector *detector, struct listener *listener,
                    const struct event *event) {
  bool unheard =
      event->context.exception == 0 && (detector->not_in_thread >> event->kind & 1) != 0;
  uint64_t mark = undo_mark(&listener->undo);
  unsigned count = listener->count;
  detector->observe(&listener->detection, listener->detection.state, event);
  if (unheard) {
    cr_expect(undo_mark(&listener->undo) == mark && listener->count == count,
              "%s: not_in_thread, and it matters", detector->name);
  }
}

/* As the core does it. */
static void tell_detector(const struct detector *detector, struct listener *listener,
                          const struct event *event) {
  bool wanted = event->kind < EVENT_KIND_COUNT && (detector->events >> event->kind & 1) != 0;
  if (event->kind == EVENT_ENTRY) {
    nesting_enter(&listener->nesting, &listener->undo, event);
  }
  if (wanted) {
    observe(detector, listener, event);
  }
  if (event->kind == EVENT_RETURN) {
    nesting_leave(&listener->nesting, &listener->undo, event);
  }
}

/* Whose step it is. */
static uint8_t run_of(const struct story *story, size_t step) {
  for (size_t i = step; i < STEPS; i++) {
    if (story->steps[i].kind == STEP_PROBE) {
      return SPINE_RUN;
    }
  }
  return PROBE_RUN;
}

static void tell_step(const struct detector *detector, struct listener *listener,
                      const struct story *story, const struct event *events, size_t step) {
  listener->run = run_of(story, step);
  tell_detector(detector, listener, &events[step]);
}

static const bool REWINDS = true;

static void listen(struct listener *listener, const struct detector *detector) {
  *listener = (struct listener){.state_size = detector->state_size(&TABLE), .run = PROBE_RUN};
  undo_init(&listener->undo);
  listener->detection = (struct detection){
      .leaves = &TABLE,
      .claims = &CLAIMS,
      .undo = &listener->undo,
      .state = calloc(1, listener->state_size),
      .nesting = &listener->nesting,
      .horizon = STORY_HORIZON,
      .open = &listener->open,
      .distant = &listener->distant,
      .awaited = &listener->awaited,
      .holders = &listener->holders,
      .run = &listener->run,
      .rewinds = &REWINDS,
      .full = &listener->full,
      .bit = 1,
      .report = note,
      .sink = listener,
      .same_statement = same_statement,
      .same_expression = same_expression,
      .same_function = same_function,
      .is_deliberate = is_deliberate,
      .loops_blindly = loops_blindly,
      .is_loaded = is_loaded,
      .flags_of = flags_of,
  };
}

static void stop_listening(struct listener *listener) {
  free(listener->detection.state);
  undo_fini(&listener->undo);
}

static size_t step_count(const struct story *story) {
  size_t count = 0;
  while (count < STEPS && (story->steps[count].size != 0 || story->steps[count].kind != 0)) {
    count++;
  }
  return count;
}

static void hear(const struct detector *detector, struct listener *listener,
                 const struct story *story, const struct event *events, size_t from) {
  for (size_t i = from; i < step_count(story); i++) {
    if (story->steps[i].kind == STEP_OPEN) {
      cr_expect(listener->open.all + listener->distant.all == story->steps[i].value,
                "%s: step %zu: %u suspicions open", story->name, i,
                listener->open.all + listener->distant.all);
    } else if (story->steps[i].kind < STEP_OPEN) {
      tell_step(detector, listener, story, events, i);
    }
  }
  if (detector->finish != NULL) {
    detector->finish(&listener->detection, listener->detection.state);
  }
  cr_expect(listener->open.all + listener->distant.all == 0, "%s: suspicions left open",
            story->name);
}

static bool is_said(const struct sighting *sighting, const struct saying *saying) {
  return sighting->kind == saying->kind && sighting->leaf == saying->leaf &&
         sighting->access[sighting->victim].pc == saying->victim &&
         sighting->access[sighting->intruder].pc == saying->intruder &&
         sighting->value == saying->value && sighting->latent == saying->latent;
}

static bool in_order(const struct sighting *sighting) {
  bool ordered = sighting->accesses > 0 && sighting->accesses <= SIGHTING_ACCESSES &&
                 sighting->victim < sighting->accesses &&
                 sighting->intruder < sighting->accesses &&
                 sighting->expected_count <= SIGHTING_EXPECTED;
  for (unsigned i = 1; ordered && i < sighting->accesses; i++) {
    ordered = sighting->access[i - 1].boundary <= sighting->access[i].boundary;
  }
  return ordered;
}

static void compare(const struct story *story, const struct listener *listener) {
  unsigned expected = 0;
  while (expected < SAYINGS && story->says[expected].victim != 0) {
    expected++;
  }
  size_t steps = step_count(story);
  bool full = steps > 0 && story->steps[steps - 1].kind == STEP_FULL;
  cr_expect((listener->full != 0) == full, "%s: full: %u", story->name, listener->full);
  cr_expect(listener->count == expected, "%s: %u sightings, not %u", story->name,
            listener->count, expected);
  for (unsigned i = 0; i < listener->count; i++) {
    const struct sighting *said = &listener->said[i];
    cr_expect(in_order(said), "%s: sighting %u is ill-formed", story->name, i);
    cr_expect(i < expected && is_said(said, &story->says[i]),
              "%s: sighting %u is %s of leaf %u, value %#llx%s, victim %#x, intruder %#x",
              story->name, i, finding_traits(said->kind)->name, said->leaf,
              (unsigned long long)said->value, said->latent ? " (latent)" : "",
              said->access[said->victim].pc, said->access[said->intruder].pc);
  }
}

static bool is_same(const struct sighting *a, const struct sighting *b) {
  bool same = a->kind == b->kind && a->leaf == b->leaf && a->accesses == b->accesses &&
              a->victim == b->victim && a->intruder == b->intruder && a->latent == b->latent &&
              a->value == b->value && a->new_bytes == b->new_bytes &&
              a->expected_count == b->expected_count &&
              memcmp(a->expected, b->expected, sizeof a->expected) == 0;
  for (unsigned i = 0; same && i < a->accesses; i++) {
    const struct access *x = &a->access[i], *y = &b->access[i];
    same = x->op == y->op && x->pc == y->pc && x->boundary == y->boundary &&
           x->address == y->address && x->size == y->size && x->value == y->value;
  }
  return same;
}

static bool says_again(const struct listener *listener, unsigned before, unsigned middle) {
  bool same = listener->count - middle == middle - before;
  for (unsigned i = 0; same && middle + i < listener->count; i++) {
    same = is_same(&listener->said[before + i], &listener->said[middle + i]);
  }
  return same;
}

/* Rewound behind any step, the detector must be as it was there and say the
 * same of the rest again. */
static void rewind_at(const struct detector *detector, const struct story *story,
                      const struct event *events, size_t at) {
  struct listener listener;
  listen(&listener, detector);
  for (size_t i = 0; i < at; i++) {
    tell_step(detector, &listener, story, events, i);
  }
  unsigned before = listener.count;
  uint32_t open = listener.open.all;
  uint64_t mark = undo_mark(&listener.undo);
  void *snapshot = malloc(listener.state_size);
  memcpy(snapshot, listener.detection.state, listener.state_size);
  hear(detector, &listener, story, events, at);
  undo_rewind(&listener.undo, mark);
  cr_expect(memcmp(snapshot, listener.detection.state, listener.state_size) == 0,
            "%s: step %zu: state does not come back", story->name, at);
  cr_expect(listener.open.all == open, "%s: step %zu: open does not come back", story->name,
            at);
  unsigned middle = listener.count;
  hear(detector, &listener, story, events, at);
  cr_expect(says_again(&listener, before, middle),
            "%s: step %zu: says something else the second time", story->name, at);
  free(snapshot);
  stop_listening(&listener);
}

static size_t tell_all(const struct story *story, struct event *events) {
  struct teller teller = {.boundary = 100};
  for (unsigned i = 0; i <= TYPED; i++) {
    memcpy(teller.memory[i], &AT_FIRST[i], sizeof AT_FIRST[i]);
  }
  size_t count = step_count(story);
  for (size_t i = 0; i < count; i++) {
    events[i] = tell(&teller, &story->steps[i]);
  }
  return count;
}

/* Of its values only whether a write changes anything may matter: others may stand there. */
static bool concerns(const struct detector *detector, const struct detection *d,
                     const struct event *event) {
  bool access = event->kind == EVENT_READ || event->kind == EVENT_WRITE;
  bool answer = detector->concerns(d, d->state, event);
  struct event other = *event;
  other.value = ~event->value;
  other.old = event->value == event->old ? other.value : event->value;
  other.whole = ~event->whole;
  cr_expect(!access || detector->concerns(d, d->state, &other) == answer,
            "%s: concerns looks at values", detector->name);
  return answer;
}

/* Whether the core would tell this event behind held back ones, of which `last` is the newest
 * (or NULL); see detector.remembers. */
static bool is_told(const struct detector *detector, const struct listener *listener,
                    const struct event *last, const struct event *event) {
  bool fits = event->kind < EVENT_KIND_COUNT && detection_can_hold(last, event);
  uint32_t asks = detector->events & ~detector->remembers;
  const struct detection *d = &listener->detection;
  return !fits || ((asks >> event->kind & 1U) != 0 &&
                   (detector->concerns == NULL || concerns(detector, d, event)));
}

/* What is held back of a probe that begins at this entry would have been no news. */
static void hold_at(const struct detector *detector, const struct story *story,
                    const struct event *events, size_t count, size_t at) {
  struct listener listener;
  listen(&listener, detector);
  for (size_t i = 0; i < at; i++) {
    tell_step(detector, &listener, story, events, i);
  }
  unsigned said = listener.count;
  bool calm = listener.open.all == 0 && listener.distant.all == 0;
  uint64_t mark = undo_mark(&listener.undo);
  nesting_enter(&listener.nesting, &listener.undo, &events[at]);
  size_t end = at;
  const struct event *last = NULL;
  while (calm && end < count && !is_told(detector, &listener, last, &events[end])) {
    last = &events[end++];
  }
  undo_rewind(&listener.undo, mark);
  for (size_t i = at; i < end; i++) {
    tell_step(detector, &listener, story, events, i);
    cr_expect(listener.count == said && listener.open.all == 0 && listener.distant.all == 0,
              "%s: step %zu: held back from step %zu on, but it is news", story->name, i, at);
  }
  stop_listening(&listener);
}

static void check_holding(const struct detector *detector, const struct story *story,
                          const struct event *events, size_t count) {
  for (size_t at = 0; at < count; at++) {
    if (events[at].kind == EVENT_ENTRY) {
      hold_at(detector, story, events, count, at);
    }
  }
}

static void check_rewinding(const struct detector *detector, const struct story *story,
                            const struct event *events, size_t count) {
  for (size_t at = 0; at <= count; at++) {
    rewind_at(detector, story, events, at);
  }
}

void story_check(const struct detector *detector, const struct story *stories, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct event events[EVENTS];
    size_t steps = tell_all(&stories[i], events);
    struct listener listener;
    listen(&listener, detector);
    hear(detector, &listener, &stories[i], events, 0);
    compare(&stories[i], &listener);
    stop_listening(&listener);
    check_rewinding(detector, &stories[i], events, steps);
    check_holding(detector, &stories[i], events, steps);
  }
}

static uint32_t draw(uint32_t *seed, uint32_t below) {
  *seed = *seed * 1664525 + 1013904223;
  return (*seed >> 8) % below;
}

/* An aligned access of any width to one of a few leaves. */
static struct step draw_access(uint32_t *seed, uint16_t who) {
  static const uint32_t leaves[] = {WIDE, WORD, STATE, MODE};
  uint32_t leaf = leaves[draw(seed, 4)];
  uint8_t size = (uint8_t)(1U << draw(seed, LEAVES[leaf].size == 8 ? 4 : 3));
  return (struct step){
      .kind = draw(seed, 2) == 0 ? EVENT_READ : EVENT_WRITE,
      .who = who,
      .pc = 0x100U * who + 0x10 * draw(seed, 2) + 2 * draw(seed, 8),
      .leaf = leaf,
      .offset = (uint8_t)(size * draw(seed, LEAVES[leaf].size / size)),
      .size = size,
      .value = draw(seed, 3) * 0x0001000100010001,
      .flags = draw(seed, 16) == 0 ? EVENT_EXCLUSIVE : 0,
  };
}

static void draw_story(uint32_t *seed, struct story *story) {
  uint16_t stack[LEVELS] = {MAIN};
  unsigned depth = 0;
  for (unsigned i = 0; i < STEPS; i++) {
    uint32_t turn = draw(seed, 10);
    if (turn == 0 && depth + 1 < LEVELS) {
      stack[++depth] = (uint16_t)(TICK + draw(seed, 3));
      story->steps[i] = (struct step){.kind = EVENT_ENTRY, .who = stack[depth]};
    } else if (turn == 1 && depth > 0) {
      story->steps[i] = (struct step){.kind = EVENT_RETURN, .who = stack[depth--]};
    } else if (turn == 2) {
      story->steps[i] = (struct step){.kind = EVENT_RESTART,
                                      .who = stack[depth],
                                      .pc = 0x100U * stack[depth] + 2 * draw(seed, 8)};
    } else {
      story->steps[i] = draw_access(seed, stack[depth]);
    }
  }
}

void story_check_random(const struct detector *detector, uint32_t seed, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    char name[32];
    snprintf(name, sizeof name, "random story %u", i);
    struct story story = {.name = name};
    struct event events[EVENTS];
    draw_story(&seed, &story);
    size_t steps = tell_all(&story, events);
    check_rewinding(detector, &story, events, steps);
    check_holding(detector, &story, events, steps);
  }
}
