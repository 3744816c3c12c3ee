#include "sim/machine/discipline.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sim/machine/private.h"

static const struct arrival_rule *rules_end(const struct machine *m) {
  return m->config.arrival_rules + m->config.arrival_rule_count;
}

const struct arrival_rule *discipline_rule(const struct machine *m, unsigned exception) {
  for (const struct arrival_rule *rule = m->config.arrival_rules; rule < rules_end(m); rule++) {
    if (rule->exception == exception) {
      return rule;
    }
  }
  return NULL;
}

static size_t index_of(const struct machine *m, const struct arrival_rule *rule) {
  return (size_t)(rule - m->config.arrival_rules);
}

/* What the word holds now, without touching it. */
static uint32_t peek(const struct machine *m, uint32_t address) {
  return memory_host(&m->memory, address, 4) != NULL
             ? (uint32_t)memory_get(&m->memory, address, 4)
             : devices_peek(&m->devices, address);
}

static bool holds(const struct machine *m, const struct arrival_word *condition) {
  uint32_t mask = condition->bits != 0 ? condition->bits : condition->lanes;
  uint32_t value = peek(m, condition->address) & mask;
  return condition->exact ? value == condition->value : value != 0;
}

enum arrival_bar discipline_bar(const struct machine *m, unsigned exception) {
  const struct arrival_rule *rule = discipline_rule(m, exception);
  if (rule == NULL) {
    return ARRIVAL_OPEN;
  }
  const struct arrival_account *account = &m->arrival_accounts[index_of(m, rule)];
  if (account->count >= rule->most) {
    return ARRIVAL_MOST;
  }
  if (rule->request.lanes != 0 && !account->requested) {
    return ARRIVAL_REQUEST;
  }
  if (rule->condition.lanes != 0 && !holds(m, &rule->condition)) {
    return ARRIVAL_CONDITION;
  }
  bool soon = account->count > 0 && m->state.time - account->last < rule->gap;
  return soon ? ARRIVAL_GAP : ARRIVAL_OPEN;
}

uint64_t discipline_opens(const struct machine *m, unsigned exception) {
  uint64_t now = m->state.time;
  enum arrival_bar bar = discipline_bar(m, exception);
  const struct arrival_rule *rule = discipline_rule(m, exception);
  if (rule == NULL) {
    return now;
  }
  if (bar != ARRIVAL_OPEN && bar != ARRIVAL_GAP) {
    return UINT64_MAX;
  }
  const struct arrival_account *account = &m->arrival_accounts[index_of(m, rule)];
  uint64_t opens = bar == ARRIVAL_GAP ? account->last + rule->gap : now;
  return rule->period > 0 && account->due > opens ? account->due : opens;
}

uint64_t discipline_hash(const struct machine *m) {
  uint64_t hash = 0;
  for (const struct arrival_rule *rule = m->config.arrival_rules; rule < rules_end(m); rule++) {
    const struct arrival_account *account = &m->arrival_accounts[index_of(m, rule)];
    uint64_t since = account->count > 0 ? m->state.time - account->last : rule->gap;
    const uint64_t parts[] = {
        since < rule->gap ? since : rule->gap, rule->most != UINT64_MAX ? account->count : 0,
        rule->period > 0 ? account->due - m->state.time : 0, account->requested};
    hash = XXH3_64bits_withSeed(parts, sizeof parts, hash + 1);
  }
  return hash;
}

static uint64_t word_fingerprint(const struct arrival_word *word, uint64_t hash) {
  const uint32_t parts[] = {word->address, word->lanes, word->bits, word->value, word->exact};
  return XXH3_64bits_withSeed(parts, sizeof parts, hash);
}

uint64_t discipline_fingerprint(const struct arrival_rule *rules, size_t count) {
  uint64_t hash = 0;
  for (size_t i = 0; i < count; i++) {
    const uint64_t parts[] = {rules[i].exception, rules[i].period, rules[i].gap, rules[i].most};
    hash = XXH3_64bits_withSeed(parts, sizeof parts, hash);
    hash = word_fingerprint(&rules[i].request, hash);
    hash = word_fingerprint(&rules[i].condition, hash);
    hash = rules[i].late > 0 ? XXH3_64bits_withSeed(&rules[i].late, 4, hash) : hash;
  }
  return hash;
}

static void find_next_period(struct machine *m) {
  m->state.next_period = UINT64_MAX;
  for (const struct arrival_rule *rule = m->config.arrival_rules; rule < rules_end(m); rule++) {
    uint64_t due = m->arrival_accounts[index_of(m, rule)].due;
    if (rule->period > 0 && due < m->state.next_period) {
      m->state.next_period = due;
    }
  }
}

void discipline_reset(struct machine *m) {
  memset(m->arrival_accounts, 0, sizeof m->arrival_accounts);
  m->asks = false;
  for (const struct arrival_rule *rule = m->config.arrival_rules; rule < rules_end(m); rule++) {
    m->arrival_accounts[index_of(m, rule)].due = rule->period;
    m->asks |= rule->request.lanes != 0;
  }
  find_next_period(m);
}

void discipline_arrived(struct machine *m, unsigned exception) {
  const struct arrival_rule *rule = discipline_rule(m, exception);
  if (rule == NULL) {
    return;
  }
  struct arrival_account *account = &m->arrival_accounts[index_of(m, rule)];
  undo_save(&m->undo, account, sizeof *account);
  account->last = m->state.time;
  account->count++;
  account->requested = false;
  account->due = m->state.time + rule->period;
  find_next_period(m);
}

/* Of the written bytes, those in the word, where they stand in it. */
static uint32_t lanes_of(uint32_t word, uint32_t address, unsigned size, uint64_t value,
                         uint32_t *written) {
  uint32_t lanes = 0;
  *written = 0;
  for (unsigned i = 0; i < size; i++) {
    uint32_t offset = address + i - word;
    if (offset < 4) {
      lanes |= 0xffU << (8 * offset);
      *written |= (uint32_t)(value >> (8 * i) & 0xffU) << (8 * offset);
    }
  }
  return lanes;
}

void discipline_wrote(struct machine *m, uint32_t address, unsigned size, uint64_t value) {
  for (const struct arrival_rule *rule = m->config.arrival_rules; rule < rules_end(m); rule++) {
    struct arrival_account *account = &m->arrival_accounts[index_of(m, rule)];
    uint32_t written = 0;
    uint32_t lanes = lanes_of(rule->request.address, address, size, value, &written);
    bool asks = rule->request.bits != 0 ? (written & rule->request.bits) != 0
                                        : (lanes & rule->request.lanes) != 0;
    if (rule->request.lanes != 0 && asks && !account->requested) {
      undo_save(&m->undo, &account->requested, sizeof account->requested);
      account->requested = true;
    }
  }
}

/* A period that ends while the interrupt cannot come goes by. */
static void end_period(struct machine *m, const struct arrival_rule *rule) {
  const struct exceptions *x = &m->state.exceptions;
  struct arrival_account *account = &m->arrival_accounts[index_of(m, rule)];
  bool enabled = rule->exception == EXCEPTION_NMI || exception_bit(x->enabled, rule->exception);
  enum arrival_bar bar = discipline_bar(m, rule->exception);
  if (enabled && (bar == ARRIVAL_OPEN || bar == ARRIVAL_GAP)) {
    machine_inject(m, rule->exception);
    return;
  }
  undo_save(&m->undo, &account->due, sizeof account->due);
  account->due += ((m->state.time - account->due) / rule->period + 1) * rule->period;
}

void discipline_advance(struct machine *m) {
  for (const struct arrival_rule *rule = m->config.arrival_rules; rule < rules_end(m); rule++) {
    bool due = m->arrival_accounts[index_of(m, rule)].due <= m->state.time;
    if (rule->period > 0 && due) {
      end_period(m, rule);
    }
  }
  find_next_period(m);
}
