#include "sim/machine/scs.h"

#include <stddef.h>
#include <string.h>

enum {
  ICTR = 0x004,
  SYST_CSR = 0x010,
  SYST_CALIB = 0x01c,
  NVIC_ISER = 0x100,
  NVIC_ICER = 0x180,
  NVIC_ISPR = 0x200,
  NVIC_ICPR = 0x280,
  NVIC_IABR = 0x300,
  NVIC_IABR_END = 0x380,
  NVIC_IPR = 0x400,
  NVIC_IPR_END = 0x4f0,
  CPUID = 0xd00,
  ICSR = 0xd04,
  VTOR = 0xd08,
  AIRCR = 0xd0c,
  SCR = 0xd10,
  CCR = 0xd14,
  SHPR1 = 0xd18,
  SHPR_END = 0xd24,
  SHCSR = 0xd24,
  CFSR = 0xd28,
  HFSR = 0xd2c,
  DFSR = 0xd30,
  MMFAR = 0xd34,
  BFAR = 0xd38,
  AFSR = 0xd3c,
  ID_FIRST = 0xd40,
  ID_END = 0xd80,
  CPACR = 0xd88,
  MPU_FIRST = 0xd90,
  MPU_LAST = 0xdc0,
  DEMCR = 0xdfc,
  STIR = 0xf00,
  FPCCR = 0xf34,
  FPCAR = 0xf38,
  FPDSCR = 0xf3c,
  MVFR_FIRST = 0xf40,
  MVFR_END = 0xf4c,
};

enum { SCR_SEVONPEND = 1 << 4 };
enum {
  ICSR_NMIPENDSET = 31,
  ICSR_PENDSVSET = 28,
  ICSR_PENDSVCLR = 27,
  ICSR_PENDSTSET = 26,
  ICSR_PENDSTCLR = 25,
  ICSR_ISRPENDING = 22,
  ICSR_VECTPENDING = 12,
  ICSR_RETTOBASE = 11,
};

static const uint32_t AIRCR_KEY = 0x05fa0000, AIRCR_READ_KEY = 0xfa050000;
static const uint32_t AIRCR_SYSRESETREQ = 4, AIRCR_DEBUG_BITS = 3; /* VECT... */
static const uint32_t CCR_RESET_BITS = 0x200;                      /* STKALIGN */
static const uint32_t DEMCR_MON_EN = 1U << 16, DEMCR_MON_PEND = 1U << 17;
static const uint32_t DEMCR_WITHOUT_EFFECT = 0xc07f1; /* MON_REQ, MON_STEP, vector catch */

/* SHCSR: bit of each system exception in its active, pending and enable fields
 * (B3.2.13); 255: none. */
struct shcsr_row {
  uint8_t exception, active, pending, enable;
};
static const struct shcsr_row SHCSR_ROWS[] = {
    {EXCEPTION_MEMMANAGE, 0, 13, 16},      {EXCEPTION_BUSFAULT, 1, 14, 17},
    {EXCEPTION_USAGEFAULT, 3, 12, 18},     {EXCEPTION_SVCALL, 7, 15, 255},
    {EXCEPTION_DEBUGMONITOR, 8, 255, 255}, {EXCEPTION_PENDSV, 10, 255, 255},
    {EXCEPTION_SYSTICK, 11, 255, 255},
};
enum { SHCSR_COUNT = sizeof SHCSR_ROWS / sizeof *SHCSR_ROWS };

static void put_bit(uint32_t *set, unsigned number, bool on) {
  if (on) {
    exception_set(set, number);
  } else {
    exception_clear(set, number);
  }
}

static uint32_t shcsr_read(const struct exceptions *x) {
  uint32_t value = 0;
  for (size_t i = 0; i < SHCSR_COUNT; i++) {
    const struct shcsr_row *row = &SHCSR_ROWS[i];
    value |= (uint32_t)exception_bit(x->active, row->exception) << row->active;
    if (row->pending != 255) {
      value |= (uint32_t)exception_bit(x->pending, row->exception) << row->pending;
    }
    if (row->enable != 255) {
      value |= (uint32_t)exception_bit(x->enabled, row->exception) << row->enable;
    }
  }
  return value;
}

static void shcsr_write(struct exceptions *x, uint32_t value) {
  for (size_t i = 0; i < SHCSR_COUNT; i++) {
    const struct shcsr_row *row = &SHCSR_ROWS[i];
    put_bit(x->active, row->exception, (value >> row->active & 1U) != 0);
    if (row->pending != 255) {
      put_bit(x->pending, row->exception, (value >> row->pending & 1U) != 0);
    }
    if (row->enable != 255) {
      put_bit(x->enabled, row->exception, (value >> row->enable & 1U) != 0);
    }
  }
}

static bool interrupt_pending(const struct exceptions *x) {
  for (unsigned e = EXCEPTION_IRQ0; e < EXCEPTION_COUNT; e++) {
    if (exception_bit(x->pending, e)) {
      return true;
    }
  }
  return false;
}

static uint32_t icsr_read(const struct machine_state *s) {
  const struct exceptions *x = &s->exceptions;
  uint32_t value = s->context.exception;
  value |= exceptions_shown_pending(x) << ICSR_VECTPENDING;
  value |= (uint32_t)(exceptions_active_count(x) <= 1) << ICSR_RETTOBASE;
  value |= (uint32_t)interrupt_pending(x) << ICSR_ISRPENDING;
  value |= (uint32_t)exception_bit(x->pending, EXCEPTION_SYSTICK) << ICSR_PENDSTSET;
  value |= (uint32_t)exception_bit(x->pending, EXCEPTION_PENDSV) << ICSR_PENDSVSET;
  value |= (uint32_t)exception_bit(x->pending, EXCEPTION_NMI) << ICSR_NMIPENDSET;
  return value;
}

static void icsr_write(struct exceptions *x, uint32_t value) {
  static const struct {
    uint8_t bit, exception;
    bool set;
  } rows[] = {
      {ICSR_PENDSTCLR, EXCEPTION_SYSTICK, false}, {ICSR_PENDSVCLR, EXCEPTION_PENDSV, false},
      {ICSR_PENDSTSET, EXCEPTION_SYSTICK, true},  {ICSR_PENDSVSET, EXCEPTION_PENDSV, true},
      {ICSR_NMIPENDSET, EXCEPTION_NMI, true},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if ((value >> rows[i].bit & 1U) != 0) {
      put_bit(x->pending, rows[i].exception, rows[i].set);
    }
  }
}

/* The 32 interrupts of one ISER-like register, as bits of an exception set. */
static uint32_t interrupt_word(const uint32_t *set, unsigned index) {
  uint32_t low = set[index] >> 16;
  uint32_t high = index + 1 < EXCEPTION_WORDS ? set[index + 1] << 16 : 0;
  return low | high;
}

static uint32_t implemented(const struct core_traits *core, unsigned index) {
  unsigned first = index * 32;
  if (first >= core->interrupts) {
    return 0;
  }
  unsigned count = core->interrupts - first;
  return count >= 32 ? UINT32_MAX : (1U << count) - 1U;
}

static void change_interrupts(struct exceptions *x, uint32_t *set, unsigned index,
                              uint32_t bits, bool on) {
  for (; bits != 0; bits &= bits - 1) {
    unsigned exception = EXCEPTION_IRQ0 + index * 32 + (unsigned)__builtin_ctz(bits);
    exceptions_use(x, exception);
    put_bit(set, exception, on);
  }
}

/* Which set a bank of bits works on, and whether writing ones sets. */
static const uint32_t *bank(const struct exceptions *x, uint32_t offset) {
  if (offset < NVIC_ISPR) {
    return x->enabled;
  }
  return offset < NVIC_IABR ? x->pending : x->active;
}

static bool is_bank(uint32_t offset) {
  return offset >= NVIC_ISER && offset < NVIC_IABR_END && (offset & 0x7f) < 0x20;
}

static void bank_write(struct machine_state *s, const struct core_traits *core, uint32_t offset,
                       uint32_t value) {
  struct exceptions *x = &s->exceptions;
  unsigned index = (offset & 0x7f) / 4;
  uint32_t bits = value & implemented(core, index) & ~interrupt_word(x->absent, index);
  bool set = offset < NVIC_ICER || (offset >= NVIC_ISPR && offset < NVIC_ICPR);
  if (offset >= NVIC_IABR) {
    return;
  }
  change_interrupts(x, offset < NVIC_ISPR ? x->enabled : x->pending, index, bits, set);
}

static uint8_t *priority_byte(struct exceptions *x, const struct core_traits *core,
                              uint32_t offset) {
  if (offset >= NVIC_IPR && offset < NVIC_IPR_END) {
    unsigned irq = offset - NVIC_IPR;
    return irq < core->interrupts ? &x->priority[EXCEPTION_IRQ0 + irq] : NULL;
  }
  unsigned exception = 4 + offset - SHPR1;
  bool exists = core->v7m || exception == EXCEPTION_SVCALL || exception == EXCEPTION_PENDSV ||
                exception == EXCEPTION_SYSTICK;
  return exists && exception != 7 && exception != 8 && exception != 9 && exception != 10 &&
                 exception != 13
             ? &x->priority[exception]
             : NULL;
}

bool scs_is_priority(uint32_t offset) {
  return (offset >= NVIC_IPR && offset < NVIC_IPR_END) ||
         (offset >= SHPR1 && offset < SHPR_END);
}

static uint32_t priority_read(struct exceptions *x, const struct core_traits *core,
                              uint32_t offset, unsigned size) {
  uint32_t value = 0;
  for (unsigned i = 0; i < size; i++) {
    const uint8_t *byte = priority_byte(x, core, offset + i);
    value |= byte != NULL ? (uint32_t)*byte << (8 * i) : 0;
  }
  return value;
}

static void priority_write(struct exceptions *x, const struct core_traits *core,
                           uint32_t offset, unsigned size, uint32_t value) {
  for (unsigned i = 0; i < size; i++) {
    uint8_t *byte = priority_byte(x, core, offset + i);
    if (byte != NULL) {
      *byte = (uint8_t)(value >> (8 * i)) & x->priority_mask;
    }
  }
}

/* Plain registers: the bits that can be written; ARMv6-M lacks most. */
struct plain_row {
  uint16_t offset;
  uint16_t member; /* offset in struct scb */
  uint32_t writable;
  bool v7m;
  bool clears; /* write one to clear */
};
#define SCB_MEMBER(name) ((uint16_t)offsetof(struct scb, name))
static const struct plain_row PLAIN[] = {
    {SCR, SCB_MEMBER(scr), 0x16, false, false},
    {CCR, SCB_MEMBER(ccr), 0x31b, true, false},
    {CFSR, SCB_MEMBER(cfsr), UINT32_MAX, true, true},
    {HFSR, SCB_MEMBER(hfsr), UINT32_MAX, true, true},
    {DFSR, SCB_MEMBER(dfsr), UINT32_MAX, true, true},
    {MMFAR, SCB_MEMBER(mmfar), UINT32_MAX, true, false},
    {BFAR, SCB_MEMBER(bfar), UINT32_MAX, true, false},
    {AFSR, SCB_MEMBER(afsr), UINT32_MAX, true, false},
    {CPACR, SCB_MEMBER(cpacr), 0x00f00000, true, false},
    {DEMCR, SCB_MEMBER(demcr), 0x010d07f1, true, false},
    {FPCCR, SCB_MEMBER(fpccr), 0xc000017b, true, false},
    {FPCAR, SCB_MEMBER(fpcar), 0xfffffff8, true, false},
    {FPDSCR, SCB_MEMBER(fpdscr), 0x07c00000, true, false},
};

/* Feature registers at 0xd40 to 0xd7c (Technical Reference Manuals). */
enum { FEATURE_WORDS = (ID_END - ID_FIRST) / 4 };
static const uint32_t FEATURES_M3[FEATURE_WORDS] = {
    0x30, 0x200,     0x100000,  0,          0x30,      0,        0,
    0,    0x1141110, 0x2111000, 0x21112231, 0x1111110, 0x1310102};
static const uint32_t FEATURES_M4[FEATURE_WORDS] = {
    0x30, 0x200,     0x100000,  0,          0x30,      0,        0,
    0,    0x1141110, 0x2111000, 0x21112231, 0x1111110, 0x1310102};
static const uint32_t FEATURES_M7[FEATURE_WORDS] = {
    0x30, 0x200,     0x100000,  0,          0x100030,  0,        0x1000000,
    0,    0x1101110, 0x2112000, 0x20232231, 0x1111131, 0x1310132};
static const uint32_t MVFR_M4[] = {0x10110021, 0x11000011, 0};
static const uint32_t MVFR_M7[] = {0x10110221, 0x12000011, 0x40};

static uint32_t feature(const struct core_traits *core, uint32_t offset) {
  bool m7 = core == core_traits(CORE_M7);
  const uint32_t *table = m7 ? FEATURES_M7 : FEATURES_M4;
  if (core == core_traits(CORE_M3)) {
    table = FEATURES_M3;
  }
  if (offset >= MVFR_FIRST) {
    return core->has_fpu ? (m7 ? MVFR_M7 : MVFR_M4)[(offset - MVFR_FIRST) / 4] : 0;
  }
  return core->v7m ? table[(offset - ID_FIRST) / 4] : 0;
}

static bool is_feature(uint32_t offset) {
  return (offset >= ID_FIRST && offset < ID_END) || (offset >= MVFR_FIRST && offset < MVFR_END);
}

static bool is_mpu(const struct core_traits *core, uint32_t offset) {
  bool has_mpu = core != core_traits(CORE_M0);
  return has_mpu && offset >= MPU_FIRST && offset < MPU_LAST;
}

static bool is_fp(uint32_t offset) {
  return offset == FPCCR || offset == FPCAR || offset == FPDSCR || offset == CPACR;
}

static const struct plain_row *plain_row(const struct core_traits *core, uint32_t offset) {
  for (size_t i = 0; i < sizeof PLAIN / sizeof *PLAIN; i++) {
    bool exists = (core->v7m || !PLAIN[i].v7m) && (core->has_fpu || !is_fp(offset));
    if (PLAIN[i].offset == offset && exists) {
      return &PLAIN[i];
    }
  }
  return NULL;
}

static uint32_t *plain_member(struct scb *scb, const struct plain_row *row) {
  return (uint32_t *)(void *)((char *)scb + row->member);
}

static struct scs_access plain_read(struct machine_state *s, const struct core_traits *core,
                                    uint32_t offset) {
  const struct plain_row *row = plain_row(core, offset);
  if (row == NULL) {
    return (struct scs_access){.effect = SCS_UNKNOWN};
  }
  uint32_t value = *plain_member(&s->scb, row);
  if (offset == DEMCR && exception_bit(s->exceptions.pending, EXCEPTION_DEBUGMONITOR)) {
    value |= DEMCR_MON_PEND;
  }
  return (struct scs_access){SCS_DONE, value};
}

static struct scs_access word_read(struct machine_state *s, const struct core_traits *core,
                                   uint32_t offset) {
  struct exceptions *x = &s->exceptions;
  struct scs_access known = {.effect = SCS_DONE};
  if (offset >= SYST_CSR && offset <= SYST_CALIB) {
    known.value = systick_read(&s->systick, offset - SYST_CSR, s->time);
  } else if (is_bank(offset)) {
    known.value = interrupt_word(bank(x, offset), (offset & 0x7f) / 4);
  } else if (offset == ICTR) {
    known.value = core->v7m ? (core->interrupts + 31U) / 32U - 1U : 0;
  } else if (offset == CPUID) {
    known.value = core->cpuid;
  } else if (offset == ICSR) {
    known.value = icsr_read(s);
  } else if (offset == VTOR) {
    known.value = s->scb.vtor;
  } else if (offset == AIRCR) {
    known.value = AIRCR_READ_KEY | (uint32_t)x->prigroup << 8;
  } else if (offset == SHCSR) {
    known.value = core->v7m ? shcsr_read(x) : shcsr_read(x) & 1U << 15;
  } else if (is_mpu(core, offset)) {
    known.value = mpu_read(&s->mpu, offset);
  } else if (is_feature(offset)) {
    known.value = feature(core, offset);
  } else if (is_fp(offset) && !core->has_fpu) {
    known.value = 0;
  } else if (offset == CCR && !core->v7m) {
    known.value = CCR_RESET_BITS | 8U;
  } else {
    return plain_read(s, core, offset);
  }
  return known;
}

struct scs_access scs_read(struct machine_state *s, const struct core_traits *core,
                           uint32_t offset, unsigned size) {
  if (scs_is_priority(offset)) {
    return (struct scs_access){SCS_DONE, priority_read(&s->exceptions, core, offset, size)};
  }
  struct scs_access word = word_read(s, core, offset & ~3U);
  uint32_t mask = size >= 4 ? UINT32_MAX : (1U << (8 * size)) - 1U;
  word.value = word.value >> (8 * (offset & 3U)) & mask;
  return word;
}

static enum scs_effect aircr_write(struct machine_state *s, const struct core_traits *core,
                                   uint32_t value) {
  if ((value & 0xffff0000U) != AIRCR_KEY) {
    return SCS_DONE;
  }
  if (core->v7m) {
    s->exceptions.prigroup = value >> 8 & 7U;
  }
  if ((value & AIRCR_SYSRESETREQ) != 0) {
    return SCS_RESET;
  }
  return (value & AIRCR_DEBUG_BITS) != 0 ? SCS_UNKNOWN : SCS_DONE;
}

static enum scs_effect plain_write(struct scb *scb, const struct core_traits *core,
                                   uint32_t offset, uint32_t value) {
  const struct plain_row *row = plain_row(core, offset);
  if (row == NULL) {
    return SCS_UNKNOWN;
  }
  uint32_t *member = plain_member(scb, row);
  *member = row->clears ? *member & ~value : value & row->writable;
  return SCS_DONE;
}

/* Registers that exist and ignore what is written. */
static bool is_fixed(const struct core_traits *core, uint32_t offset) {
  return offset == CPUID || offset == ICTR || is_feature(offset) ||
         (is_fp(offset) && !core->has_fpu) || (offset == CCR && !core->v7m);
}

static enum scs_effect word_write(struct machine_state *s, const struct core_traits *core,
                                  uint32_t offset, uint32_t value) {
  struct exceptions *x = &s->exceptions;
  if (offset >= SYST_CSR && offset <= SYST_CALIB) {
    systick_write(&s->systick, offset - SYST_CSR, value, s->time);
    s->next_arrival = systick_expiry(&s->systick);
  } else if (is_bank(offset)) {
    bank_write(s, core, offset, value);
  } else if (offset == ICSR) {
    icsr_write(x, value);
  } else if (offset == VTOR) {
    s->scb.vtor = core->has_vtor ? value & 0xffffff80U : s->scb.vtor;
  } else if (offset == AIRCR) {
    return aircr_write(s, core, value);
  } else if (offset == SHCSR) {
    if (core->v7m) {
      shcsr_write(x, value);
    } else {
      put_bit(x->pending, EXCEPTION_SVCALL, (value >> 15 & 1U) != 0);
    }
  } else if (offset == STIR && core->v7m) {
    unsigned index = (value & 0x1ff) / 32;
    change_interrupts(
        x, x->pending, index,
        1U << (value & 31U) & implemented(core, index) & ~interrupt_word(x->absent, index),
        true);
  } else if (is_mpu(core, offset)) {
    mpu_write(&s->mpu, offset, value);
  } else if (offset == DEMCR && core->v7m) {
    put_bit(x->pending, EXCEPTION_DEBUGMONITOR, (value & DEMCR_MON_PEND) != 0);
    put_bit(x->enabled, EXCEPTION_DEBUGMONITOR, (value & DEMCR_MON_EN) != 0);
    plain_write(&s->scb, core, offset, value);
    return (value & DEMCR_WITHOUT_EFFECT) != 0 ? SCS_UNKNOWN : SCS_DONE;
  } else if (!is_fixed(core, offset)) {
    return plain_write(&s->scb, core, offset, value);
  }
  return SCS_DONE;
}

/* SEVONPEND: what became pending is an event, enabled or not (B1.5.18). */
static void send_for_pending(struct machine_state *s, const uint32_t before[EXCEPTION_WORDS]) {
  for (unsigned word = 0; word < EXCEPTION_WORDS; word++) {
    if ((s->exceptions.pending[word] & ~before[word]) != 0) {
      s->event_register = true;
    }
  }
}

enum scs_effect scs_write(struct machine_state *s, const struct core_traits *core,
                          uint32_t offset, unsigned size, uint32_t value) {
  enum scs_effect effect = SCS_DONE;
  uint32_t pending[EXCEPTION_WORDS];
  memcpy(pending, s->exceptions.pending, sizeof pending);
  if (scs_is_priority(offset)) {
    priority_write(&s->exceptions, core, offset, size, value);
  } else {
    unsigned shift = 8 * (offset & 3U);
    uint32_t lane = size >= 4 ? UINT32_MAX : ((1U << (8 * size)) - 1U) << shift;
    uint32_t bits = value << shift & lane;
    const struct plain_row *row = plain_row(core, offset & ~3U);
    if (row != NULL && !row->clears) {
      bits |= word_read(s, core, offset & ~3U).value & ~lane;
    }
    effect = word_write(s, core, offset & ~3U, bits);
  }
  if ((s->scb.scr & SCR_SEVONPEND) != 0) {
    send_for_pending(s, pending);
  }
  exceptions_update(&s->exceptions);
  return effect;
}

bool scs_concerns_pending(uint32_t offset) {
  uint32_t word = offset & ~3U;
  return (word >= NVIC_ISER && word < NVIC_IPR_END) || (word >= SHPR1 && word <= SHCSR) ||
         word == ICSR || word == AIRCR || word == STIR || word == SYST_CSR || word == SCR;
}
