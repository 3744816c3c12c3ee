/* The device side of the bus: who answers at an address that is no memory.
 *
 * Private Peripheral Bus (System Control Space, cycle counter), bit-band aliases
 * (ARMv7-M B3.1, Cortex-M3 and M4 TRM), and device registers without a model. */
#include "sim/machine/peripherals.h"
#include "sim/machine/private.h"
#include "sim/machine/scs.h"

static const uint32_t DEVICE_SPACE = 0x40000000, FACTORY_HIGH = 0x20000000;
static const uint32_t CYCLES_BASE = 0xe0001000; /* DWT_CTRL, DWT_CYCCNT */
enum { CYCLES_SIZE = 8, CYCLES_ENABLE = 1, DEMCR_TRCENA = 1 << 24 };

bool bitband_exists(const struct machine *m) {
  return m->config.core == CORE_M3 || m->config.core == CORE_M4 || m->config.core == CORE_M4F;
}

/* An alias address becomes the bit's word-aligned alias offset: true if so. */
static bool bitband_translate(const struct machine *m, uint32_t *address) {
  uint32_t area = *address & 0xfe000000U;
  bool alias = bitband_exists(m) && (area == 0x22000000 || area == 0x42000000);
  if (alias) {
    *address &= ~3U;
  }
  return alias;
}

static uint32_t bitband_byte(uint32_t alias) {
  return (alias & 0xf0000000U) + (alias & 0x01ffffffU) / 32;
}

static unsigned bitband_bit(uint32_t alias) {
  return alias / 4 % 8;
}

/* The alias is the byte behind it, for a probe's footprint too. */
static void note_memory(struct machine *m, bool write, uint32_t byte) {
  if (m->footprint != NULL) {
    footprint_access(m->footprint, m, write, byte, 1);
  }
}

static uint64_t bitband_read(struct machine *m, uint32_t alias) {
  uint32_t byte = bitband_byte(alias);
  if (byte >= DEVICE_SPACE) {
    return machine_device_read(m, byte, 1) >> bitband_bit(alias) & 1U;
  }
  note_memory(m, false, byte);
  reads_add(&m->reads, byte, 1);
  accesses_queue(m, false, byte, 1, 0);
  return memory_get(&m->memory, byte, 1) >> bitband_bit(alias) & 1U;
}

/* One read-modify-write that nothing can cut: the bus does it. */
static void bitband_write(struct machine *m, uint32_t alias, uint64_t value) {
  uint32_t byte = bitband_byte(alias);
  uint64_t bit = 1ULL << bitband_bit(alias);
  bool device = byte >= DEVICE_SPACE;
  uint64_t old = device ? machine_device_read(m, byte, 1) : memory_get(&m->memory, byte, 1);
  uint64_t new = (value & 1U) != 0 ? old | bit : old & ~bit;
  if (device) {
    machine_device_write(m, byte, 1, new);
    return;
  }
  uint8_t *host = memory_host(&m->memory, byte, 1);
  note_memory(m, true, byte);
  accesses_queue(m, true, byte, 1, new);
  if (host != NULL) {
    *host = (uint8_t) new;
  }
}

/* ARMv6-M's DWT has no counter. */
static bool is_cycles(const struct machine *m, uint32_t address) {
  return m->core->v7m && address - CYCLES_BASE < CYCLES_SIZE;
}

static uint32_t cycles_value(const struct machine_state *s) {
  const struct cycle_counter *c = &s->cycles;
  bool runs = (c->control & CYCLES_ENABLE) != 0 && (s->scb.demcr & DEMCR_TRCENA) != 0;
  return runs ? c->value + (uint32_t)(s->time - c->since) : c->value;
}

static uint32_t cycles_read(const struct machine_state *s, uint32_t offset) {
  return offset < 4 ? s->cycles.control | 0x40000000U : cycles_value(s);
}

static void cycles_write(struct machine_state *s, uint32_t offset, uint32_t value) {
  s->cycles.value = offset < 4 ? cycles_value(s) : value;
  s->cycles.since = s->time;
  if (offset < 4) {
    s->cycles.control = value & CYCLES_ENABLE;
  }
}

/* `old`: what the register's word held before; now it holds what stands in the slot. */
static void emit_device(struct machine *m, bool write, uint32_t address, unsigned size,
                        uint32_t value, const struct device_register *slot, uint32_t old) {
  const struct machine_state *s = &m->state;
  struct event event = {
      .kind = write ? EVENT_DEVICE_WRITE : EVENT_DEVICE_READ,
      .size = (uint8_t)size,
      .pc = s->acting_pc,
      .context = s->context,
      .boundary = s->acting,
      .address = address,
      .leaf = LEAF_NONE,
      .value = value,
      .old = old,
      .whole = slot != NULL ? slot->value : 0,
  };
  machine_emit(m, &event);
}

/* One event for each exception whose priority the write changed. */
static void tell_priorities(struct machine *m, const uint8_t before[EXCEPTION_COUNT]) {
  const struct machine_state *s = &m->state;
  for (unsigned e = 0; m->host.event != NULL && e < EXCEPTION_COUNT; e++) {
    struct event event = {
        .kind = EVENT_PRIORITY,
        .size = 1,
        .pc = s->acting_pc,
        .context = s->context,
        .boundary = s->acting,
        .address = e,
        .leaf = LEAF_NONE,
        .value = s->exceptions.priority[e],
        .old = before[e],
    };
    if (event.value != event.old) {
      machine_emit(m, &event);
    }
  }
}

static enum scs_effect scs_written(struct machine *m, uint32_t offset, unsigned size,
                                   uint32_t value) {
  struct machine_state *s = &m->state;
  uint8_t before[EXCEPTION_COUNT];
  late_mask_end(m);
  if (!scs_is_priority(offset)) {
    uint32_t enabled[EXCEPTION_WORDS];
    memcpy(enabled, s->exceptions.enabled, sizeof enabled);
    enum scs_effect done = scs_write(s, m->core, offset, size, value);
    late_mask_begin(m, enabled);
    return done;
  }
  memcpy(before, s->exceptions.priority, sizeof before);
  enum scs_effect effect = scs_write(s, m->core, offset, size, value);
  tell_priorities(m, before);
  return effect;
}

/* SysTick's value, and the cycle counter. */
static bool reads_time(uint32_t address) {
  uint32_t word = address & ~3U;
  return word == SCS_BASE + 0x18 || word == CYCLES_BASE + 4;
}

/* SysTick's control: its COUNTFLAG says whether a tick came. */
static bool reads_flag(uint32_t address) {
  return (address & ~3U) == SCS_BASE + 0x10;
}

static uint32_t lanes(unsigned size) {
  return UINT32_MAX >> (32 - 8 * (size < 4 ? size : 4));
}

static void touch_model(struct machine *m) {
  if (m->footprint != NULL) {
    footprint_model(m->footprint, m);
  }
}

static uint32_t modelled_read(struct machine *m, struct device_register *slot, uint32_t address,
                              unsigned size) {
  touch_model(m);
  return peripherals_read(m, slot) >> (8 * (address & 3U)) & lanes(size);
}

static void modelled_write(struct machine *m, struct device_register *slot, uint32_t address,
                           unsigned size, uint32_t value) {
  unsigned shift = 8 * (address & 3U);
  uint32_t mask = lanes(size) << shift;
  touch_model(m);
  peripherals_write(m, slot, value << shift & mask, mask);
}

/* A register that nothing describes, or a factory page. */
static uint32_t plain_read(struct machine *m, struct device_register *slot, uint32_t address,
                           unsigned size) {
  struct machine_state *s = &m->state;
  uint32_t value = devices_read(slot, address, size, &m->undo);
  if (address < FACTORY_HIGH) { /* erased flash */
    return UINT32_MAX >> (32 - 8 * size);
  }
  if (m->config.stimulus != NULL && registers_draw(m->devices.set, address & ~3U)) {
    inputs_draw(m, address & ~3U, size, &value);
    return value;
  }
  s->device_reads++;
  s->progress.last_device = address & ~3U;
  return value;
}

uint64_t machine_device_read(struct machine *m, uint32_t address, unsigned size) {
  struct machine_state *s = &m->state;
  if (m->draining) {
    return 0;
  }
  s->bus_accesses++;
  machine_end_stride(m);
  bool time = reads_time(address);
  bool flag = reads_flag(address);
  m->clock_reads += time;
  m->flag_reads += flag;
  if ((time || flag) && m->footprint != NULL) {
    m->footprint->reusable = false;
  }
  guard_access(m, false, address, size);
  if (m->violation.exception != 0) {
    return 0;
  }
  if (bitband_translate(m, &address)) {
    return bitband_read(m, address);
  }
  if (is_cycles(m, address)) {
    return cycles_read(s, address - CYCLES_BASE);
  }
  if (address - SCS_BASE < SCS_SIZE) {
    late_mask_end(m);
    struct scs_access access = scs_read(s, m->core, address - SCS_BASE, size);
    if (access.effect == SCS_DONE) {
      s->scs_touched |= scs_concerns_pending(address - SCS_BASE);
      return access.value;
    }
  }
  struct device_register *slot = devices_find(&m->devices, address, &m->undo);
  uint32_t value = 0;
  uint32_t old = slot != NULL ? slot->value : 0;
  if (slot != NULL && slot->model != NULL) {
    value = modelled_read(m, slot, address, size);
  } else {
    value = plain_read(m, slot, address, size);
  }
  emit_device(m, false, address, size, value, slot, old);
  return value;
}

static uint64_t mixed(uint64_t hash, uint32_t address, uint32_t value) {
  hash = (hash ^ ((uint64_t)address << 32 | value)) * 0x9e3779b97f4a7c15U;
  return hash ^ hash >> 31;
}

uint64_t device_hash(uint32_t word, uint32_t value) {
  return mixed(1, word, value);
}

void machine_device_write(struct machine *m, uint32_t address, unsigned size, uint64_t value) {
  struct machine_state *s = &m->state;
  if (m->draining) {
    return;
  }
  s->bus_accesses++;
  machine_end_stride(m);
  guard_access(m, true, address, size);
  if (m->violation.exception != 0) {
    return;
  }
  if (bitband_translate(m, &address)) {
    bitband_write(m, address, value);
    return;
  }
  if (is_cycles(m, address)) {
    cycles_write(s, address - CYCLES_BASE, (uint32_t)value);
    return;
  }
  if (address - SCS_BASE < SCS_SIZE) {
    enum scs_effect effect = scs_written(m, address - SCS_BASE, size, (uint32_t)value);
    s->scs_touched |= scs_concerns_pending(address - SCS_BASE);
    guard_update(m);
    if (effect == SCS_RESET) {
      m->run->stop = STOP_RESET;
    }
    if (effect != SCS_UNKNOWN) {
      return;
    }
  }
  if (m->asks) {
    discipline_wrote(m, address, size, value);
  }
  struct device_register *slot = devices_find(&m->devices, address, &m->undo);
  uint32_t old = slot != NULL ? slot->value : 0;
  if (slot != NULL && slot->model != NULL) {
    modelled_write(m, slot, address, size, (uint32_t)value);
  } else {
    s->answer_hash ^=
        slot != NULL && slot->answered ? device_hash(slot->address, slot->answer) : 0;
    devices_write(slot, address, size, (uint32_t)value, &m->undo);
    uint32_t new = slot != NULL ? slot->value : 0;
    s->device_hash ^= device_hash(address & ~3U, old) ^ device_hash(address & ~3U, new);
  }
  s->output_hash = mixed(s->output_hash, address, (uint32_t)value);
  emit_device(m, true, address, size, (uint32_t)value, slot, old);
}
