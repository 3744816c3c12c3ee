#include "sim/explore/end_state.h"

#include <stdlib.h>
#include <string.h>

enum { RECENT = 64 };

void end_state_free(struct end_state *state) {
  free(state->words);
  *state = (struct end_state){0};
}

void liveness_free(struct liveness *liveness) {
  free(liveness->stack_words);
  *liveness = (struct liveness){0};
}

static int by_address(const void *left, const void *right) {
  const struct changed_word *a = left, *b = right;
  return a->address < b->address ? -1 : a->address > b->address;
}

static struct changed_word *find(const struct end_state *state, uint32_t address) {
  struct changed_word key = {.address = address};
  if (state->count == 0) {
    return NULL;
  }
  return bsearch(&key, state->words, state->count, sizeof key, by_address);
}

/* Offset of an undo entry in RAM, or UINT32_MAX. */
static uint32_t ram_offset(const struct machine *m, const struct undo_entry *entry) {
  const struct region *ram = m->memory.ram;
  size_t offset = (size_t)((uint8_t *)entry->where - ram->host);
  return offset < ram->size ? (uint32_t)offset : UINT32_MAX;
}

/* A loop writes the same few words again and again: most are not listed twice. */
static void list_words(struct end_state *state, const struct machine *m, uint64_t since) {
  const struct region *ram = m->memory.ram;
  uint32_t recent[RECENT] = {0};
  for (uint64_t i = since; i < undo_mark(&m->undo); i++) {
    const struct undo_entry *entry = undo_at(&m->undo, i);
    uint32_t offset = ram_offset(m, entry);
    for (uint32_t at = offset & ~3U; offset != UINT32_MAX && at < offset + entry->size;
         at += 4) {
      uint32_t *last = &recent[at / 4 % RECENT];
      if (*last == ram->base + at) {
        continue;
      }
      *last = ram->base + at;
      array_reserve((void **)&state->words, &state->capacity, state->count + 1,
                    sizeof *state->words);
      uint32_t value = 0;
      memcpy(&value, ram->host + at, 4);
      state->words[state->count++] = (struct changed_word){ram->base + at, value, value};
    }
  }
}

static void drop_doubles(struct end_state *state) {
  size_t kept = 0;
  if (state->count > 0) {
    qsort(state->words, state->count, sizeof *state->words, by_address);
  }
  for (size_t i = 0; i < state->count; i++) {
    if (kept == 0 || state->words[kept - 1].address != state->words[i].address) {
      state->words[kept++] = state->words[i];
    }
  }
  state->count = kept;
}

/* Walks the log backwards: what stood there first remains. */
static void find_bases(struct end_state *state, const struct machine *m, uint64_t since) {
  const struct region *ram = m->memory.ram;
  for (uint64_t i = undo_mark(&m->undo); i > since; i--) {
    const struct undo_entry *entry = undo_at(&m->undo, i - 1);
    uint32_t offset = ram_offset(m, entry);
    const uint8_t *old = (const uint8_t *)entry->bytes;
    uint32_t end = offset != UINT32_MAX ? offset + entry->size : 0;
    for (uint32_t at = offset; at < end;) {
      struct changed_word *word = find(state, ram->base + (at & ~3U));
      do {
        ((uint8_t *)&word->base)[at & 3U] = old[at - offset];
        at++;
      } while (at < end && (at & 3U) != 0);
    }
  }
}

void end_state_take(struct end_state *state, struct machine *m, uint64_t since) {
  struct cpu_registers registers;
  state->count = 0;
  state->valid = true;
  list_words(state, m, since);
  drop_doubles(state);
  find_bases(state, m, since);
  cpu_get(m->cpu, &registers);
  memcpy(state->registers, registers.r, sizeof registers.r);
  state->registers[13] = registers.sp;
  state->registers[14] = registers.lr;
  state->output = m->state.output_hash;
}

static bool is_stack(const struct machine *m, uint32_t address) {
  return address >= m->stack_low && address < m->memory.stack_top &&
         memory_leaf(&m->memory, address) >= m->memory.leaves.count;
}

/* Who listens while the machine looks ahead. */
struct lookout {
  struct machine *machine;
  struct liveness *live;
  struct machine_host host; /* the machine's own, to come back */
  uint16_t settled;         /* registers read or written */
  uint8_t depth;
  uint32_t *written; /* stack words written first */
  size_t written_count, written_capacity;
};

static void look_instruction(void *owner) {
  struct lookout *lookout = owner;
  struct machine *m = lookout->machine;
  const struct code *code = machine_code(m, m->state.pc);
  if (code == NULL || m->state.depth > lookout->depth) {
    return; /* a handler's frame saves what it uses */
  }
  lookout->live->registers |= code->reads & (uint16_t)~lookout->settled;
  lookout->settled |= code->reads | code->writes;
}

static bool listed(const uint32_t *list, size_t count, uint32_t address) {
  for (size_t i = 0; i < count; i++) {
    if (list[i] == address) {
      return true;
    }
  }
  return false;
}

static void look_event(void *owner, const struct event *event) {
  struct lookout *lookout = owner;
  struct liveness *live = lookout->live;
  uint32_t word = event->address & ~3U;
  bool access = event->kind == EVENT_READ || event->kind == EVENT_WRITE;
  if (!access || event->leaf != LEAF_NONE ||
      listed(lookout->written, lookout->written_count, word) ||
      listed(live->stack_words, live->count, word)) {
    return;
  }
  if (event->kind == EVENT_READ) {
    array_reserve((void **)&live->stack_words, &live->capacity, live->count + 1, 4);
    live->stack_words[live->count++] = word;
  } else if (event->size == 4) {
    array_reserve((void **)&lookout->written, &lookout->written_capacity,
                  lookout->written_count + 1, 4);
    lookout->written[lookout->written_count++] = word;
  }
}

void liveness_look(struct liveness *live, struct machine *m, struct snapshot *snapshot,
                   uint64_t steps) {
  struct lookout lookout = {
      .machine = m, .live = live, .host = m->host, .depth = m->state.depth};
  live->registers = 1U << 13;
  live->count = 0;
  snapshot_save(snapshot, m);
  m->host = (struct machine_host){.owner = &lookout,
                                  .event = look_event,
                                  .stack_events = true,
                                  .instruction = look_instruction};
  struct run run = {.mode = RUN_BRANCH, .limit = m->state.boundary + steps};
  machine_continue(m, &run);
  m->host = lookout.host;
  snapshot_restore(snapshot, m);
  free(lookout.written);
}

bool end_state_changes(const struct end_state *state, const struct machine *m, uint32_t sp) {
  for (size_t i = 0; i < state->count; i++) {
    const struct changed_word *word = &state->words[i];
    bool dead = word->address < sp && is_stack(m, word->address);
    if (word->value != word->base && !dead) {
      return true;
    }
  }
  return false;
}

static bool word_matters(const struct machine *m, const struct liveness *live,
                         uint32_t address) {
  return !is_stack(m, address) || listed(live->stack_words, live->count, address);
}

/* Every word that one of them changed: has it the same value in the other? */
static bool words_equal(const struct end_state *a, const struct end_state *b,
                        const struct liveness *live, const struct machine *m) {
  for (size_t i = 0; i < a->count; i++) {
    const struct changed_word *word = &a->words[i];
    const struct changed_word *other = find(b, word->address);
    uint32_t theirs = other != NULL ? other->value : word->base;
    if (word->value != theirs && word_matters(m, live, word->address)) {
      return false;
    }
  }
  return true;
}

bool end_state_equal(const struct end_state *a, const struct end_state *b,
                     const struct liveness *live, const struct machine *m) {
  if (a->output != b->output) {
    return false;
  }
  for (unsigned i = 0; i < 15; i++) {
    if ((live->registers >> i & 1U) != 0 && a->registers[i] != b->registers[i]) {
      return false;
    }
  }
  return words_equal(a, b, live, m) && words_equal(b, a, live, m);
}
