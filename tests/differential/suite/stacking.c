/* Entries that cannot stack and returns that cannot unstack: the derived fault
 * stands beside the exception that was meant (ARMv7-M B1.5.14). */
#include "suite.h"

#if V7M

static uint32_t stack_of_process[32] __attribute__((aligned(8)));
static uint32_t protected_area[192] __attribute__((aligned(256))); /* its middle */
static uint32_t bad_stack;

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

/* The process stack is `bad_stack`: an entry cannot stack. `code` asks for one;
 * r2: ISPR, r3: 1. */
#define WITHOUT_STACK(code)                                                             \
  __asm__ volatile(                                                                     \
      "ldr r0, =1f\n\tstr r0, [%0]\n\tmsr psp, %1\n\tmov r0, #2\n\tmsr control, r0\n\t" \
      "isb\n\tmov r2, %2\n\tmov r3, %3\n\t" code                                        \
      "\n\tdsb\n\tisb\n\tnop\n\tb 1f\n\t.ltorg\n\t.align 2\n1:\n\t"                     \
      "mov r0, #0\n\tmsr control, r0\n\tisb" ::"r"(&stack_of_process[28]),              \
      "r"(bad_stack), "r"(0xe000e200), "r"(1)                                           \
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
  MSR("psp", bad_stack);
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

/* The 256 bytes in the middle of it: no access at all (0), or for privileged code
 * alone (1). */
static void protect(uint32_t permission) {
  MPU_RBAR = 0x10;
  MPU_RASR = 3u << 24 | 31u << 1 | 1u; /* everything else: all access */
  MPU_RBAR = (uint32_t)(protected_area + 64) | 0x11;
  MPU_RASR = permission << 24 | 7u << 1 | 1u;
  MPU_CTRL = 5; /* on, with the background region */
  barrier();
}

static void unprotect(void) {
  MPU_CTRL = 0;
  MPU_RASR = 0;
  MPU_RBAR = 0x10;
  MPU_RASR = 0;
  barrier();
}

/* All of the frame, its last word, its first word; and none, close by. */
static const uint32_t FORBIDDEN[] = {64 + 32, 64 + 2, 128 + 6, 64, 128 + 8};

static void cannot_stack_protected(void) {
  handlers[MEMMANAGE] = stack_error;
  for (unsigned i = 0; i < sizeof FORBIDDEN / sizeof *FORBIDDEN; i++) {
    bad_stack = (uint32_t)(protected_area + FORBIDDEN[i]);
    protect(0);
    cannot_stack();
    unprotect();
  }
  /* At priority 0 the MPU counts, below it does not (HFNMIENA is clear). */
  bad_stack = (uint32_t)(protected_area + FORBIDDEN[0]);
  protect(0);
  WITHOUT_STACK("cpsid i\n\tudf #1");
  MSR("primask", 0);
  check_order("primask");
  unprotect();
}

static void cannot_unstack_protected(void) {
#ifdef QUIET /* without the last word: what is popped before it fails is UNKNOWN */
  enum { COUNT = 3, STEP = 2 };
#else
  enum { COUNT = 3, STEP = 1 };
#endif
  handlers[MEMMANAGE] = unstack_error;
  for (unsigned i = 0; i < COUNT; i += STEP) {
    bad_stack = (uint32_t)(protected_area + FORBIDDEN[i]) - 32;
    protect(0);
    cannot_unstack();
    unprotect();
  }
}

static void to_privileged(uint32_t *frame, uint32_t exc_return) {
  unstack_error(frame, exc_return);
  MSR("control", MRS("control") & ~1u);
}

/* It is popped with the rights of the thread that it leads to. */
static void cannot_unstack_as_user(void) {
  handlers[MEMMANAGE] = to_privileged;
  handlers[SVCALL] = spoil_psp;
  protect(1);
  MSR("psp", (uint32_t)(stack_of_process + 28));
  MSR("control", 3);
  __asm__ volatile("svc #0" ::: "memory");
  MSR("control", 0);
  check_order("order");
  unprotect();
}

/* A frame that nobody can write can be popped all the same. */
__attribute__((naked)) static void landed(void) {
  __asm__ volatile("mov r4, #0\n\tmsr control, r4\n\tisb\n\tpop {r4-r11, pc}");
}

static uint32_t const flash_frame[8] = {1, 2, 3, 4, 5, 6, (uint32_t)landed, 1u << 24};

static void to_flash(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  mark(ipsr());
  check("lr", exc_return);
  MSR("psp", (uint32_t)flash_frame);
}

__attribute__((naked)) static uint32_t returned_from_flash(void) {
  __asm__ volatile(
      "push {r4-r11, lr}\n\tmov r0, #2\n\tmsr control, r0\n\tisb\n\tsvc #0\n\tb .");
}

static void frame_in_flash(void) {
  handlers[SVCALL] = to_flash;
  MSR("psp", (uint32_t)(stack_of_process + 28));
  check("r0", returned_from_flash());
  check("psp", MRS("psp") - (uint32_t)flash_frame);
  check_order("order");
}

void suite_stacking(void) {
  bad_stack = HOLE + 0x100;
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
  bad_stack = HOLE + 0x200;
  group("unstkerr_bus");
  enable_faults();
  cannot_unstack();
  group("unstkerr_hard");
  cannot_unstack();
  group("mstkerr");
  enable_faults();
  cannot_stack_protected();
  group("munstkerr");
  enable_faults();
  cannot_unstack_protected();
  group("munstkerr_hard");
  cannot_unstack_protected();
  group("munstkerr_user");
  enable_faults();
  bad_stack = (uint32_t)(protected_area + FORBIDDEN[0]);
  cannot_unstack_as_user();
  group("flash_frame");
  frame_in_flash();
}
#endif
