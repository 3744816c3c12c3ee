/* The System Control Space register by register: which exist on which core, which
 * bits they keep, by words, halfwords and bytes. */
#include <criterion/criterion.h>
#include <stddef.h>
#include <string.h>

#include "sim/machine/scs.h"

enum { ICTR = 0x004, CSR = 0x010, RVR = 0x014, CVR = 0x018, CALIB = 0x01c };
enum { ISER = 0x100, ICER = 0x180, ISPR = 0x200, ICPR = 0x280, IABR = 0x300, IPR = 0x400 };
enum { CPUID = 0xd00, ICSR = 0xd04, VTOR = 0xd08, AIRCR = 0xd0c, SCR = 0xd10, CCR = 0xd14 };
enum { SHCSR = 0xd24, CFSR = 0xd28, HFSR = 0xd2c, DFSR = 0xd30, MMFAR = 0xd34, BFAR = 0xd38 };
enum {
  AFSR = 0xd3c,
  FEATURES = 0xd40,
  CPACR = 0xd88,
  MPU = 0xd90,
  DEMCR = 0xdfc,
  STIR = 0xf00
};
enum { FPCCR = 0xf34, FPCAR = 0xf38, FPDSCR = 0xf3c, MVFR = 0xf40 };

static struct machine_state state; /* of the test's own process */

static const struct core_traits *reset(enum core core) {
  const struct core_traits *traits = core_traits(core);
  memset(&state, 0, sizeof state);
  exceptions_reset(&state.exceptions, 8, traits->v7m);
  return traits;
}

static uint32_t get(const struct core_traits *core, uint32_t offset) {
  return scs_read(&state, core, offset, 4).value;
}

static void put(const struct core_traits *core, uint32_t offset, uint32_t value) {
  scs_write(&state, core, offset, 4, value);
}

struct range {
  uint16_t first, last; /* words */
  enum { EVERY, V7M, WITH_MPU, WRITTEN } who;
};
static const struct range EXISTING[] = {
    {ICTR, ICTR, EVERY},    {CSR, CALIB, EVERY},      {ISER, 0x11c, EVERY},
    {ICER, 0x19c, EVERY},   {ISPR, 0x21c, EVERY},     {ICPR, 0x29c, EVERY},
    {IABR, 0x31c, EVERY},   {IPR, 0x4ec, EVERY},      {CPUID, SHCSR, EVERY},
    {CFSR, AFSR, V7M},      {FEATURES, 0xd7c, EVERY}, {CPACR, CPACR, EVERY},
    {MPU, 0xdbc, WITH_MPU}, {DEMCR, DEMCR, V7M},      {STIR, STIR, WRITTEN},
    {FPCCR, FPDSCR, EVERY}, {MVFR, 0xf48, EVERY},
};

static bool exists(enum core core, uint32_t offset, bool written) {
  for (size_t i = 0; i < sizeof EXISTING / sizeof *EXISTING; i++) {
    const struct range *range = &EXISTING[i];
    if (offset >= range->first && offset <= range->last) {
      bool v7m = core_traits(core)->v7m;
      return range->who == EVERY || (range->who == V7M && v7m) ||
             (range->who == WITH_MPU && core != CORE_M0) ||
             (range->who == WRITTEN && v7m && written);
    }
  }
  return false;
}

Test(scs, registers_exist_where_the_manuals_have_them) {
  for (unsigned core = 0; core < CORE_COUNT; core++) {
    const struct core_traits *traits = core_traits((enum core)core);
    for (uint32_t offset = 0; offset < SCS_SIZE; offset += 4) {
      reset((enum core)core);
      enum scs_effect effect = scs_read(&state, traits, offset, 4).effect;
      cr_expect_eq(effect == SCS_DONE, exists((enum core)core, offset, false),
                   "%s: read of %03x", traits->name, offset);
      effect = scs_write(&state, traits, offset, 4, 0);
      cr_expect_eq(effect == SCS_DONE, exists((enum core)core, offset, true),
                   "%s: write of %03x", traits->name, offset);
    }
  }
}

/* Technical Reference Manuals, "System control registers". */
Test(scs, features_of_each_core) {
  static const struct {
    enum core core;
    uint32_t words[16], mvfr[3];
  } rows[] = {
      {CORE_M0, {0}, {0}},
      {CORE_M3,
       {0x30, 0x200, 0x100000, 0, 0x30, 0, 0, 0, 0x1141110, 0x2111000, 0x21112231, 0x1111110,
        0x1310102},
       {0}},
      {CORE_M4,
       {0x30, 0x200, 0x100000, 0, 0x30, 0, 0, 0, 0x1141110, 0x2111000, 0x21112231, 0x1111110,
        0x1310102},
       {0}},
      {CORE_M4F,
       {0x30, 0x200, 0x100000, 0, 0x30, 0, 0, 0, 0x1141110, 0x2111000, 0x21112231, 0x1111110,
        0x1310102},
       {0x10110021, 0x11000011, 0}},
      {CORE_M7,
       {0x30, 0x200, 0x100000, 0, 0x100030, 0, 0x1000000, 0, 0x1101110, 0x2112000, 0x20232231,
        0x1111131, 0x1310132},
       {0x10110221, 0x12000011, 0x40}},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct core_traits *core = reset(rows[i].core);
    for (uint32_t word = 0; word < 16; word++) {
      cr_expect_eq(get(core, FEATURES + 4 * word), rows[i].words[word], "%s: %u", core->name,
                   word);
    }
    for (uint32_t word = 0; word < 3; word++) {
      cr_expect_eq(get(core, MVFR + 4 * word), rows[i].mvfr[word], "%s: MVFR%u", core->name,
                   word);
    }
    cr_expect_eq(get(core, ICTR), core->v7m ? 7 : 0);
    cr_expect_eq(get(core, CPUID), core->cpuid);
  }
}

static void check_bank(const struct core_traits *core, uint32_t set, uint32_t clear,
                       const uint32_t *bits) {
  for (uint32_t word = 0; word < 8; word++) {
    unsigned lines = core->interrupts > 32 * word ? core->interrupts - 32 * word : 0;
    uint32_t all = lines >= 32 ? UINT32_MAX : (1U << lines) - 1;
    put(core, set + 4 * word, UINT32_MAX);
    cr_expect_eq(get(core, set + 4 * word), all, "%s: %03x", core->name, set + 4 * word);
    cr_expect_eq(get(core, clear + 4 * word), all);
    cr_expect_leq(state.exceptions.words, EXCEPTION_WORDS, "there is no line behind the last");
    for (unsigned line = 0; line < lines && line < 32; line++) {
      cr_expect(exception_bit(bits, EXCEPTION_IRQ0 + 32 * word + line));
    }
    put(core, clear + 4 * word, 0x80000001 & all);
    cr_expect_eq(get(core, set + 4 * word), all & ~0x80000001U);
    put(core, clear + 4 * word, UINT32_MAX);
    cr_expect_eq(get(core, clear + 4 * word), 0);
  }
}

Test(scs, banks_of_interrupts) {
  static const enum core cores[] = {CORE_M0, CORE_M3};
  for (size_t i = 0; i < 2; i++) {
    const struct core_traits *core = reset(cores[i]);
    check_bank(core, ISER, ICER, state.exceptions.enabled);
    check_bank(core, ISPR, ICPR, state.exceptions.pending);
    for (uint32_t word = 0; word < 8; word++) {
      uint32_t lines = 32 * word < core->interrupts ? 1 : 0;
      put(core, ISPR + 4 * word, 1);
      put(core, IABR + 4 * word, UINT32_MAX);
      cr_expect_eq(get(core, IABR + 4 * word), 0, "IABR is read-only");
      cr_expect_eq(get(core, ISPR + 4 * word), lines, "and nothing of the other banks");
      if (32 * word < core->interrupts) {
        exceptions_use(&state.exceptions, EXCEPTION_IRQ0 + 32 * word);
        exception_set(state.exceptions.active, EXCEPTION_IRQ0 + 32 * word);
        cr_expect_eq(get(core, IABR + 4 * word), 1, "%s: word %u", core->name, word);
      }
    }
  }
}

/* System exceptions stand before the interrupts in each set. */
Test(scs, banks_hold_interrupts_alone) {
  const struct core_traits *core = reset(CORE_M3);
  memset(state.exceptions.pending, 0, sizeof state.exceptions.pending);
  put(core, ICSR, 1U << 31 | 1U << 28 | 1U << 26);
  for (uint32_t word = 0; word < 8; word++) {
    cr_expect_eq(get(core, ISPR + 4 * word), 0, "word %u", word);
    cr_expect_eq(get(core, ISER + 4 * word), 0, "word %u", word);
  }
}

Test(scs, ictr_says_how_many_interrupts) {
  static const uint16_t rows[][2] = {{1, 0}, {32, 0}, {33, 1}, {64, 1}, {65, 2}, {240, 7}};
  struct core_traits core = *reset(CORE_M3);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    core.interrupts = rows[i][0];
    cr_expect_eq(get(&core, ICTR), rows[i][1], "%u interrupts", rows[i][0]);
  }
}

Test(scs, software_triggers_each_interrupt) {
  static const uint16_t triggers[] = {0, 1, 31, 32, 33, 64, 239};
  const struct core_traits *core = reset(CORE_M3);
  for (size_t i = 0; i < sizeof triggers / sizeof *triggers; i++) {
    uint32_t irq = triggers[i];
    put(core, STIR, irq);
    cr_expect_eq(get(core, ISPR + irq / 32 * 4), 1U << irq % 32, "IRQ %u", irq);
    cr_expect_eq(get(core, ICSR) >> 22 & 1, 1, "ISRPENDING by IRQ %u", irq);
    put(core, ICPR + irq / 32 * 4, UINT32_MAX);
    cr_expect_eq(get(core, ICSR) >> 22 & 1, 0);
  }
  put(core, STIR, 240);
  put(core, STIR, 511);
  cr_expect_eq(get(core, ICSR) >> 22 & 1, 0, "there are no such lines");
}

Test(scs, priorities_by_byte) {
  const struct core_traits *core = reset(CORE_M3);
  for (uint32_t irq = 0; irq < 240; irq++) {
    scs_write(&state, core, IPR + irq, 1, 0xffffff00U | (irq + 1));
  }
  for (uint32_t irq = 0; irq < 240; irq++) {
    cr_expect_eq(scs_read(&state, core, IPR + irq, 1).value, irq + 1, "IRQ %u", irq);
    cr_expect_eq(state.exceptions.priority[EXCEPTION_IRQ0 + irq], irq + 1);
  }
  core = reset(CORE_M0);
  put(core, IPR + 28, 0x40404040);
  put(core, IPR + 32, 0x40404040);
  cr_expect_eq(get(core, IPR + 28), 0x40404040);
  cr_expect_eq(get(core, IPR + 32), 0, "the M0 has 32 interrupts");
  for (uint32_t offset = 0; offset < SCS_SIZE; offset++) {
    bool expected = (offset >= 0x400 && offset < 0x4f0) || (offset >= 0xd18 && offset < 0xd24);
    cr_expect_eq(scs_is_priority(offset), expected, "offset %03x", offset);
  }
}

Test(scs, registers_keep_the_bits_that_exist) {
  static const struct {
    uint16_t offset;
    uint32_t kept;
    bool fp;
  } rows[] = {
      {SCR, 0x16, false},        {CCR, 0x31b, false},        {MMFAR, UINT32_MAX, false},
      {BFAR, UINT32_MAX, false}, {AFSR, UINT32_MAX, false},  {DEMCR, 0x010f07f1, false},
      {VTOR, 0xffffff80, false}, {CPACR, 0xf00000, true},    {FPCCR, 0xc000017b, true},
      {FPCAR, 0xfffffff8, true}, {FPDSCR, 0x07c00000, true},
  };
  static const enum core cores[] = {CORE_M3, CORE_M7};
  for (size_t c = 0; c < 2; c++) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
      const struct core_traits *core = reset(cores[c]);
      uint32_t kept = rows[i].fp && !core->has_fpu ? 0 : rows[i].kept;
      put(core, rows[i].offset, UINT32_MAX);
      cr_expect_eq(get(core, rows[i].offset), kept, "%s: %03x", core->name, rows[i].offset);
      for (unsigned byte = 0; byte < 4; byte++) {
        uint32_t lane = kept >> (8 * byte) & 0xff;
        cr_expect_eq(scs_read(&state, core, rows[i].offset + byte, 1).value, lane);
      }
      cr_expect_eq(scs_read(&state, core, rows[i].offset, 2).value, kept & 0xffff);
      cr_expect_eq(scs_read(&state, core, rows[i].offset + 2U, 2).value, kept >> 16);
      put(core, rows[i].offset, 0);
      cr_expect_eq(get(core, rows[i].offset), 0);
    }
  }
}

Test(scs, parts_of_a_register_leave_the_rest) {
  const struct core_traits *core = reset(CORE_M7);
  put(core, CCR, 0x31b);
  scs_write(&state, core, CCR, 1, 0xffffff02);
  cr_expect_eq(get(core, CCR), 0x302);
  scs_write(&state, core, CCR + 1, 1, 0xffffff01);
  cr_expect_eq(get(core, CCR), 0x102);
  scs_write(&state, core, CCR, 2, 0xffff0201);
  cr_expect_eq(get(core, CCR), 0x201);
  put(core, MMFAR, 0x11223344);
  scs_write(&state, core, MMFAR + 2, 2, 0xabcdef01);
  cr_expect_eq(get(core, MMFAR), 0xef013344);
  static const uint16_t cleared[] = {CFSR, HFSR, DFSR};
  state.scb.cfsr = state.scb.hfsr = state.scb.dfsr = UINT32_MAX;
  for (size_t i = 0; i < 3; i++) {
    scs_write(&state, core, cleared[i], 4, 0xf);
    cr_expect_eq(get(core, cleared[i]), 0xfffffff0);
    scs_write(&state, core, cleared[i] + 1U, 1, 0xffffff81);
    cr_expect_eq(get(core, cleared[i]), 0xffff7ef0);
    scs_write(&state, core, cleared[i] + 2U, 2, 0x8001);
    cr_expect_eq(get(core, cleared[i]), 0x7ffe7ef0);
  }
}

/* B3.2.13: each bit is one exception's, and no other's. */
Test(scs, shcsr_bit_by_bit) {
  static const struct {
    uint8_t bit, exception;
    enum { ACTIVE, PENDING, ENABLED } set;
  } rows[] = {{0, EXCEPTION_MEMMANAGE, ACTIVE},    {1, EXCEPTION_BUSFAULT, ACTIVE},
              {3, EXCEPTION_USAGEFAULT, ACTIVE},   {7, EXCEPTION_SVCALL, ACTIVE},
              {8, EXCEPTION_DEBUGMONITOR, ACTIVE}, {10, EXCEPTION_PENDSV, ACTIVE},
              {11, EXCEPTION_SYSTICK, ACTIVE},     {12, EXCEPTION_USAGEFAULT, PENDING},
              {13, EXCEPTION_MEMMANAGE, PENDING},  {14, EXCEPTION_BUSFAULT, PENDING},
              {15, EXCEPTION_SVCALL, PENDING},     {16, EXCEPTION_MEMMANAGE, ENABLED},
              {17, EXCEPTION_BUSFAULT, ENABLED},   {18, EXCEPTION_USAGEFAULT, ENABLED}};
  enum { CONTENT = offsetof(struct exceptions, changes) };
  const struct core_traits *core = reset(CORE_M3);
  const struct exceptions fresh = state.exceptions;
  uint32_t all = 0;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct exceptions expected = fresh;
    uint32_t *sets[] = {expected.active, expected.pending, expected.enabled};
    exception_set(sets[rows[i].set], rows[i].exception);
    exceptions_update(&expected);
    put(core, SHCSR, 1U << rows[i].bit);
    cr_expect_eq(get(core, SHCSR), 1U << rows[i].bit);
    cr_expect_arr_eq(&state.exceptions, &expected, CONTENT, "bit %u", rows[i].bit);
    put(core, SHCSR, 0);
    cr_expect_arr_eq(&state.exceptions, &fresh, CONTENT, "bit %u", rows[i].bit);
    all |= 1U << rows[i].bit;
  }
  put(core, SHCSR, UINT32_MAX);
  cr_expect_eq(get(core, SHCSR), all);
}

Test(scs, what_becomes_pending_is_an_event_if_scr_says_so) {
  static const struct {
    uint16_t offset;
    uint32_t value;
    uint32_t scr;
    bool event;
  } rows[] = {{ISPR, 1, 16, true},   {ISPR, 1, 0, false},         {ISPR, 1, 15, false},
              {STIR, 239, 16, true}, {ICSR, 1U << 28, 16, true},  {ICSR, 1U << 27, 16, false},
              {ISER, 1, 16, false},  {SHCSR, 1U << 15, 16, true}, {IPR, 0x40404040, 16, false}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct core_traits *core = reset(CORE_M3);
    state.scb.scr = rows[i].scr;
    put(core, rows[i].offset, rows[i].value);
    cr_expect_eq(state.event_register, rows[i].event, "row %zu", i);
    state.event_register = false;
    put(core, rows[i].offset, rows[i].value);
    cr_expect(!state.event_register, "row %zu: it was pending already", i);
  }
}

Test(scs, aircr_wants_its_key) {
  static const struct {
    uint32_t value;
    uint8_t prigroup;
    enum scs_effect effect;
  } rows[] = {
      {0x05fa0500, 5, SCS_DONE},  {0x05fa0701, 7, SCS_UNKNOWN}, {0x05fa0002, 0, SCS_UNKNOWN},
      {0x05fa0304, 3, SCS_RESET}, {0x05fb0504, 3, SCS_DONE},    {0xfa050504, 3, SCS_DONE},
      {0x00000504, 3, SCS_DONE},
  };
  const struct core_traits *core = reset(CORE_M3);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cr_expect_eq(scs_write(&state, core, AIRCR, 4, rows[i].value), rows[i].effect, "row %zu",
                 i);
    cr_expect_eq(get(core, AIRCR), 0xfa050000U | (uint32_t)rows[i].prigroup << 8, "row %zu", i);
  }
  core = reset(CORE_M0);
  cr_expect_eq(scs_write(&state, core, AIRCR, 4, 0x05fa0704), SCS_RESET);
  cr_expect_eq(get(core, AIRCR), 0xfa050000, "ARMv6-M has no groups");
}

/* Debug events that are not modelled: the register keeps them, and the write is told. */
Test(scs, demcr_says_what_has_no_effect) {
  const struct core_traits *core = reset(CORE_M3);
  for (unsigned bit = 0; bit < 32; bit++) {
    bool idle = (0xc07f1U >> bit & 1U) != 0;
    cr_expect_eq(scs_write(&state, core, DEMCR, 4, 1U << bit), idle ? SCS_UNKNOWN : SCS_DONE,
                 "bit %u", bit);
  }
}

Test(scs, armv6m_has_few) {
  const struct core_traits *core = reset(CORE_M0);
  put(core, SHCSR, UINT32_MAX);
  cr_expect_eq(get(core, SHCSR), 1U << 15, "SVCALLPENDED alone");
  cr_expect(exception_bit(state.exceptions.pending, EXCEPTION_SVCALL));
  put(core, SHCSR, ~(1U << 15));
  cr_expect_eq(get(core, SHCSR), 0);
  exception_set(state.exceptions.active, EXCEPTION_SVCALL);
  cr_expect_eq(get(core, SHCSR), 0);
  put(core, VTOR, 0x1000);
  cr_expect_eq(get(core, VTOR), 0);
  put(core, CCR, 0);
  cr_expect_eq(get(core, CCR), 0x208, "STKALIGN and UNALIGN_TRP");
  core = reset(CORE_M0PLUS);
  put(core, VTOR, 0x10ff);
  cr_expect_eq(get(core, VTOR), 0x1080);
}

Test(scs, systick_stands_where_it_does) {
  const struct core_traits *core = reset(CORE_M3);
  put(core, RVR, 0xff123456);
  put(core, CSR, UINT32_MAX);
  cr_expect_eq(get(core, CSR), 7);
  cr_expect_eq(get(core, RVR), 0x123456);
  put(core, CALIB, 0);
  cr_expect_eq(get(core, CALIB), 0x80000000);
  state.time = 1;
  cr_expect_eq(get(core, CVR), 0x123456);
  put(core, CVR, 5);
  cr_expect_eq(get(core, CVR), 0);
}

/* All of NVIC, SHPR and SHCSR; ICSR, AIRCR, SCR, STIR and SysTick's control. */
Test(scs, what_concerns_pending) {
  for (uint32_t offset = 0; offset < SCS_SIZE; offset++) {
    uint32_t word = offset / 4 * 4;
    bool expected = (word >= ISER && word < 0x4f0) || (word >= 0xd18 && word <= SHCSR) ||
                    word == ICSR || word == AIRCR || word == SCR || word == STIR || word == CSR;
    cr_expect_eq(scs_concerns_pending(offset), expected, "offset %03x", offset);
  }
}
