#include "sim/machine/footprint.h"

#include "sim/machine/machine.h"
#include "sim/machine/peripherals.h"

enum { FRAME_SIZE = 0x20, FP_FRAME_SIZE = 0x68, CONTROL_FPCA = 4, LOW_REGISTERS = 0x1fff };
enum { CALLEE_SAVED = 0x0ff0 };

void footprint_begin(struct footprint *f, struct machine *m) {
  uint32_t sp = cpu_get_one(m->cpu, 13);
  bool fp = m->core->has_fpu && (m->state.control & CONTROL_FPCA) != 0;
  f->reusable = true;
  f->watches = f->met = false;
  f->count = 0;
  f->foreign = LOW_REGISTERS; /* lr holds EXC_RETURN, sp is the handler's */
  f->moving = 0;
  f->foreign_nz = f->foreign_cv = true;
  f->frame = (sp - (fp ? FP_FRAME_SIZE : FRAME_SIZE)) & ~(sp & 4U);
  f->frame_end = sp;
  f->stack_end = cpu_msp(m->cpu);
  f->saved = f->own = 0;
  f->dead = false;
  f->likely = 0;
  f->began = m->state.time;
  f->constant = UINT64_MAX;
  f->delayed = false;
  steady_begin(&f->steady);
}

/* Saving a register and restoring it is no use of its value. Whose value a word is, is known
 * of registers that are moved in their order. */
static bool saves_or_restores(const struct code *code) {
  enum { MOVES = CODE_STACK | CODE_MEMORY, SP = 13 };
  return (code->flags & MOVES) == MOVES && code->base == SP && !code->descends;
}

static bool uses_flags(const struct footprint *f, const struct code *code) {
  return ((code->flags & CODE_READS_NZ) != 0 && f->foreign_nz) ||
         ((code->flags & CODE_READS_CV) != 0 && f->foreign_cv);
}

void footprint_watch(struct footprint *f) {
  f->watches = true;
}

void footprint_instruction(struct footprint *f, const struct code *code) {
  enum { OTHER_STATE = CODE_FP | CODE_WAIT | CODE_BKPT | CODE_EXCLUSIVE | CODE_STUB };
  if (f->watches) {
    f->met = f->met || (code->flags & FOOTPRINT_STATE) != 0;
    return;
  }
  if (!f->reusable) {
    return;
  }
  bool stack = saves_or_restores(code);
  bool foreign = (code->reads & f->foreign) != 0;
  if ((foreign && !stack) || uses_flags(f, code) || (code->flags & OTHER_STATE) != 0) {
    f->reusable = false;
    return;
  }
  steady_instruction(&f->steady, code);
  f->moving = stack ? (code->reads | code->writes) & LOW_REGISTERS : 0;
  f->foreign &= (uint16_t)~code->writes;
  f->foreign_nz = f->foreign_nz && (code->flags & CODE_WRITES_NZ) == 0;
  f->foreign_cv = f->foreign_cv && (code->flags & CODE_WRITES_CV) == 0;
}

static bool is_stack(const struct machine *m, uint32_t address) {
  return address >= m->stack_low && address < m->memory.stack_top &&
         memory_leaf(&m->memory, address) >= m->memory.leaves.count;
}

/* LEAF_NONE: never changes. */
static uint32_t granule_of(const struct machine *m, uint32_t address) {
  uint32_t leaf = memory_leaf(&m->memory, address);
  if (leaf == LEAF_NONE) { /* flash, or RAM beside the one with leaves */
    return memory_is_other_ram(&m->memory, address) ? GRANULE_WORD | address / 4 : LEAF_NONE;
  }
  return leaf < m->memory.leaves.count ? leaf : GRANULE_WORD | address / 4;
}

static uint64_t likely_bit(uint32_t id) {
  return 1ULL << (id * 0x9e3779b1U >> 26);
}

bool footprint_may_meet(uint64_t likely, const struct machine *m, uint32_t address,
                        unsigned size) {
  uint32_t first = granule_of(m, address);
  uint32_t last = granule_of(m, address + size - 1);
  bool apart = first == LEAF_NONE || (likely & likely_bit(first)) == 0;
  return first != last || !apart;
}

static void add(struct footprint *f, uint32_t id, bool write) {
  uint8_t use = write ? FOOTPRINT_WRITTEN : FOOTPRINT_READ;
  if (id == LEAF_NONE) {
    return;
  }
  f->likely |= likely_bit(id);
  for (unsigned i = 0; i < f->count; i++) {
    if (f->granules[i].id == id) {
      f->granules[i].uses |= use;
      return;
    }
  }
  if (f->count == FOOTPRINT_GRANULES) {
    f->reusable = false;
    return;
  }
  f->granules[f->count++] = (struct granule){id, use};
}

enum { NO_REGISTER = 16 };

/* The register that this word of a PUSH or POP is of. */
static uint8_t next_moved(struct footprint *f) {
  uint8_t moved = f->moving != 0 ? (uint8_t)__builtin_ctz(f->moving) : NO_REGISTER;
  f->moving &= (uint16_t)(f->moving - 1U);
  return moved;
}

/* The handlers' own stack: what it holds is theirs, but for the frame and for
 * the registers that they saved there. */
static void stack_access(struct footprint *f, bool write, uint32_t address, unsigned size) {
  bool in_frame = address >= f->frame && address < f->frame_end;
  uint32_t slot = (f->frame - 4 - (address & ~3U)) / 4;
  bool near = address < f->frame && slot < FOOTPRINT_SLOTS;
  uint64_t word = near && size == 4 ? 1ULL << slot : 0;
  uint8_t moved = next_moved(f);
  bool foreign = write && ((unsigned)f->foreign >> moved & 1U) != 0;
  uint64_t touched = near && (address & 3U) + size <= 4 ? 1ULL << slot : 0;
  if (write) {
    steady_stack_write(&f->steady, touched, word != 0);
  } else {
    steady_stack_read(&f->steady, touched);
  }
  f->own |= write ? word : 0;
  f->dead = f->dead || (!write && (f->own & word) == 0);
  if (in_frame || (foreign && !near)) {
    f->reusable = false;
  } else if (foreign) {
    f->saved |= 1ULL << slot;
    f->holder[slot] = moved;
  } else if (near && write) {
    f->saved &= ~(1ULL << slot);
  } else if (near && (f->saved >> slot & 1U) != 0) {
    bool kept = (CALLEE_SAVED >> moved & 1U) == 0 || moved == f->holder[slot];
    f->reusable = moved != NO_REGISTER && kept; /* room is often made by a PUSH of r0 to r3 */
    f->foreign |= (uint16_t)(1U << moved);
  }
}

void footprint_access(struct footprint *f, struct machine *m, bool write, uint32_t address,
                      unsigned size) {
  if (f->watches) {
    unsigned uses = footprint_use_of(f, m, address, size);
    f->met = f->met ||
             (uses & (write ? FOOTPRINT_READ | FOOTPRINT_WRITTEN : FOOTPRINT_WRITTEN)) != 0;
    return;
  }
  if (!f->reusable) {
    return;
  }
  if (is_stack(m, address) && address < f->stack_end) {
    stack_access(f, write, address, size);
    return;
  }
  uint32_t added = LEAF_NONE;
  for (uint32_t at = address; at < address + size; at++) {
    uint32_t id = granule_of(m, at);
    if (id != added) {
      add(f, id, write);
    }
    added = id;
  }
  if (!write && added != LEAF_NONE) {
    steady_read(&f->steady);
  }
}

/* An event of a device that is due happens ahead of the access. */
void footprint_model(struct footprint *f, const struct machine *m) {
  uint64_t due = peripherals_due(&m->devices);
  f->reusable = f->reusable && due > m->state.time;
  footprint_until(f, m, due);
}

void footprint_until(struct footprint *f, const struct machine *m, uint64_t time) {
  uint64_t later = m->state.time - f->began;
  if (time != UINT64_MAX && time - later < f->constant) {
    f->constant = time - later;
  }
}

bool footprint_is_reusable(const struct footprint *f, bool home) {
  return f->reusable && (!home || (f->foreign & CALLEE_SAVED) == CALLEE_SAVED);
}

void footprint_merge(struct footprint *f, const struct footprint *inner, bool whole) {
  uint64_t later = inner->began - f->began;
  f->reusable = f->reusable && whole && footprint_is_reusable(inner, true);
  f->delayed = f->delayed || inner->delayed;
  f->steady.holds = false;
  if (inner->constant != UINT64_MAX && inner->constant - later < f->constant) {
    f->constant = inner->constant - later;
  }
  for (unsigned i = 0; i < inner->count; i++) {
    const struct granule *granule = &inner->granules[i];
    if ((granule->uses & FOOTPRINT_READ) != 0) {
      add(f, granule->id, false);
    }
    if ((granule->uses & FOOTPRINT_WRITTEN) != 0) {
      add(f, granule->id, true);
    }
  }
}

static unsigned uses_of(const struct footprint *f, uint32_t id) {
  unsigned uses = 0;
  bool searched = id != LEAF_NONE && (f->likely & likely_bit(id)) != 0;
  for (unsigned i = 0; searched && i < f->count; i++) {
    uses |= f->granules[i].id == id ? f->granules[i].uses : 0U;
  }
  return uses;
}

unsigned footprint_use_of(const struct footprint *f, const struct machine *m, uint32_t address,
                          unsigned size) {
  uint32_t first = granule_of(m, address);
  uint32_t last = granule_of(m, address + size - 1);
  unsigned uses = uses_of(f, first);
  for (uint32_t at = address + 1; first != last && at < address + size; at++) {
    uses |= uses_of(f, granule_of(m, at));
  }
  return uses;
}
