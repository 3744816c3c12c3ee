#include "sim/machine/registers.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

const struct register_model *registers_find(const struct register_set *set, uint32_t word) {
  size_t low = 0;
  size_t high = set != NULL ? set->model_count : 0;
  size_t count = high;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (set->models[middle].address < word) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < count && set->models[low].address == word ? &set->models[low] : NULL;
}

bool registers_drive(const struct register_set *set, unsigned exception) {
  for (size_t i = 0; set != NULL && i < set->line_count; i++) {
    if (set->lines[i].exception == exception) {
      return true;
    }
  }
  for (size_t i = 0; set != NULL && i < set->effect_count; i++) {
    if (set->effects[i].exception == exception) {
      return true;
    }
  }
  return false;
}

bool registers_draw(const struct register_set *set, uint32_t word) {
  for (size_t i = 0; set != NULL && i < set->input_count; i++) {
    if (word >= set->inputs[i].first && word <= set->inputs[i].last) {
      return true;
    }
  }
  return false;
}

static void add(XXH3_state_t *hash, uint64_t number) {
  XXH3_64bits_update(hash, &number, sizeof number);
}

/* Member by member: padding is no content. */
static void add_model(XXH3_state_t *hash, const struct register_model *m) {
  const uint64_t numbers[] = {
      m->address,      m->pc,           m->reset,         m->source,
      m->value_count,  m->period,       m->ones,          m->zeros,
      m->read_only,    m->clear_by_one, m->clear_by_zero, m->clear_by_read,
      m->alias,        m->alias_of,     m->output,        m->first_effect,
      m->effect_count, m->plain,        m->draws,         m->draw_shift,
      m->draw_mask};
  XXH3_64bits_update(hash, numbers, sizeof numbers);
  for (size_t i = 0; i < m->value_count; i++) {
    add(hash, m->values[i]);
  }
}

static void add_effect(XXH3_state_t *hash, const struct register_effect *e) {
  const uint64_t numbers[] = {
      e->on_read,    e->mask,     e->zero_mask, e->after,     e->repeats,  e->while_in,
      e->while_bits, e->target,   e->set,       e->clear,     e->input_to, e->tick,
      e->width,      e->compares, e->captures,  e->exception, e->fill_at,  e->fill_count};
  XXH3_64bits_update(hash, numbers, sizeof numbers);
}

uint64_t registers_fingerprint(const struct register_set *set) {
  XXH3_state_t hash;
  XXH3_64bits_reset(&hash);
  for (size_t i = 0; i < set->model_count; i++) {
    add_model(&hash, &set->models[i]);
  }
  for (size_t i = 0; i < set->effect_count; i++) {
    add_effect(&hash, &set->effects[i]);
  }
  if (set->line_count > 0) {
    add(&hash, 1); /* how lines work: an injected interrupt finds its status bits set */
  }
  for (size_t i = 0; i < set->line_count; i++) {
    const struct register_line *line = &set->lines[i];
    const uint64_t numbers[] = {line->exception, line->status, line->status_bits, line->enable,
                                line->enable_bits};
    XXH3_64bits_update(&hash, numbers, sizeof numbers);
    if (line->with != 0) {
      const uint64_t more[] = {line->with, line->with_set, line->with_clear};
      XXH3_64bits_update(&hash, more, sizeof more);
    }
  }
  for (size_t i = 0; i < set->at_reset_count; i++) {
    add(&hash, set->at_reset[i]);
  }
  for (size_t i = 0; i < set->input_count; i++) {
    add(&hash, set->inputs[i].first);
    add(&hash, set->inputs[i].last);
  }
  return XXH3_64bits_digest(&hash);
}
