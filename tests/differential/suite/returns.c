/* EXC_RETURN by every instruction, and returns that are wrong. */
#include "suite.h"

#if V7M

static uint32_t process_stack[64] __attribute__((aligned(8)));

/* Handlers without a compiler's prologue: the vector leads to dispatch, so these
 * are reached by their own vector table. */
static uint32_t table[64] __attribute__((aligned(256)));

__attribute__((naked)) static void by_bx(void) {
  __asm__ volatile("bx lr");
}
__attribute__((naked)) static void by_bx_low(void) {
  __asm__ volatile("mov r3, lr\n\tbx r3");
}
__attribute__((naked)) static void by_pop(void) {
  __asm__ volatile("push {r4, lr}\n\tpop {r4, pc}");
}
__attribute__((naked)) static void by_pop_wide(void) {
  __asm__ volatile("push {r4-r11, lr}\n\tpop.w {r4-r11, pc}");
}
__attribute__((naked)) static void by_ldr(void) {
  __asm__ volatile("str lr, [sp, #-4]!\n\tldr pc, [sp], #4");
}
__attribute__((naked)) static void by_ldr_other(void) {
  __asm__ volatile("ldr r0, =return_word\n\tstr lr, [r0]\n\tldr pc, [r0]\n\t.ltorg");
}
__attribute__((naked)) static void by_ldm(void) {
  __asm__ volatile("ldr r0, =return_word\n\tstr lr, [r0, #4]\n\tldmia r0, {r1, pc}\n\t.ltorg");
}
__attribute__((naked)) static void by_ldmdb(void) {
  __asm__ volatile(
      "ldr r0, =return_word\n\tstr lr, [r0, #4]\n\tadd r0, #8\n\tldmdb r0, {r1, pc}\n\t"
      ".ltorg");
}
uint32_t return_word[2];

static void encodings(void) {
  static const struct {
    const char *name;
    void (*function)(void);
  } rows[] = {
      {"bx", by_bx},   {"bx_low", by_bx_low},       {"pop", by_pop}, {"pop_wide", by_pop_wide},
      {"ldr", by_ldr}, {"ldr_other", by_ldr_other}, {"ldm", by_ldm}, {"ldmdb", by_ldmdb}};
  const uint32_t *flash = (const uint32_t *)0;
  for (unsigned i = 0; i < EXCEPTIONS; i++) {
    table[i] = flash[i];
  }
  VTOR = (uint32_t)table;
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    table[SVCALL] = (uint32_t)rows[i].function;
    barrier();
    uint32_t before = MRS("msp");
    __asm__ volatile("svc #0" ::: "memory");
    check(rows[i].name, MRS("msp") - before);
    check_n(rows[i].name, 1, ipsr());
    check_n(rows[i].name, 2, SHCSR);
    MSR("psp", (uint32_t)(process_stack + 60));
    MSR("control", 2);
    __asm__ volatile("svc #0" ::: "memory");
    check_n(rows[i].name, 3, MRS("psp") - (uint32_t)process_stack);
    check_n(rows[i].name, 4, MRS("control"));
    MSR("control", 0);
  }
  VTOR = 0;
  barrier();
}

/* Called by a thread on the main stack, returns to it on the process stack. */
__attribute__((naked)) static void to_process(void) {
  __asm__ volatile(
      "mrs r0, msp\n\tldmia r0!, {r4-r7}\n\tmrs r1, psp\n\tsubs r1, #32\n\t"
      "msr psp, r1\n\tstmia r1!, {r4-r7}\n\tldmia r0!, {r4-r7}\n\t"
      "stmia r1!, {r4-r7}\n\tmsr msp, r0\n\tmvn lr, #2\n\tbx lr");
}

static void other_stack(void) {
  const uint32_t *flash = (const uint32_t *)0;
  for (unsigned i = 0; i < EXCEPTIONS; i++) {
    table[i] = flash[i];
  }
  table[SVCALL] = (uint32_t)to_process;
  VTOR = (uint32_t)table;
  MSR("psp", (uint32_t)(process_stack + 60));
  barrier();
  uint32_t msp = MRS("msp");
  uint32_t control, after;
  __asm__ volatile(
      "svc #0\n\tmrs %0, control\n\tmov %1, #0\n\tmsr control, %1\n\tisb\n\tmrs %1, msp"
      : "=&r"(control), "=&r"(after)::"r0", "r1", "r4", "r5", "r6", "r7", "memory", "cc");
  check("control", control);
  check("msp", (after - msp) & ~7u);
  VTOR = 0;
  barrier();
}

static void repair(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  check("fault_lr", exc_return);
  check_n("fault_lr", 1, ipsr());
  check_fault("status");
  check("shcsr", SHCSR);
  check("iabr", IABR);
}

/* A handler in assembler returns by a wrong value; the fault handler puts LR
 * right. */
__attribute__((naked)) static void returns_wrong(void) {
  __asm__ volatile("ldr r0, =wrong_value\n\tldr r0, [r0]\n\tbx r0\n\t.ltorg");
}
uint32_t wrong_value, right_value;

__attribute__((naked)) static void usage_handler(void) {
  __asm__ volatile(
      "mov r1, lr\n\tmov r0, sp\n\tpush {r3, lr}\n\tbl repair_return\n\tpop {r3, lr}\n\t"
      "ldr r0, =right_value\n\tldr lr, [r0]\n\tbx lr\n\t.ltorg");
}

void repair_return(uint32_t *frame, uint32_t exc_return);
void repair_return(uint32_t *frame, uint32_t exc_return) {
  repair(frame, exc_return);
}

static void wrong_values(void) {
  static const uint32_t values[] = {0xfffffff0, 0xfffffff5, 0xfffffffb, 0xfffffff3, 0xfffffff1};
  const uint32_t *flash = (const uint32_t *)0;
  for (unsigned i = 0; i < EXCEPTIONS; i++) {
    table[i] = flash[i];
  }
  table[SVCALL] = table[IRQ0] = (uint32_t)returns_wrong;
  table[USAGEFAULT] = table[HARDFAULT] = (uint32_t)usage_handler;
  VTOR = (uint32_t)table;
  right_value = 0xfffffff9;
  ISER = 1;
  for (unsigned enabled = 0; enabled < 2; enabled++) {
    SHCSR = enabled != 0 ? 7u << 16 : 0;
    barrier();
    for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
      wrong_value = values[i];
      uint32_t before = MRS("msp");
      __asm__ volatile("svc #0" ::: "r0", "r1", "r2", "r3", "r12", "memory");
      check_n("msp", values[i], MRS("msp") - before);
      check_n("shcsr_after", values[i], SHCSR);
      pend(1);
      check_n("iabr_after", values[i], IABR);
    }
  }
  VTOR = 0;
  barrier();
}

static void clear_t(uint32_t *frame, uint32_t exc_return) {
  (void)exc_return;
  frame[XPSR] &= ~(1u << 24);
}

static void restore_t(uint32_t *frame, uint32_t exc_return) {
  check("exc_return", exc_return);
  check_n("xpsr", ipsr(), frame[XPSR] & 0x010001ff);
  check_fault("invstate");
  frame[XPSR] |= 1u << 24;
}

static void without_thumb(void) {
  handlers[SVCALL] = clear_t;
  handlers[USAGEFAULT] = handlers[HARDFAULT] = restore_t;
  __asm__ volatile(".align 2\n\tnop\n\tsvc #0\n\tnop\n\tnop" ::: "memory");
  enable_faults();
  __asm__ volatile(".align 2\n\tnop\n\tsvc #0\n\tnop\n\tnop" ::: "memory");
}

static void count(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  (void)exc_return;
  mark(ipsr());
}

static uint32_t one;

static void lead_back(uint32_t *frame, uint32_t exc_return) {
  (void)exc_return;
  mark(ipsr());
  CFSR = CFSR;
  HFSR = HFSR;
  frame[R0] = (uint32_t)&one;
}

/* Into a block of four: behind its first instruction, and to it once more. What
 * comes after the block has no condition. */
static void into_block(uint32_t flag) {
  uint32_t sum = 0;
  one = 1;
  __asm__ volatile(
      "cmp %1, #0\n\tittte ne\n\tsvcne #0\n\taddne %0, #2\n\taddne %0, #4\n\t"
      "addeq %0, #8\n\tadd %0, #16\n\tadd %0, #32"
      : "+r"(sum)
      : "r"(flag)
      : "memory", "cc");
  check_n("behind", flag, sum);
  __asm__ volatile(
      "mov r0, %2\n\tcmp %1, #0\n\tittte ne\n\tldrne r0, [r0]\n\taddne %0, r0\n\t"
      "addne %0, #4\n\taddeq %0, #8\n\tadd %0, #16\n\tadd %0, #32"
      : "+r"(sum)
      : "r"(flag), "r"(HOLE)
      : "r0", "memory", "cc");
  check_n("again", flag, sum);
  check_n("marks", flag, marks);
  marks = mark_count = 0;
}

#ifndef QUIET
static void claim_alignment(uint32_t *frame, uint32_t exc_return) {
  (void)exc_return;
  frame[XPSR] |= 1u << 9;
}

/* Without STKALIGN nothing was aligned, whatever the frame says. */
static void alignment_off(void) {
  handlers[SVCALL] = claim_alignment;
  CCR = 0;
  barrier();
  uint32_t before = MRS("msp"), after;
  __asm__ volatile("svc #0\n\tmov %0, sp\n\tmov sp, %1"
                   : "=&r"(after)
                   : "r"(before)
                   : "memory");
  check("moved", after - before);
  CCR = 0x200;
  barrier();
}
#endif

void suite_returns(void) {
  group("encoding");
  encodings();
  group("other_stack");
  other_stack();
  group("invpc");
  wrong_values();
  group("invstate");
  without_thumb();
#ifndef QUIET
  group("invstate_at_2"); /* the return address is 2 modulo 4 */
  handlers[SVCALL] = clear_t;
  handlers[USAGEFAULT] = handlers[HARDFAULT] = restore_t;
  __asm__ volatile(".align 2\n\tsvc #0\n\tnop\n\tnop" ::: "memory");
#endif
  group("it_return");
  enable_faults();
  handlers[SVCALL] = count;
  handlers[BUSFAULT] = lead_back;
  into_block(0);
  into_block(1);
#ifndef QUIET
  group("alignment_off");
  alignment_off();
#endif
}
#endif
