#include "sim/machine/peripherals.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sim/machine/private.h"

static struct device_register *word_at(struct machine *m, uint32_t word) {
  return devices_find(&m->devices, word, &m->undo);
}

static uint32_t held(struct machine *m, uint32_t word) {
  const struct device_register *slot = word_at(m, word);
  return slot != NULL ? slot->value : 0;
}

static bool line_is_high(struct machine *m, const struct register_line *line) {
  return (held(m, line->status) & line->status_bits) != 0 &&
         (line->enable == 0 || (held(m, line->enable) & line->enable_bits) != 0);
}

static bool any_is_high(struct machine *m, unsigned exception) {
  const struct register_set *set = m->devices.set;
  for (size_t i = 0; i < set->line_count; i++) {
    if (set->lines[i].exception == exception && line_is_high(m, &set->lines[i])) {
      return true;
    }
  }
  return false;
}

/* The lines that depend on a word that changed. */
static void update_lines(struct machine *m, uint32_t word) {
  const struct register_set *set = m->devices.set;
  for (size_t i = 0; i < set->line_count; i++) {
    const struct register_line *line = &set->lines[i];
    if (line->status == word || line->enable == word) {
      bool high = any_is_high(m, line->exception);
      if (high != exception_bit(m->state.exceptions.line, line->exception)) {
        machine_set_line(m, line->exception, high);
      }
    }
  }
}

static void change(struct machine *m, uint32_t word, uint32_t value) {
  struct device_register *slot = word_at(m, word);
  if (slot == NULL || slot->value == value) {
    return;
  }
  undo_save(&m->undo, &slot->value, sizeof slot->value);
  m->state.device_hash ^= device_hash(word, slot->value) ^ device_hash(word, value);
  slot->value = value;
  update_lines(m, word);
}

/* The bits that an interrupt of this line stands for: of several, those that are enabled. */
static uint32_t cause_of(struct machine *m, const struct register_line *line) {
  uint32_t enabled = line->status_bits & held(m, line->enable);
  bool single = (line->status_bits & (line->status_bits - 1)) == 0;
  uint32_t lowest = line->status_bits & (0U - line->status_bits);
  return single ? line->status_bits : line->enable != 0 && enabled != 0 ? enabled : lowest;
}

/* The line itself stays as it is: what never takes the bit back was called once. */
static void raise_status(struct machine *m, const struct register_line *line) {
  struct device_register *slot = word_at(m, line->status);
  uint32_t bits = cause_of(m, line);
  if (slot == NULL || (slot->value & line->status_bits) != 0) {
    return;
  }
  undo_save(&m->undo, &slot->value, sizeof slot->value);
  m->state.device_hash ^=
      device_hash(line->status, slot->value) ^ device_hash(line->status, slot->value | bits);
  slot->value |= bits;
  if (line->with != 0) {
    change(m, line->with, (held(m, line->with) & ~line->with_clear) | line->with_set);
  }
}

void peripherals_raise(struct machine *m, unsigned exception) {
  const struct register_set *set = m->devices.set;
  for (size_t i = 0; set != NULL && i < set->line_count; i++) {
    const struct register_line *line = &set->lines[i];
    bool enabled = line->enable == 0 || (held(m, line->enable) & line->enable_bits) != 0;
    if (line->exception == exception && enabled) {
      raise_status(m, line);
      return;
    }
  }
}

static void save_schedule(struct machine *m) {
  struct devices *d = &m->devices;
  m->schedule_changes++;
  undo_save(&m->undo, &d->event_count, sizeof d->event_count);
  undo_save(&m->undo, &d->due, sizeof d->due);
}

static void find_due(struct devices *d) {
  d->due = PERIPHERALS_NEVER;
  for (size_t i = 0; i < d->event_count; i++) {
    d->due = d->events[i].time < d->due ? d->events[i].time : d->due;
  }
}

/* What the model does follows from the time, and is the same until this one. */
static void note_until(struct machine *m, uint64_t time) {
  m->clock_reads++;
  if (m->footprint != NULL) {
    footprint_until(m->footprint, m, time);
  }
}

/* An effect that is already on its way begins anew; input is not delayed by that. */
static void schedule(struct machine *m, size_t effect, uint64_t time) {
  struct devices *d = &m->devices;
  size_t at = 0;
  while (at < d->event_count && d->events[at].effect != effect) {
    at++;
  }
  bool input = at < d->event_count && d->set->effects[effect].input_to != 0;
  if (input) {
    return;
  }
  save_schedule(m);
  undo_save(&m->undo, &d->events[at], sizeof d->events[at]);
  d->events[at] = (struct device_event){time, effect};
  d->event_count = at == d->event_count ? at + 1 : d->event_count;
  find_due(d);
}

static bool take_input(struct machine *m, const struct register_effect *effect) {
  uint8_t byte = 0;
  if (!inputs_take(m, effect->input_to, &byte)) {
    return false;
  }
  change(m, effect->input_to, byte);
  return true;
}

static bool transfer(struct machine *m, const struct register_effect *effect) {
  uint32_t count = held(m, effect->fill_count);
  return inputs_fill(m, effect->fill_at, held(m, effect->fill_at), count);
}

static uint32_t timer_mask(const struct register_effect *effect) {
  return UINT32_MAX >> (32 - effect->width);
}

static uint32_t timer_value(const struct machine *m, const struct register_effect *effect) {
  return (uint32_t)(m->state.time / effect->tick) & timer_mask(effect);
}

/* When the timer has this value next; not now. */
static uint64_t timer_time(const struct machine *m, const struct register_effect *effect,
                           uint32_t value) {
  uint64_t ticks = m->state.time / effect->tick;
  uint64_t ahead = (value - (uint32_t)ticks - 1) & timer_mask(effect);
  return (ticks + 1 + ahead) * effect->tick;
}

static void happen(struct machine *m, const struct register_effect *effect) {
  if (effect->input_to != 0 && !take_input(m, effect)) {
    return;
  }
  if (effect->fill_at != 0 && !transfer(m, effect)) {
    return;
  }
  if (effect->captures) {
    note_until(m, (m->state.time / effect->tick + 1) * effect->tick);
    change(m, effect->target, timer_value(m, effect));
  } else if (effect->target != 0) {
    change(m, effect->target, (held(m, effect->target) & ~effect->clear) | effect->set);
  }
  if (effect->exception != 0) {
    machine_pend(m, effect->exception);
  }
}

static void start(struct machine *m, size_t index, uint32_t written) {
  const struct register_effect *effect = &m->devices.set->effects[index];
  if (effect->compares) {
    uint64_t time = timer_time(m, effect, written);
    note_until(m, time);
    schedule(m, index, time);
  } else if (effect->after > 0 || m->run == NULL) { /* at reset: ahead of the first step */
    if (m->footprint != NULL) {
      m->footprint->delayed = true;
    }
    schedule(m, index, m->state.time + effect->after);
  } else {
    happen(m, effect);
  }
}

static void start_effects(struct machine *m, const struct register_model *model, bool read,
                          uint32_t bits) {
  for (size_t i = 0; i < model->effect_count; i++) {
    const struct register_effect *effect = &m->devices.set->effects[model->first_effect + i];
    bool wanted =
        (effect->mask == 0 || (effect->mask & bits) != 0) && (effect->zero_mask & bits) == 0;
    if (effect->on_read == read && wanted) {
      start(m, model->first_effect + i, bits);
    }
  }
}

/* Takes the event that is due out of the schedule, or moves it on. */
static const struct register_effect *next_effect(struct machine *m) {
  struct devices *d = &m->devices;
  size_t at = 0;
  while (d->events[at].time != d->due) {
    at++;
  }
  const struct register_effect *effect = &d->set->effects[d->events[at].effect];
  bool stands = effect->while_in == 0 || (held(m, effect->while_in) & effect->while_bits) != 0;
  save_schedule(m);
  undo_save(&m->undo, &d->events[at], sizeof d->events[at]);
  if (effect->repeats && stands) {
    bool timer = effect->compares;
    d->events[at].time += timer ? effect->tick << effect->width : effect->after;
  } else {
    d->events[at] = d->events[--d->event_count];
  }
  find_due(d);
  return stands ? effect : NULL;
}

void peripherals_advance(struct machine *m) {
  while (m->devices.due <= m->state.time) {
    const struct register_effect *effect = next_effect(m);
    if (effect != NULL) {
      happen(m, effect);
    }
  }
}

uint64_t peripherals_schedule_hash(const struct machine *m) {
  const struct devices *d = &m->devices;
  uint64_t hash = 0; /* in whatever order they stand */
  for (size_t i = 0; i < d->event_count; i++) {
    const uint64_t event[] = {d->events[i].effect, d->events[i].time - m->state.time};
    hash += XXH3_64bits(event, sizeof event);
  }
  return hash;
}

void peripherals_reset(struct machine *m) {
  const struct register_set *set = m->devices.set;
  for (size_t i = 0; set != NULL && i < set->at_reset_count; i++) {
    start(m, set->at_reset[i], 0);
  }
}

/* The model for the instruction that accesses; NULL: as if there were none. */
static const struct register_model *model_now(const struct machine *m,
                                              const struct device_register *slot) {
  const struct register_set *set = m->devices.set;
  const struct register_model *model = slot->model;
  const struct register_model *end = set->models + set->model_count;
  const struct register_model *any = NULL;
  for (; model < end && model->address == slot->address; model++) {
    if (model->pc == m->state.acting_pc) {
      return model;
    }
    any = model->pc == 0 ? model : any;
  }
  return any;
}

static uint32_t listed(struct machine *m, struct device_register *slot,
                       const struct register_model *model) {
  size_t at = slot->position;
  undo_save(&m->undo, &slot->position, sizeof slot->position);
  bool ends = model->source == SOURCE_SEQUENCE && at + 1 >= model->value_count;
  slot->position = ends ? (uint32_t)at : (uint32_t)((at + 1) % model->value_count);
  uint32_t own = slot->address | 1; /* no word has this address */
  m->state.device_hash ^= device_hash(own, (uint32_t)at) ^ device_hash(own, slot->position);
  return model->values[at];
}

static uint32_t drawn(struct machine *m, uint32_t word, const struct register_model *model) {
  uint32_t value = 0;
  inputs_draw(m, word, model->draws, &value);
  return model->draw_mask != 0 ? value << model->draw_shift & model->draw_mask
                               : model->values[value % model->value_count];
}

static uint32_t source_value(struct machine *m, struct device_register *slot,
                             const struct register_model *model) {
  struct machine_state *s = &m->state;
  if (model->draws > 0 && m->config.stimulus != NULL) {
    return drawn(m, slot->address, model);
  }
  switch (model->source) {
    case SOURCE_HELD:
      return slot->value;
    case SOURCE_SET:
    case SOURCE_SEQUENCE:
      return model->value_count > 0 ? listed(m, slot, model) : slot->value;
    case SOURCE_COUNTER:
      s->progress.counter_next = (s->time / model->period + 1) * model->period;
      note_until(m, s->progress.counter_next);
      return model->reset + (uint32_t)(s->time / model->period);
  }
  return 0;
}

uint32_t peripherals_read(struct machine *m, struct device_register *slot) {
  peripherals_advance(m);
  const struct register_model *model = model_now(m, slot);
  undo_save(&m->undo, &slot->reads, sizeof slot->reads);
  slot->reads++;
  if (model == NULL) {
    return slot->value;
  }
  if (model->alias != ALIAS_NONE) {
    return held(m, model->alias_of);
  }
  uint32_t value = (source_value(m, slot, model) | model->ones) & ~model->zeros;
  if ((slot->value & model->clear_by_read) != 0) {
    change(m, slot->address, slot->value & ~model->clear_by_read);
  }
  start_effects(m, model, true, 0);
  return value;
}

static uint32_t aliased(enum register_alias alias, uint32_t value, uint32_t bits) {
  switch (alias) {
    case ALIAS_NONE:
      break;
    case ALIAS_SET:
      return value | bits;
    case ALIAS_CLEAR:
      return value & ~bits;
    case ALIAS_TOGGLE:
      return value ^ bits;
  }
  return value;
}

static uint32_t written(const struct register_model *model, uint32_t old, uint32_t bits,
                        uint32_t mask) {
  uint32_t plain = mask & ~(model->read_only | model->clear_by_one | model->clear_by_zero);
  uint32_t value = (old & ~plain) | (bits & plain);
  value &= ~(bits & model->clear_by_one);
  return value & ~(~bits & mask & model->clear_by_zero);
}

static void output(struct machine *m, uint32_t value) {
  char byte = (char)value;
  if (m->run->mode == RUN_SPINE && m->host.output != NULL) {
    m->host.output(m->host.owner, &byte, 1);
  }
}

void peripherals_write(struct machine *m, struct device_register *slot, uint32_t bits,
                       uint32_t mask) {
  peripherals_advance(m);
  const struct register_model *model = model_now(m, slot);
  undo_save(&m->undo, &slot->writes, sizeof slot->writes);
  slot->writes++;
  if (model == NULL) {
    change(m, slot->address, (slot->value & ~mask) | bits);
    return;
  }
  if (model->alias != ALIAS_NONE) {
    change(m, model->alias_of, aliased(model->alias, held(m, model->alias_of), bits));
  } else {
    change(m, slot->address, written(model, slot->value, bits, mask));
  }
  if (model->output) {
    output(m, bits);
  }
  start_effects(m, model, false, bits);
}
