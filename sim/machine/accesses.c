/* Accesses: noted while an instruction executes, told when it is over.
 *
 * The executor must not be re-entered while it accesses memory, so that places
 * between the accesses of one instruction are offered afterwards: its words are
 * rolled back and made again one by one, and at each step an exception can be
 * taken whose return address is that instruction. */
#include <assert.h>
#include <string.h>

#include "sim/machine/private.h"

void machine_emit(struct machine *m, struct event *event) {
  m->run->spin.set = m->run->spin.set && !m->run->silent; /* who counts them counts on */
  if (m->host.event != NULL) {
    m->host.event(m->host.owner, event);
  }
}

static uint64_t low_bytes(uint64_t value, unsigned size) {
  return size >= 8 ? value : value & ((1ULL << (8 * size)) - 1ULL);
}

/* The hash tells whether a spine's state came back; probes and branches are taken
 * back with all they did. */
static inline bool hashes(const struct machine *m) {
  return m->run->mode == RUN_SPINE || m->run->hashes;
}

static inline void change_hash(struct machine *m, uint32_t address, uint64_t change) {
  m->state.memory_hash ^= change;
  if (!reads_has(&m->reads, address)) {
    m->state.unread_hash ^= change;
  }
}

/* Of bytes in one word, or in words that count. */
static void note_change(struct machine *m, const uint8_t *host, uint32_t address, unsigned size,
                        uint64_t value) {
  if (hashes(m)) {
    change_hash(m, address, memory_hash_change(host, address, size, value));
  }
}

static inline HOT void queue(struct machine *m, bool write, uint32_t address, unsigned size,
                             uint64_t value, uint8_t *host) {
  struct access_record *record = &m->queue[m->queued++];
  uint64_t old = bytes_get(host, size);
  record->address = address;
  record->size = (uint8_t)size;
  record->write = write;
  record->old = old;
  record->value = write ? low_bytes(value, size) : old;
  if (write) {
    m->value_changes += record->value != record->old;
    undo_save(&m->undo, host, size);
    if (hashes(m)) {
      change_hash(m, address,
                  size == 4 ? memory_hash_word(address, (uint32_t)old, (uint32_t)value)
                            : memory_hash_change(host, address, size, value));
    }
    if (m->asks) {
      discipline_wrote(m, address, size, value);
    }
    if (m->code_in_ram) {
      code_forget(m, address, size);
    }
  }
}

SELDOM void accesses_queue(struct machine *m, bool write, uint32_t address, unsigned size,
                           uint64_t value) {
  uint8_t *host = memory_host(&m->memory, address, size);
  if (host != NULL && m->queued < MACHINE_QUEUE) {
    queue(m, write, address, size, value, host);
  }
}

/* Single-copy-atomic pieces: aligned, at most a word. */
SELDOM static void queue_pieces(struct machine *m, bool write, uint32_t address, unsigned size,
                                uint64_t value) {
  while (size > 0) {
    unsigned piece = size < 4 ? size : 4;
    while ((address & (piece - 1)) != 0) {
      piece /= 2;
    }
    accesses_queue(m, write, address, piece, value);
    address += piece;
    size -= piece;
    value >>= 8 * piece;
  }
}

/* Nobody else can change what is read there: a constant, as most that the code keeps
 * beside itself. */
static inline bool is_constant(const struct machine *m, uint32_t address, unsigned size) {
  const struct recent_code *recent = &m->recent;
  return recent->constant && address - recent->base <= recent->size - size;
}

/* A read that nobody wants to know of. What may be left between its reads, and EXC_RETURN,
 * is still wanted. */
static inline bool is_unheard(const struct machine *m, uint32_t address, unsigned size) {
  return (is_constant(m, address, size) || (m->run->silent && m->footprint == NULL)) &&
         (m->state.acting_flags & (CODE_BEATS | CODE_TO_PC)) == 0 && !m->host.stack_events;
}

SELDOM static void save_drained(struct machine *m, bool write, uint32_t address,
                                unsigned size) {
  uint8_t *host = memory_host(&m->memory, address, size);
  if (write && host != NULL) {
    undo_save(&m->undo, host, size);
  }
}

void accesses_note(struct machine *m, bool write, uint32_t address, unsigned size,
                   uint64_t value) {
  if (m->draining) {
    save_drained(m, write, address, size);
    return;
  }
  if (m->guarded) {
    guard_access(m, write, address, size);
  }
  if (!write) {
    reads_add(&m->reads, address, size);
  }
  if (!write && is_unheard(m, address, size)) {
    return;
  }
  machine_passes(m, address);
  if (m->footprint != NULL) {
    footprint_access(m->footprint, m, write, address, size);
  }
  const struct region *ram = m->memory.ram;
  uint32_t offset = address - ram->base;
  if (size == 4 && (offset & 3U) == 0 && offset < ram->size && m->queued < MACHINE_QUEUE) {
    queue(m, write, address, 4, value, ram->host + offset);
  } else {
    queue_pieces(m, write, address, size, value);
  }
}

static bool is_stack(const struct machine *m, uint32_t leaf, uint32_t address) {
  return leaf == LEAF_NONE || (leaf >= m->memory.leaves.count && address >= m->stack_low &&
                               address < m->memory.stack_top);
}

/* Says the part of an access that falls into one leaf; returns its size. */
static unsigned emit_part(struct machine *m, const struct access_record *record, unsigned from,
                          struct event *event) {
  const struct leaf_table *leaves = &m->memory.leaves;
  uint32_t address = record->address + from;
  unsigned part = record->size - from;
  event->leaf = memory_leaf(&m->memory, address);
  event->address = address;
  event->whole = 0;
  if (is_stack(m, event->leaf, address)) {
    event->leaf = LEAF_NONE;
  } else {
    struct leaf_extent leaf = leaf_extent(leaves, event->leaf);
    uint32_t room = leaf.address + leaf.size - address;
    part = room < part ? room : part;
    if (leaf.size == part) {
      event->whole = low_bytes(record->value >> (8 * from), part);
    } else if (leaf.size <= 8) {
      reads_add(&m->reads, leaf.address, leaf.size);
      event->whole = memory_get(&m->memory, leaf.address, leaf.size);
    }
  }
  event->size = (uint8_t)part;
  event->value = low_bytes(record->value >> (8 * from), part);
  event->old = low_bytes(record->old >> (8 * from), part);
  return part;
}

/* Most accesses are of just one leaf, and of all of it. */
static inline bool emit_whole(struct machine *m, const struct access_record *record,
                              struct event *event, bool exclusive) {
  uint32_t leaf = memory_leaf(&m->memory, record->address);
  if (is_stack(m, leaf, record->address)) {
    return false;
  }
  struct leaf_extent extent = leaf_extent(&m->memory.leaves, leaf);
  if (extent.address != record->address || extent.size != record->size) {
    return false;
  }
  event->leaf = leaf;
  event->address = record->address;
  event->size = record->size;
  event->value = event->whole = record->value;
  event->old = record->old;
  event->flags = exclusive ? EVENT_EXCLUSIVE : 0;
  m->host.event(m->host.owner, event);
  return true;
}

/* Of all that a program accesses most is its own stack, which nobody hears of. */
static bool is_own_stack(const struct machine *m, const struct access_record *record) {
  uint32_t address = record->address;
  return record->size == 4 && !m->host.stack_events &&
         is_stack(m, memory_leaf(&m->memory, address), address) &&
         !stack_is_foreign(m, address);
}

static void emit_access(struct machine *m, const struct access_record *record,
                        unsigned number) {
  const struct machine_state *s = &m->state;
  if (m->host.event == NULL || m->run->silent || is_own_stack(m, record)) {
    return;
  }
  struct event event = {
      .kind = record->write ? EVENT_WRITE : EVENT_READ,
      .beat = (uint8_t)number,
      .pc = s->acting_pc,
      .context = s->context,
      .boundary = s->acting,
  };
  bool exclusive = (s->acting_flags & CODE_EXCLUSIVE) != 0;
  if (emit_whole(m, record, &event, exclusive)) {
    return;
  }
  for (unsigned from = 0; from < record->size;) {
    unsigned part = emit_part(m, record, from, &event);
    event.flags = (uint8_t)((exclusive ? EVENT_EXCLUSIVE : 0) |
                            (part < record->size ? EVENT_PARTIAL : 0));
    if (event.leaf != LEAF_NONE || m->host.stack_events) {
      m->host.event(m->host.owner, &event);
    }
    if (event.leaf == LEAF_NONE && stack_is_foreign(m, event.address)) {
      struct event foreign = event;
      foreign.kind = record->write ? EVENT_STACK_WRITE : EVENT_STACK_READ;
      m->host.event(m->host.owner, &foreign);
    }
    from += part;
  }
}

/* Puts the bytes back, or in again, without the undo log: the log already
 * holds what stood there before the instruction. */
static void poke(struct machine *m, const struct access_record *record, uint64_t value) {
  uint8_t *host = memory_host(&m->memory, record->address, record->size);
  note_change(m, host, record->address, record->size, value);
  bytes_copy(host, &value, record->size);
}

struct batch {
  struct access_record records[MACHINE_QUEUE];
  unsigned count;
  unsigned writes;
};

static bool offers_beats(const struct machine *m, const struct batch *batch,
                         const struct code *code) {
  const struct machine_state *s = &m->state;
  bool given = s->arrivals.inside > 0 && machine_is_natural(m);
  bool wanted = given || (m->beats && machine_offers(m));
  if (!wanted || batch->count < 2 || code == NULL || s->acting >= m->run->limit) {
    return false;
  }
  if (batch->writes == batch->count) {
    return (code->flags & (CODE_STACK | CODE_EXCLUSIVE)) == 0;
  }
  bool continues = m->core->continues_multiples && s->acting_it == 0;
  return batch->writes == 0 && (code->flags & CODE_LOAD) != 0 && continues &&
         (code->flags & CODE_BEATS) != 0;
}

/* The register that the n-th access of a load multiple fills. */
static unsigned nth_register(unsigned list, unsigned n) {
  for (unsigned reg = 0; reg < 16; reg++) {
    if ((list >> reg & 1U) != 0 && n-- == 0) {
      return reg;
    }
  }
  return 15;
}

enum { LR = 14 };

/* Whether it changes LR: as a base with writeback, or from a list. */
static bool moves_lr(const struct code *code) {
  return code->base == LR || (code->list >> LR & 1U) != 0;
}

/* r0 to r12, and LR where the instruction may have changed it. */
static void set_registers(struct machine *m, const struct code *code,
                          const struct cpu_registers *registers) {
  cpu_set_low(m->cpu, registers->r);
  if (moves_lr(code)) {
    cpu_set_one(m->cpu, LR, registers->lr);
  }
}

/* Registers as an exception between the accesses finds them. */
static void show_interrupted(struct machine *m, const struct batch *batch,
                             const struct code *code, const struct cpu_registers *before,
                             unsigned beat) {
  struct cpu_registers shown = *before;
  for (unsigned i = 0; (code->flags & CODE_LOAD) != 0 && i < beat; i++) {
    unsigned reg = nth_register(code->list, i);
    if (reg < 13) {
      shown.r[reg] = (uint32_t)batch->records[i].value;
    } else if (reg == LR) {
      shown.lr = (uint32_t)batch->records[i].value;
    }
  }
  set_registers(m, code, &shown);
}

/* What this instruction accessed, for the place that comes next: probes in between
 * leave their own. */
static void keep_last(struct machine *m, const struct batch *batch) {
  memcpy(m->last, batch->records, batch->count * sizeof *m->last);
  m->last_count = batch->count;
}

/* An exception between access `beat - 1` and `beat` of the instruction. */
static void offer_beat(struct machine *m, const struct batch *batch, const struct code *code,
                       const struct cpu_registers *before, unsigned beat) {
  struct machine_state *s = &m->state;
  uint32_t pc = s->pc;
  uint8_t it_state = s->it_state;
  bool continues =
      (code->flags & CODE_CONTINUES) != 0 && m->core->continues_multiples && s->acting_it == 0;
  show_interrupted(m, batch, code, before, beat);
  s->pc = s->acting_pc;
  s->it_state = s->acting_it;
  s->interrupted = (struct interrupted_instruction){
      .armed = true,
      .continues = continues,
      .beat = (uint8_t)beat,
      .depth = s->depth,
      .pc = s->acting_pc,
  };
  keep_last(m, batch);
  if (m->beats && machine_offers(m)) {
    m->host.place(m->host.owner, PLACE_BEAT, beat);
  }
  if (!m->leaving && arrivals_leave(m, beat)) {
    m->leaving = m->goes_on = true;
  }
  if (m->leaving) {
    return;
  }
  s->interrupted.armed = false;
  s->pc = pc;
  s->it_state = it_state;
}

/* Whether `before` is of this instruction: a plain store changes no register, and is not
 * looked at ahead of it. */
static bool saved_before(const struct machine *m, const struct code *code) {
  return m->before_saved && (code->flags & CODE_BEATS) != 0;
}

static void tell_with_beats(struct machine *m, const struct batch *batch,
                            const struct code *code) {
  struct cpu_registers before;
  struct cpu_registers after;
  cpu_get(m->cpu, &after);
  before = saved_before(m, code) ? m->before : after; /* a probe overwrites m->before */
  for (unsigned i = batch->count; i > 0; i--) {
    if (batch->records[i - 1].write) {
      poke(m, &batch->records[i - 1], batch->records[i - 1].old);
    }
  }
  for (unsigned i = 0; i < batch->count; i++) {
    if (i > 0) {
      offer_beat(m, batch, code, &before, i);
    }
    if (m->leaving) {
      return;
    }
    if (batch->records[i].write) {
      poke(m, &batch->records[i], batch->records[i].value);
    }
    emit_access(m, &batch->records[i], i);
  }
  set_registers(m, code, &after);
  keep_last(m, batch);
}

/* The second half of a load or store multiple that was interrupted and
 * continues: the executor made it whole; its first accesses are taken back. */
static unsigned continue_multiple(struct machine *m, const struct batch *batch,
                                  const struct code *code) {
  struct machine_state *s = &m->state;
  unsigned done = s->interrupted.beat;
  s->interrupted.armed = false;
  for (unsigned i = 0; i < done && i < batch->count; i++) {
    const struct access_record *record = &batch->records[i];
    unsigned reg = nth_register(code->list, i);
    if (record->write) {
      poke(m, record, record->old);
    } else if (reg < 13 || reg == LR) {
      cpu_set_one(m->cpu, reg, reg == LR ? m->before.lr : m->before.r[reg]);
    }
  }
  return done;
}

static bool continues_now(const struct machine *m) {
  const struct machine_state *s = &m->state;
  return s->interrupted.armed && s->interrupted.continues &&
         s->interrupted.pc == s->acting_pc && s->interrupted.depth == s->depth;
}

static void tell_plainly(struct machine *m, const struct batch *batch,
                         const struct code *code) {
  bool continues = continues_now(m) && saved_before(m, code);
  unsigned from = continues ? continue_multiple(m, batch, code) : 0;
  if (m->host.event == NULL) {
    return;
  }
  bool steps = batch->writes > 1; /* each event shows memory as it is just then */
  for (unsigned i = batch->count; steps && i > from; i--) {
    poke(m, &batch->records[i - 1], batch->records[i - 1].old);
  }
  for (unsigned i = from; i < batch->count; i++) {
    if (steps) {
      poke(m, &batch->records[i], batch->records[i].value);
    }
    emit_access(m, &batch->records[i], i);
  }
}

/* STREX is told by its write alone. */
static void drop_exclusive_read(struct batch *batch, const struct code *code) {
  if (code == NULL || (code->flags & CODE_EXCLUSIVE) == 0 || (code->flags & CODE_CLEARS) == 0) {
    return;
  }
  unsigned kept = 0;
  for (unsigned i = 0; i < batch->count; i++) {
    if (batch->records[i].write) {
      batch->records[kept++] = batch->records[i];
    }
  }
  batch->count = kept;
}

static void note_stack(struct machine *m) {
  enum { SP = 13, CONTROL_SPSEL = 2 };
  const struct machine_state *s = &m->state;
  uint32_t sp = cpu_get_one(m->cpu, SP);
  m->moves_stack = false;
  if (sp < m->lowest_sp && sp >= m->memory.ram->base) {
    m->lowest_sp = sp;
  }
  if (s->context.exception != 0 || (s->control & CONTROL_SPSEL) == 0) {
    stack_check(m, sp, s->acting_pc);
  }
}

/* Several accesses, or the rest of an instruction that was left between them. */
static void tell_batch(struct machine *m, const struct code *code) {
  struct batch batch;
  batch.count = m->queued;
  batch.writes = 0;
  memcpy(batch.records, m->queue, m->queued * sizeof *m->queue);
  m->queued = 0;
  drop_exclusive_read(&batch, code);
  for (unsigned i = 0; i < batch.count; i++) {
    batch.writes += batch.records[i].write;
  }
  if (offers_beats(m, &batch, code)) {
    tell_with_beats(m, &batch, code);
  } else if (code != NULL) {
    tell_plainly(m, &batch, code);
  }
}

void accesses_tell(struct machine *m) {
  if (m->moves_stack) {
    note_stack(m);
  }
  if (m->queued == 0) {
    return;
  }
  if (m->queued > 1 || m->state.interrupted.armed) {
    if (machine_offers(m)) {
      memcpy(m->last, m->queue, m->queued * sizeof *m->queue);
    }
    tell_batch(m, machine_code(m, m->state.acting_pc));
    return;
  }
  m->last[0] = m->queue[0];
  m->queued = 0;
  emit_access(m, &m->queue[0], 0); /* nothing is queued meanwhile */
}

void machine_write(struct machine *m, uint32_t address, unsigned size, uint64_t value) {
  uint8_t *host = memory_host(&m->memory, address, size);
  assert(host != NULL);
  reads_add(&m->reads, address, size);
  undo_save(&m->undo, host, size);
  note_change(m, host, address, size, value);
  memcpy(host, &value, size);
  if (m->code_in_ram) {
    code_forget(m, address, size);
  }
}

void machine_write_words(struct machine *m, uint32_t address, const uint32_t *words,
                         unsigned count) {
  uint8_t *host = memory_host(&m->memory, address, 4 * count);
  assert(host != NULL);
  reads_add(&m->reads, address, 4 * count);
  undo_save(&m->undo, host, (size_t)4 * count);
  bool hashes = m->run->mode == RUN_SPINE || m->run->hashes;
  for (unsigned i = 0; hashes && i < count; i++) {
    note_change(m, host + (size_t)4 * i, address + 4 * i, 4, words[i]);
  }
  memcpy(host, words, (size_t)4 * count);
  if (m->code_in_ram) {
    code_forget(m, address, 4 * count);
  }
}
