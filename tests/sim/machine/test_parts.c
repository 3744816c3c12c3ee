/* The parts of the machine that need no instruction: SysTick, priorities, decode. */
#include <criterion/criterion.h>
#include <string.h>

#include "sim/machine/decode.h"
#include "sim/machine/exception.h"
#include "sim/machine/mpu.h"
#include "sim/machine/systick.h"

Test(systick, counts_down_and_reloads) {
  static const struct {
    uint32_t reload, value;
    uint64_t elapsed;
    uint32_t expected;
  } rows[] = {
      {9, 5, 0, 5}, {9, 5, 5, 0}, {9, 5, 6, 9},  {9, 5, 15, 0}, {9, 5, 16, 9},
      {9, 0, 0, 0}, {9, 0, 1, 9}, {9, 0, 10, 0}, {0, 3, 3, 0},  {0, 3, 9, 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct systick t = {.control = SYSTICK_ENABLE,
                        .reload = rows[i].reload,
                        .value = rows[i].value,
                        .since = 100};
    cr_expect_eq(systick_value(&t, 100 + rows[i].elapsed), rows[i].expected, "row %zu", i);
  }
}

Test(systick, says_when_it_reaches_zero) {
  struct systick t = {.control = SYSTICK_ENABLE | SYSTICK_TICKINT, .reload = 9, .since = 50};
  cr_expect_eq(systick_expiry(&t), 60, "from 0: one tick loads, nine count");
  t.value = 4;
  cr_expect_eq(systick_expiry(&t), 54);
  cr_expect(systick_expire(&t, 54));
  cr_expect_eq(systick_expiry(&t), 64, "a period is the reload value and one");
  cr_expect_eq(systick_read(&t, 0, 54) >> 16 & 1, 1, "COUNTFLAG");
  cr_expect_eq(systick_read(&t, 0, 54) >> 16 & 1, 0, "is cleared by reading");
  systick_write(&t, 0, 0, 58);
  cr_expect_eq(systick_expiry(&t), SYSTICK_NEVER);
  cr_expect_eq(systick_value(&t, 1000), 6, "stands still while disabled");
}

Test(systick, restarts_at_a_pended_tick) {
  struct systick t = {.control = SYSTICK_ENABLE, .reload = 9, .value = 5, .since = 50};
  systick_restart(&t, 52);
  cr_expect_eq(systick_value(&t, 52), 0);
  cr_expect_eq(systick_value(&t, 53), 9);
  cr_expect_eq(systick_expiry(&t), 62, "a full period");
  cr_expect_eq(systick_read(&t, 0, 52) >> 16 & 1, 1, "COUNTFLAG");
}

Test(systick, does_not_expire_without_a_count) {
  static const struct {
    uint32_t reload, value;
    uint64_t expected;
  } rows[] = {{0, 0, SYSTICK_NEVER}, {0, 1, 51}, {1, 0, 52}, {1, 1, 51}, {0, 2, 52}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct systick t = {.control = SYSTICK_ENABLE | SYSTICK_TICKINT,
                        .reload = rows[i].reload,
                        .value = rows[i].value,
                        .since = 50};
    cr_expect_eq(systick_expiry(&t), rows[i].expected, "row %zu", i);
  }
}

Test(exceptions, priorities_groups_and_ties) {
  struct exceptions x;
  exceptions_reset(&x, 8, true);
  exceptions_use(&x, 50);
  static const unsigned irqs[] = {20, 21, 50};
  for (unsigned i = 0; i < 3; i++) {
    exception_set(x.enabled, irqs[i]);
    exception_set(x.pending, irqs[i]);
    x.priority[irqs[i]] = 0x40;
  }
  cr_expect_eq(exceptions_most_urgent(&x), 20, "equal: the lower number");
  x.priority[50] = 0x3f;
  cr_expect_eq(exceptions_most_urgent(&x), 50, "the lower value");
  x.prigroup = 7;
  exceptions_update(&x);
  cr_expect_eq(exception_group_priority(&x, 50), 0, "no group bits: all alike");
  cr_expect_eq(exceptions_most_urgent(&x), 50, "the subpriority still orders");
  x.prigroup = 5;
  x.priority[50] = 0x7f;
  cr_expect_eq(exceptions_most_urgent(&x), 20, "same group of 0x40: subpriority 0 first");
  exception_set(x.active, 21);
  exceptions_update(&x);
  cr_expect(!exception_can_preempt(&x, 20), "same group: no preemption");
  x.priority[20] = 0x20;
  cr_expect(exception_can_preempt(&x, 20));
}

Test(exceptions, searches_end_with_the_last_word) {
  struct exceptions x;
  exceptions_reset(&x, 8, true);
  exceptions_use(&x, EXCEPTION_COUNT - 1);
  exception_set(x.pending, EXCEPTION_MEMMANAGE);
  exception_set(x.active, EXCEPTION_MEMMANAGE);
  exception_set(x.line, EXCEPTION_NMI);
  x.priority[EXCEPTION_MEMMANAGE] = 0x80;
  cr_expect_eq(exceptions_most_urgent(&x), 0, "it is not enabled");
  cr_expect_eq(exceptions_active_priority(&x), 0x80);
  cr_expect_eq(exceptions_active_count(&x), 1);
  exception_set(x.enabled, EXCEPTION_COUNT - 1);
  exception_set(x.pending, EXCEPTION_COUNT - 1);
  cr_expect_eq(exceptions_most_urgent(&x), EXCEPTION_COUNT - 1);
  exception_set(x.active, EXCEPTION_COUNT - 1);
  cr_expect_eq(exceptions_active_priority(&x), 0);
  cr_expect_eq(exceptions_active_count(&x), 2);
}

Test(exceptions, masks) {
  struct exceptions x;
  exceptions_reset(&x, 3, true);
  x.priority[EXCEPTION_SYSTICK] = 0x60;
  exceptions_update(&x);
  cr_expect(exception_can_preempt(&x, EXCEPTION_SYSTICK));
  x.basepri = 0x60;
  exceptions_update(&x);
  cr_expect(!exception_can_preempt(&x, EXCEPTION_SYSTICK), "BASEPRI masks its own level");
  x.priority[EXCEPTION_SYSTICK] = 0x40;
  cr_expect(exception_can_preempt(&x, EXCEPTION_SYSTICK));
  x.primask = 1;
  exceptions_update(&x);
  cr_expect(!exception_can_preempt(&x, EXCEPTION_SYSTICK));
  cr_expect(exception_can_preempt(&x, EXCEPTION_HARDFAULT), "PRIMASK lets faults through");
  exception_set(x.pending, EXCEPTION_SYSTICK);
  cr_expect(exceptions_would_wake(&x), "WFI ends for what PRIMASK holds back");
  x.faultmask = 1;
  exceptions_update(&x);
  cr_expect(!exception_can_preempt(&x, EXCEPTION_HARDFAULT));
  cr_expect(exception_can_preempt(&x, EXCEPTION_NMI));
}

Test(decode, texts_and_kinds) {
  static const struct {
    uint8_t bytes[4];
    uint8_t it_state;
    const char *text;
    uint32_t flags;
  } rows[] = {
      {{0x01, 0x20}, 0, "movs r0, #1", 0},
      {{0x01, 0x20}, 0x08, "moveq r0, #1", 0},
      {{0x72, 0xb6}, 0, "cpsid i", CODE_MASKS},
      {{0x30, 0xbf}, 0, "wfi", CODE_WAIT | CODE_WFI},
      {{0x20, 0xbf}, 0, "wfe", CODE_WAIT | CODE_WFE},
      {{0x05, 0xdf}, 0, "svc #5", CODE_SVC},
      {{0xab, 0xbe}, 0, "bkpt #0xab", CODE_BKPT},
      {{0xc3, 0xe9, 0x00, 0x45}, 0, "strd r4, r5, [r3]", CODE_BEATS | CODE_WORDS},
      {{0x3c, 0xc8}, 0, "ldm r0!, {r2, r3, r4, r5}", CODE_BEATS | CODE_CONTINUES | CODE_LOAD},
      {{0x80, 0xb5}, 0, "push {r7, lr}", CODE_STACK},
      {{0x6d, 0xe9, 0x04, 0x45}, 0, "strd r4, r5, [sp, #-0x10]!", CODE_STACK},
      {{0xfd, 0xe8, 0x04, 0x45}, 0, "ldrd r4, r5, [sp], #0x10", CODE_STACK},
      {{0x2d, 0xed, 0x02, 0x8b}, 0, "vpush {d8}", CODE_STACK},
      {{0xbd, 0xec, 0x02, 0x8b}, 0, "vpop {d8}", CODE_STACK},
      {{0x50, 0xe8, 0x00, 0x1f}, 0, "ldrex r1, [r0]", CODE_EXCLUSIVE},
  };
  struct decoder *decoder = decoder_create();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char text[DECODE_TEXT];
    decode_text(decoder, rows[i].bytes, 4, 0x100, rows[i].it_state, text);
    cr_expect_str_eq(text, rows[i].text, "row %zu: %s", i, text);
    struct code code = decode_code(decoder, rows[i].bytes, 4, 0x100);
    cr_expect_eq(code.flags & rows[i].flags, rows[i].flags, "row %zu: flags %x", i, code.flags);
  }
  decoder_destroy(decoder);
}

Test(decode, it_blocks_advance) {
  uint8_t it_state = 0;
  cr_expect(decode_is_it(0xbf0c, &it_state), "ite eq");
  cr_expect_eq(it_state, 0x0c);
  it_state = decode_it_advance(it_state);
  cr_expect_eq(it_state, 0x18, "else: the condition's low bit");
  cr_expect_eq(decode_it_advance(it_state), 0, "two instructions");
  cr_expect(!decode_is_it(0xbf00, &it_state), "nop");
}

Test(mpu, regions_and_permissions) {
  struct mpu mpu = {0};
  cr_expect(mpu_allows(&mpu, 0x20000000, MPU_WRITE, false, false), "off");
  mpu_write(&mpu, 0xd98, 1);
  mpu_write(&mpu, 0xd9c, 0x20000000);
  mpu_write(&mpu, 0xda0, 1U << 28 | 2U << 24 | 9U << 1 | 1U); /* 1 KiB, user read, XN */
  mpu_write(&mpu, 0xd94, MPU_ENABLE | MPU_PRIVDEFENA);
  cr_expect(mpu_allows(&mpu, 0x20000000, MPU_READ, false, false));
  cr_expect(!mpu_allows(&mpu, 0x20000000, MPU_WRITE, false, false));
  cr_expect(mpu_allows(&mpu, 0x200003ff, MPU_WRITE, true, false));
  cr_expect(!mpu_allows(&mpu, 0x20000000, MPU_FETCH, true, false), "execute never");
  cr_expect(!mpu_allows(&mpu, 0x20000400, MPU_READ, false, false), "behind the region");
  cr_expect(mpu_allows(&mpu, 0x20000400, MPU_READ, true, false), "the default map");
  cr_expect(mpu_allows(&mpu, 0x20000000, MPU_FETCH, true, true), "off in HardFault");
  mpu_write(&mpu, 0xda0, 1U << 8 | 3U << 24 | 9U << 1 | 1U); /* first eighth left out */
  cr_expect(!mpu_allows(&mpu, 0x20000000, MPU_READ, false, false));
  cr_expect(mpu_allows(&mpu, 0x20000080, MPU_READ, false, false));
}

Test(exceptions, reset_enables_what_cannot_be_disabled) {
  static const uint8_t enabled[] = {EXCEPTION_NMI, EXCEPTION_HARDFAULT, EXCEPTION_SVCALL,
                                    EXCEPTION_PENDSV, EXCEPTION_SYSTICK};
  static const uint8_t disabled[] = {EXCEPTION_MEMMANAGE, EXCEPTION_BUSFAULT,
                                     EXCEPTION_USAGEFAULT, EXCEPTION_DEBUGMONITOR,
                                     EXCEPTION_IRQ0};
  struct exceptions x;
  exceptions_reset(&x, 3, true);
  for (size_t i = 0; i < sizeof enabled; i++) {
    cr_expect(exception_bit(x.enabled, enabled[i]), "exception %u", enabled[i]);
  }
  for (size_t i = 0; i < sizeof disabled; i++) {
    cr_expect(!exception_bit(x.enabled, disabled[i]), "exception %u", disabled[i]);
  }
  for (unsigned bits = 2; bits <= 8; bits++) {
    exceptions_reset(&x, bits, true);
    cr_expect_eq(x.priority_mask, 0x100U - (1U << (8 - bits)), "%u bits", bits);
  }
}

/* Sets of all 240 interrupts: each word counts, and nothing behind the last. */
Test(exceptions, high_numbers) {
  static const unsigned numbers[] = {31, 32, 63, 64, 100, 255};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    struct exceptions x;
    unsigned number = numbers[i];
    exceptions_reset(&x, 8, true);
    exceptions_use(&x, number);
    memset(x.line, 0xff, sizeof x.line); /* lies behind the active set */
    exception_set(x.enabled, number);
    exception_set(x.pending, number);
    x.priority[number] = 0x40;
    cr_expect_eq(exceptions_most_urgent(&x), number, "exception %u", number);
    exception_clear(x.pending, number);
    cr_expect_eq(exceptions_most_urgent(&x), 0, "exception %u", number);
    cr_expect_eq(exceptions_active_count(&x), 0, "exception %u", number);
    exception_set(x.active, number);
    cr_expect_eq(exceptions_active_priority(&x), 0x40, "exception %u", number);
    cr_expect_eq(exceptions_active_count(&x), 1, "exception %u", number);
  }
}

Test(exceptions, masks_at_equal_priority) {
  struct exceptions x;
  exceptions_reset(&x, 8, true);
  exception_set(x.enabled, 20);
  exception_set(x.pending, 20);
  x.priority[20] = 0x40;
  cr_expect_eq(exceptions_shown_pending(&x), 20);
  x.basepri = 0x42;
  cr_expect_eq(exceptions_shown_pending(&x), 20);
  x.basepri = 0x40;
  exceptions_update(&x);
  cr_expect_eq(exceptions_shown_pending(&x), 0, "BASEPRI holds its own level back");
  cr_expect(!exceptions_would_wake(&x));
  x.basepri = 0;
  x.primask = 1;
  cr_expect_eq(exceptions_shown_pending(&x), 20, "PRIMASK does not count");
  x.primask = 0;
  x.faultmask = 1;
  cr_expect_eq(exceptions_shown_pending(&x), 0);
  x.faultmask = 0;
  exception_set(x.active, 21);
  x.priority[21] = 0x40;
  cr_expect(!exceptions_would_wake(&x), "nothing that could not preempt wakes");
  x.priority[21] = 0x42;
  cr_expect(exceptions_would_wake(&x));
}
