/* Faults: what they report, where they escalate, in which handlers. */
#include "suite.h"

static const char *fault_name;
static uint32_t scratch[8];

static void skip_fault(uint32_t *frame, uint32_t exc_return) {
  mark(ipsr());
  check_fault(fault_name);
  check_n(fault_name, 8, exc_return);
  skip(frame);
}

static void return_to_lr(uint32_t *frame, uint32_t exc_return) {
  (void)exc_return;
  mark(ipsr());
  check_n(fault_name, 9, frame[PC] & ~3u);
  check_n(fault_name, 10, frame[XPSR] & 0x010001ffu);
  check_fault(fault_name);
  frame[PC] = frame[LR] & ~1u;
  frame[XPSR] |= 1u << 24;
}

static void jump(const char *name, uint32_t target) {
  fault_name = name;
  handlers[HARDFAULT] = handlers[MEMMANAGE] = handlers[BUSFAULT] = handlers[USAGEFAULT] =
      return_to_lr;
  __asm__ volatile("blx %0" ::"r"(target) : "lr", "memory");
  handlers[HARDFAULT] = handlers[MEMMANAGE] = handlers[BUSFAULT] = handlers[USAGEFAULT] =
      skip_fault;
}

#define FAULT(name, code, ...)                                               \
  do {                                                                       \
    fault_name = name;                                                       \
    __asm__ volatile(code ::__VA_ARGS__ : "r0", "r1", "r2", "r3", "memory"); \
    check_order(name);                                                       \
  } while (0)

static void all_faults(void) {
  handlers[HARDFAULT] = handlers[MEMMANAGE] = handlers[BUSFAULT] = handlers[USAGEFAULT] =
      skip_fault;
  FAULT("udf", "udf #1");
  FAULT("load", "ldr r0, [%0]", "l"(HOLE));
  FAULT("load_byte", "ldrb r0, [%0]", "l"(HOLE + 3));
  FAULT("store", "str r0, [%0]", "l"(HOLE + 4));
  FAULT("store_half", "strh r0, [%0]", "l"(HOLE + 6));
  FAULT("ldm", "ldmia %0!, {r0, r1}", "l"(HOLE));
  FAULT("unaligned_ldm", "mov r3, %0\n\tldmia r3!, {r0, r1}", "l"((uint32_t)scratch + 2));
  jump("jump_hole", HOLE + 1);
  jump("jump_even", (uint32_t)all_faults & ~3u);
#if V7M
  jump("jump_device", 0x40000001);
#ifdef __ARM_ARCH_7M__ /* the others' boards have memory there */
  jump("jump_ram", 0x60000001);
#endif
  jump("jump_device_end", 0xa0000001);
  jump("jump_system", 0xe0000001);
  jump("jump_ppb", 0xf0000001);
  FAULT("udf_wide", "udf.w #1");
  FAULT("nocp", "mrc p5, 0, r0, c1, c1");
  FAULT("nocp_ldc", "ldc p1, c1, [%0]", "l"((uint32_t)scratch));
  FAULT("unaligned_strd", "strd r0, r1, [%0]", "l"((uint32_t)scratch + 2));
  FAULT("unaligned_ldrd", "ldrd r0, r1, [%0]", "l"((uint32_t)scratch + 1));
  FAULT("unaligned_ldrex", "ldrex r0, [%0]", "l"((uint32_t)scratch + 2));
  FAULT("load_word_ok", "ldr r0, [%0]", "l"((uint32_t)scratch + 1));
  CCR = 0x218;
  barrier();
  FAULT("unaligned_ldr", "ldr r0, [%0]", "l"((uint32_t)scratch + 1));
  FAULT("unaligned_ldrh", "ldrh r0, [%0]", "l"((uint32_t)scratch + 1));
  FAULT("unaligned_str", "str r0, [%0]", "l"((uint32_t)scratch + 3));
  FAULT("unaligned_strh", "strh r0, [%0]", "l"((uint32_t)scratch + 3));
  FAULT("udiv", "mov r0, #0\n\tisb\n\tudiv r1, r1, r0");
  FAULT("sdiv", "mov r0, #0\n\tisb\n\tsdiv r1, r1, r0");
  CCR = 0x200;
  barrier();
  FAULT("udiv_ok", "mov r0, #0\n\tudiv r1, r1, r0");
#else
  FAULT("unaligned_ldr", "ldr r0, [%0]", "l"((uint32_t)scratch + 1));
  FAULT("unaligned_ldrh", "ldrh r0, [%0]", "l"((uint32_t)scratch + 1));
  FAULT("unaligned_str", "str r0, [%0]", "l"((uint32_t)scratch + 2));
#endif
}

#if V7M
static void faulting_handler(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  (void)exc_return;
  mark(ipsr());
  __asm__ volatile("udf #2");
  mark(0xf0);
}

static void in_handlers(void) {
  handlers[HARDFAULT] = handlers[USAGEFAULT] = skip_fault;
  handlers[IRQ0] = faulting_handler;
  ISER = 1;
  for (uint32_t priority = 0x20; priority <= 0x60; priority += 0x20) {
    fault_name = "fault";
    set_priority(IRQ0, 0x40);
    set_priority(USAGEFAULT, priority);
    pend(1);
    check_n("order", priority, marks);
    marks = mark_count = 0;
  }
  set_priority(USAGEFAULT, 0);
  MSR("basepri", 0x20);
  set_priority(USAGEFAULT, 0x20);
  fault_name = "basepri";
  __asm__ volatile("udf #3");
  check_order("basepri");
  MSR("basepri", 0);
  MSR("primask", 1);
  fault_name = "primask";
  __asm__ volatile("udf #3");
  check_order("primask");
  MSR("primask", 0);
}

/* Only a fault that says that they are valid writes them. */
static void fault_addresses(void) {
  handlers[HARDFAULT] = handlers[USAGEFAULT] = handlers[MEMMANAGE] = skip_fault;
  MMFAR = 0x12345670;
  BFAR = 0x76543210;
  fault_name = "udf";
  __asm__ volatile("udf #3");
  jump("jump", 0x40000001);
  check("mmfar", MMFAR);
  check("bfar", BFAR);
}

static void pend_by_shcsr(void) {
  handlers[MEMMANAGE] = handlers[BUSFAULT] = handlers[USAGEFAULT] = note_entry;
  handlers[SVCALL] = note_entry;
  for (uint32_t bit = 12; bit < 16; bit++) {
    MSR("primask", 1);
    SHCSR |= 1u << bit;
    barrier();
    check_n("pended", bit, SHCSR);
    check_n("icsr", bit, ICSR & 0x0ffff7ffu);
    MSR("primask", 0);
    check_n("taken", bit, marks);
    check_n("after", bit, SHCSR);
    marks = mark_count = 0;
  }
  SHCSR = 0;
  SHCSR = 1u << 12;
  barrier();
  check("disabled", SHCSR);
  check_order("held");
  SHCSR = 0;
}

#ifndef QUIET
static void breakpoints(uint32_t *frame, uint32_t exc_return) {
  (void)exc_return;
  mark(ipsr());
  check("hfsr", HFSR);
  check("dfsr", DFSR);
  HFSR = HFSR;
  DFSR = DFSR;
  skip(frame);
}
#endif

#endif

void suite_faults(void) {
  group("hard");
  all_faults();
#if V7M
  group("enabled");
  enable_faults();
  all_faults();
  group("fault_in");
  enable_faults();
  in_handlers();
  group("fault_address");
  enable_faults();
  fault_addresses();
  group("shcsr");
  enable_faults();
  pend_by_shcsr();
#ifndef QUIET
  group("bkpt");
  handlers[HARDFAULT] = breakpoints;
  __asm__ volatile("bkpt #1");
  check_order("order");
#endif
#endif
}
