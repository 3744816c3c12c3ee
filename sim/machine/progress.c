/* How the spine makes progress: natural arrivals, and what a program that
 * waits is given.
 *
 * SysTick arrives when its counter says so. A program whose state came back
 * (registers, memory, devices, exceptions; time left out) waits: a register
 * that it polls is answered with another value, or time jumps to the next
 * tick, or the enabled interrupts are given in turn. If it comes back to a
 * state in which it already waited, nothing new can happen: the run is closed.
 * A busy program is given each enabled interrupt once, some thousand
 * instructions after it was enabled. All of it follows from the machine's
 * state, so that a run needs no record of these choices. Where a stimulus says
 * which interrupts come (arrivals.c), a program that waits gets the next of
 * these instead, and the run ends when there are no more. */
#include <string.h>

#include "sim/machine/peripherals.h"
#include "sim/machine/private.h"

enum {
  GIFT_INTERVAL = 4096,
  FIRST_POWER = 8,
  POLL_ANSWERS = 4,
  TRIAL_SLACK = 64,
  TIGHT_LOOP = 64,
  TIGHT_GIVEN = 512 /* while a stimulus gives interrupts: anchors cost time */
};

void progress_reset(struct machine *m) {
  struct progress *p = &m->state.progress;
  memset(p, 0, sizeof *p);
  p->next_gift = GIFT_INTERVAL;
  p->loop.power = p->waiting.power = FIRST_POWER;
}

static uint64_t content_hash(const struct machine *m) {
  const struct machine_state *s = &m->state;
  return s->memory_hash * 31 ^ s->device_hash ^ machine_model_hash(m) ^ discipline_hash(m) ^
         (uint64_t)s->progress.last_given << 32;
}

static void anchor(struct machine *m, struct recurrence *r, uint64_t now) {
  struct cpu_registers registers;
  cpu_get(m->cpu, &registers);
  memcpy(r->registers, registers.r, sizeof registers.r);
  r->registers[13] = registers.sp;
  r->registers[14] = registers.lr;
  r->xpsr = registers.xpsr;
  r->pc = m->state.pc;
  r->memory_hash = m->state.memory_hash;
  r->hash = content_hash(m);
  r->since = now;
  r->set = true;
}

static bool same_values(struct machine *m, const struct recurrence *r) {
  struct cpu_registers registers;
  for (unsigned i = 1; i < 4; i++) { /* what a loop counts with is often here */
    if (cpu_get_one(m->cpu, i) != r->registers[i]) {
      return false;
    }
  }
  cpu_get(m->cpu, &registers);
  return memcmp(r->registers, registers.r, sizeof registers.r) == 0 &&
         r->registers[13] == registers.sp && r->registers[14] == registers.lr &&
         r->xpsr == registers.xpsr && r->hash == content_hash(m);
}

static inline bool same_state(struct machine *m, const struct recurrence *r) {
  return progress_may_recur(m, r, m->state.pc) && same_values(m, r);
}

/* Brent's search: the anchor moves on at growing distances. */
static void move_anchor(struct machine *m, struct recurrence *r, uint64_t now) {
  if (r->set && now - r->since < r->power) {
    return;
  }
  if (r->set) {
    r->power *= 2;
  }
  anchor(m, r, now);
}

/* Whether the program is in a state in which it waited before. */
static bool waited_so(struct machine *m) {
  struct progress *p = &m->state.progress;
  if (same_state(m, &p->waiting)) {
    return true;
  }
  move_anchor(m, &p->waiting, ++p->waits);
  return false;
}

/* A short loop that begins long after the program did is seen at once by an anchor
 * that never lies far back. */
SELDOM static void move_anchors(struct machine *m) {
  struct progress *p = &m->state.progress;
  struct recurrence *tight = &p->tight;
  const struct recurrence *loop = &p->loop;
  uint64_t longest = m->state.arrivals.open ? TIGHT_GIVEN : TIGHT_LOOP;
  if (!tight->set || p->walked - tight->since >= longest) {
    anchor(m, tight, p->walked);
  }
  move_anchor(m, &p->loop, p->walked);
  uint64_t next = loop->since + loop->power;
  p->next_anchor = tight->since + longest < next ? tight->since + longest : next;
}

SELDOM static bool is_at_anchor(struct machine *m) {
  const struct progress *p = &m->state.progress;
  return same_state(m, &p->tight) || same_state(m, &p->loop);
}

/* Whether the program's state came back. While a stimulus gives interrupts runs
 * are many and short: there, only steps backwards are looked at, which every loop
 * has. */
static inline bool looped(struct machine *m) {
  struct machine_state *s = &m->state;
  struct progress *p = &s->progress;
  if (s->arrivals.open && s->pc > s->acting_pc) {
    return false;
  }
  uint64_t steps = s->arrivals.open ? s->boundary - p->searched : 1;
  p->searched = s->boundary;
  if ((progress_may_recur(m, &p->tight, s->pc) || progress_may_recur(m, &p->loop, s->pc)) &&
      is_at_anchor(m)) {
    return true;
  }
  p->walked += steps;
  if (p->walked >= p->next_anchor) {
    move_anchors(m);
  }
  return false;
}

static void restart_search(struct machine *m) {
  struct progress *p = &m->state.progress;
  p->tight = (struct recurrence){0};
  p->loop = (struct recurrence){.power = FIRST_POWER};
  p->next_anchor = 0;
  p->device_reads_then = m->state.device_reads;
  p->counter_next = 0;
}

void machine_reopen(struct machine *m) {
  restart_search(m);
  m->state.progress.waiting = (struct recurrence){.power = FIRST_POWER};
}

static bool tick_is_due(const struct machine *m) {
  const struct machine_state *s = &m->state;
  return (s->systick.control & SYSTICK_TICKINT) != 0 && s->next_arrival != SYSTICK_NEVER;
}

/* What a model raises comes when the model says so. */
static bool can_be_given(const struct machine *m, const struct exceptions *x, unsigned e) {
  return !registers_drive(m->config.registers, e) && exception_bit(x->enabled, e) &&
         discipline_opens(m, e) != UINT64_MAX && !exception_bit(x->active, e) &&
         !exception_bit(x->pending, e) && (e != EXCEPTION_SYSTICK || tick_is_due(m));
}

/* SysTick or the enabled interrupt that is next in turn, or 0. Sleep ends for
 * what only PRIMASK holds back (ARMv7-M B1.5.19). */
static unsigned next_in_turn(const struct machine *m, bool masked) {
  struct exceptions x = m->state.exceptions;
  if (m->state.asleep) {
    x.primask = 0;
    exceptions_update(&x);
  }
  unsigned last = m->state.progress.last_given;
  for (unsigned i = 1; i <= EXCEPTION_COUNT; i++) {
    unsigned e = (last + i) % EXCEPTION_COUNT;
    if (e >= EXCEPTION_SYSTICK && can_be_given(m, &x, e) &&
        (masked || exception_can_preempt(&x, e))) {
      return e;
    }
  }
  return 0;
}

SELDOM static void arrive(struct machine *m) {
  struct machine_state *s = &m->state;
  if (systick_expire(&s->systick, s->time)) {
    exception_set(s->exceptions.pending, EXCEPTION_SYSTICK);
    discipline_arrived(m, EXCEPTION_SYSTICK);
    exceptions_update(&s->exceptions);
  }
  s->next_arrival = systick_expiry(&s->systick);
}

/* Whether the loop that the program waits in is left when the register reads so:
 * tried, and taken back. */
static bool ends_loop(struct machine *m, struct device_register *slot, uint32_t answer) {
  const struct machine_state *s = &m->state;
  const struct recurrence *loop = &s->progress.loop;
  struct machine_host host = m->host;
  struct run run = {
      .mode = RUN_BRANCH,
      .limit = s->boundary + 2 * (s->progress.walked - loop->since) + TRIAL_SLACK,
      .meets = true,
      .meet_pc = s->pc,
      .meet_depth = s->depth,
      .meet_after = s->boundary + 1,
  };
  snapshot_save(m->trial, m);
  undo_save(&m->undo, slot, sizeof *slot);
  slot->answer = answer;
  slot->answered = true;
  m->host = (struct machine_host){0};
  machine_continue(m, &run);
  snapshot_restore(m->trial, m);
  m->host = host;
  return run.stop == STOP_LIMIT || run.stop == STOP_SLEEP;
}

/* The value nearest to the one shown that ends the loop: one bit turned, else all
 * ones, else nothing set. */
static uint32_t find_answer(struct machine *m, struct device_register *slot, uint32_t shown) {
  for (unsigned bit = 0; bit < 32; bit++) {
    if (ends_loop(m, slot, shown ^ 1U << bit)) {
      return shown ^ 1U << bit;
    }
  }
  return shown == UINT32_MAX ? 0 : UINT32_MAX;
}

static bool answer_poll(struct machine *m) {
  struct machine_state *s = &m->state;
  struct progress *p = &s->progress;
  if (s->device_reads == p->device_reads_then || p->polls >= POLL_ANSWERS) {
    return false;
  }
  struct device_register *slot = devices_find(&m->devices, p->last_device, &m->undo);
  if (slot == NULL) {
    return false;
  }
  uint32_t shown = slot->answered ? slot->answer : slot->value;
  uint32_t answer = find_answer(m, slot, shown);
  undo_save(&m->undo, slot, sizeof *slot);
  s->answer_hash ^= slot->answered ? device_hash(slot->address, shown) : 0;
  s->answer_hash ^= device_hash(slot->address, answer);
  s->bus_accesses++; /* no two places around it are alike */
  slot->answer = answer;
  slot->answered = true;
  slot->answers++;
  p->polls++;
  return true;
}

/* Places on both sides of it are not alike. */
static void jump_to(struct machine *m, uint64_t time) {
  m->state.time = time > m->state.time ? time : m->state.time;
  m->state.bus_accesses++;
}

/* A register with a model changes by itself: at once, or when the counter that
 * the loop reads goes on. Interrupts that nothing drives take turns with it. */
static bool next_of_devices(struct machine *m) {
  struct progress *p = &m->state.progress;
  uint64_t due = peripherals_due(&m->devices);
  uint64_t counter = p->counter_next != 0 ? p->counter_next : PERIPHERALS_NEVER;
  uint64_t time = due < counter ? due : counter;
  bool tick_first = tick_is_due(m) && m->state.next_arrival < time;
  p->devices_turn = !p->devices_turn;
  if (time == PERIPHERALS_NEVER || tick_first || !p->devices_turn) {
    return false;
  }
  jump_to(m, time);
  peripherals_advance(m);
  return true;
}

/* With a stimulus: its next interrupt. Behind the last, what comes by itself, as
 * long as input is still taken by what that wakes. */
static bool next_given(struct machine *m) {
  enum { TURNS_MOST = 64 };
  struct machine_state *s = &m->state;
  uint64_t due = peripherals_due(&m->devices);
  uint64_t counter = s->progress.counter_next;
  due = counter != 0 && counter < due ? counter : due;
  if (arrivals_next(m)) {
    s->progress.gifts++;
    return true;
  }
  if (m->run->stop != STOP_NONE || due == PERIPHERALS_NEVER ||
      s->arrivals.turns >= TURNS_MOST) {
    return false;
  }
  s->arrivals.turns++;
  if (tick_is_due(m) && s->next_arrival < due) {
    jump_to(m, s->next_arrival);
    arrive(m);
  } else {
    jump_to(m, due);
    peripherals_advance(m);
  }
  return true;
}

/* Makes the next thing happen that the program can wait for. */
static bool next_arrival(struct machine *m) {
  struct machine_state *s = &m->state;
  if (s->arrivals.open) {
    return next_given(m);
  }
  if (next_of_devices(m)) {
    return true;
  }
  unsigned e = next_in_turn(m, false);
  if (e == 0 && !m->state.asleep) {
    e = next_in_turn(m, true); /* it stays pending until the mask opens */
  }
  if (e == 0) {
    return next_of_devices(m);
  }
  s->progress.last_given = (uint16_t)e;
  if (e == EXCEPTION_SYSTICK) {
    jump_to(m, s->next_arrival);
    arrive(m);
  } else {
    s->progress.gifts++;
    jump_to(m, discipline_opens(m, e));
    machine_pend(m, e);
  }
  return true;
}

/* A handler in which the run comes to an end waits for what it keeps from running. (While a
 * probe waits for its mask to open, its exception is not yet part of it.) */
static void tell_closed(struct machine *m) {
  if (m->state.context.exception != 0 && m->run->stop == STOP_CLOSED &&
      m->run->mode == RUN_SPINE) {
    spin_tell(m);
  }
}

static void close_run(struct machine *m, enum machine_stop stop) {
  m->run->stop = stop;
  tell_closed(m);
}

/* The state came back: without something new the program loops for ever. */
SELDOM static void help_waiting(struct machine *m) {
  struct progress *p = &m->state.progress;
  bool polls = m->state.device_reads != p->device_reads_then;
  if (answer_poll(m)) {
    restart_search(m);
    return;
  }
  p->polls = 0;
  enum machine_stop closed = arrivals_are_given(m) ? STOP_INPUT : STOP_CLOSED;
  if (waited_so(m) && !m->endless && !m->state.arrivals.open) {
    close_run(m, closed);
    return;
  }
  if (!next_arrival(m) && !m->endless) {
    close_run(m, polls && closed == STOP_CLOSED ? STOP_STUCK : closed);
    return;
  }
  restart_search(m);
}

SELDOM static void gift_to_busy(struct machine *m) {
  struct machine_state *s = &m->state;
  s->progress.next_gift = s->boundary + GIFT_INTERVAL;
  for (unsigned e = EXCEPTION_SYSTICK; e < EXCEPTION_COUNT; e++) {
    if (!exception_bit(s->progress.given, e) && can_be_given(m, &s->exceptions, e) &&
        exception_can_preempt(&s->exceptions, e) && discipline_bar(m, e) == ARRIVAL_OPEN) {
      s->progress.gifts++;
      machine_pend(m, e);
      return;
    }
  }
}

void progress_boundary(struct machine *m) {
  struct machine_state *s = &m->state;
  if (s->exceptions.take != 0 || s->boundary >= m->run->limit) {
    return;
  }
  if (arrivals_are_given(m)) {
    arrivals_boundary(m);
    if (s->exceptions.take != 0 || m->run->stop != STOP_NONE) {
      return;
    }
  }
  if (s->time >= peripherals_due(&m->devices)) {
    peripherals_advance(m);
  } else if (s->time >= s->next_period) {
    discipline_advance(m);
  } else if (s->time >= s->next_arrival) {
    arrive(m);
  } else if (s->boundary >= s->progress.next_gift && !arrivals_are_given(m)) {
    gift_to_busy(m);
  } else if (looped(m)) {
    help_waiting(m);
  }
}

bool progress_wake(struct machine *m) {
  struct machine_state *s = &m->state;
  if (waited_so(m) && !s->arrivals.open) {
    m->run->stop = arrivals_are_given(m) ? STOP_INPUT : STOP_CLOSED;
    return true;
  }
  restart_search(m);
  if (s->arrivals.open && !next_arrival(m)) {
    m->run->stop = STOP_INPUT;
    return true;
  }
  return s->arrivals.open || next_arrival(m);
}
