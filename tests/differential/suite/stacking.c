/* Entries that cannot stack and returns that cannot unstack: the derived fault
 * stands beside the exception that was meant (ARMv7-M B1.5.14). */
#include "suite.h"

#if V7M

static uint32_t stack_of_process[32] __attribute__((aligned(8)));

static void new_frame(void) {
  MSR("psp", (uint32_t)(stack_of_process + 20));
  stack_of_process[20 + XPSR] = 1u << 24;
  stack_of_process[20 + PC] = stack_of_process[28];
}

static void stack_error(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  mark(ipsr());
  check("lr", exc_return);
  check_fault("status");
  check("psp", MRS("psp"));
  new_frame();
}

/* The exception that was meant: it has a frame, or will have one. */
static void meant(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  mark(ipsr());
  check_n("meant", ipsr(), exc_return);
  check_n("shcsr", ipsr(), SHCSR);
  new_frame();
}

/* The process stack lies in a hole: an entry cannot stack. `code` asks for one;
 * r2: ISPR, r3: 1. */
#define WITHOUT_STACK(code)                                                             \
  __asm__ volatile(                                                                     \
      "ldr r0, =1f\n\tstr r0, [%0]\n\tmsr psp, %1\n\tmov r0, #2\n\tmsr control, r0\n\t" \
      "isb\n\tmov r2, %2\n\tmov r3, %3\n\t" code                                        \
      "\n\tdsb\n\tisb\n\tnop\n\tb 1f\n\t.ltorg\n\t.align 2\n1:\n\t"                     \
      "mov r0, #0\n\tmsr control, r0\n\tisb" ::"r"(&stack_of_process[28]),              \
      "r"(HOLE + 0x100), "r"(0xe000e200), "r"(1)                                        \
      : "r0", "r1", "r2", "r3", "r12", "lr", "memory", "cc")

static void handle_all(void) {
  handlers[BUSFAULT] = handlers[HARDFAULT] = stack_error;
  handlers[USAGEFAULT] = handlers[SVCALL] = handlers[NMI] = handlers[IRQ0] = meant;
  ISER = 1;
}

static void cannot_stack(void) {
  handle_all();
  WITHOUT_STACK("str r3, [r2]");
  check_order("order");
  WITHOUT_STACK("svc #0");
  check_order("svc");
}

/* The more urgent of the two first. */
static void orders(void) {
  for (uint32_t priority = 0x40; priority <= 0xc0; priority += 0x40) {
    set_priority(IRQ0, 0x80);
    set_priority(BUSFAULT, priority);
    WITHOUT_STACK("str r3, [r2]");
    check_n("order", priority, marks);
    marks = mark_count = 0;
  }
  set_priority(BUSFAULT, 0);
}

static void other_entries(void) {
  handle_all();
  WITHOUT_STACK("udf #1");
  check_order("udf");
  WITHOUT_STACK("ldr r2, =0xe000ed04\n\tlsl r3, r3, #31\n\tstr r3, [r2]");
  check_order("nmi");
  SHCSR |= 1u << 18; /* UsageFault alone: the BusFault escalates */
  barrier();
  WITHOUT_STACK("udf #2");
  check_order("usage");
}

static void spoil_psp(uint32_t *frame, uint32_t exc_return) {
  (void)exc_return;
  mark(ipsr());
  stack_of_process[0] = (uint32_t)frame;
  MSR("psp", HOLE + 0x200);
}

static void unstack_error(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  mark(ipsr());
  check("lr", exc_return);
  check_fault("status");
  MSR("psp", stack_of_process[0]);
}

static void cannot_unstack(void) {
  handlers[BUSFAULT] = handlers[HARDFAULT] = unstack_error;
  handlers[SVCALL] = spoil_psp;
  MSR("psp", (uint32_t)(stack_of_process + 28));
  MSR("control", 2);
  __asm__ volatile("svc #0" ::: "memory");
  MSR("control", 0);
  check_order("order");
}

void suite_stacking(void) {
  group("stkerr_bus");
  enable_faults();
  cannot_stack();
  orders();
  group("stkerr_hard");
  cannot_stack();
  group("stkerr_other");
  other_entries();
  group("stkerr_enabled");
  enable_faults();
  other_entries();
  group("unstkerr_bus");
  enable_faults();
  cannot_unstack();
  group("unstkerr_hard");
  cannot_unstack();
}
#endif
