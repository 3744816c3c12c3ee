#include "suite.h"

handler *handlers[EXCEPTIONS];
uint32_t marks, mark_count;

static const char *current;

void Reset_Handler(void);

static void unexpected(uint32_t *frame, uint32_t exc_return) {
  (void)exc_return;
  check_n("unexpected", ipsr(), frame[PC]);
  if (ipsr() >= HARDFAULT && ipsr() <= USAGEFAULT) {
    check_fault("unexpected");
    skip(frame);
  }
}

#ifdef QUIET
volatile uint32_t checked;

static void print_check(const char *name, uint32_t n, bool numbered, uint32_t value) {
  (void)current, (void)name, (void)n, (void)numbered;
  checked = value;
}
#else
static void print_check(const char *name, uint32_t n, bool numbered, uint32_t value) {
  char line[80];
  char *to = append(append(append(line, current), "."), name);
  if (numbered) {
    to = append_hex(append(to, "."), n);
  }
  to = append_hex(append(to, " "), value);
  *to++ = '\n';
  *to = 0;
  print(line);
}
#endif

void check(const char *name, uint32_t value) {
  print_check(name, 0, false, value);
}

void check_n(const char *name, uint32_t n, uint32_t value) {
  print_check(name, n, true, value);
}

void group(const char *name) {
  current = name;
  __asm__ volatile("cpsid i" ::: "memory");
  for (unsigned i = 0; i < EXCEPTIONS; i++) {
    handlers[i] = unexpected;
  }
  SYST_CSR = 0;
  ICER = 0xffffffff;
  ICPR = 0xffffffff;
  ICSR = 1u << 27 | 1u << 25;
  for (unsigned i = 0; i < 8; i++) {
    IPR(i) = 0;
  }
  SHPR(2) = 0;
  SHPR(3) = 0;
  SCR = 0;
#if V7M
  SHPR(1) = 0;
  SHCSR = 0;
  AIRCR = 0x05fa0000;
  CCR = 0x200;
  CFSR = 0xffffffff;
  HFSR = 0xffffffff;
  DFSR = 0xffffffff;
  MPU_CTRL = 0;
  MSR("basepri", 0);
  MSR("faultmask", 0);
#endif
  MSR("control", 0);
  barrier();
  MSR("primask", 0);
  marks = mark_count = 0;
}

void mark(uint32_t what) {
  marks = marks << 8 | what;
  mark_count++;
}

void check_order(const char *name) {
  check(name, marks);
  check_n(name, mark_count, marks);
  marks = mark_count = 0;
}

void note_entry(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  (void)exc_return;
  mark(ipsr());
}

void pend(uint32_t irq_mask) {
  ISPR = irq_mask;
  barrier();
}

void set_priority(unsigned exception, uint32_t priority) {
  uint32_t shift = 8 * (exception & 3u);
  volatile uint32_t *word =
      exception >= IRQ0 ? &IPR((exception - IRQ0) / 4) : &SHPR(exception / 4);
  *word = (*word & ~(0xffu << shift)) | priority << shift;
  barrier();
}

void enable_faults(void) {
  SHCSR |= 7u << 16;
  barrier();
}

void skip(uint32_t *frame) {
  const uint16_t *code = (const uint16_t *)(frame[PC] & ~1u);
  frame[PC] += code[0] >> 11 >= 0x1d ? 4 : 2;
}

void check_fault(const char *name) {
  check_n(name, 0, ipsr());
#if V7M
  uint32_t cfsr = CFSR;
  check_n(name, 1, cfsr);
  check_n(name, 2, HFSR);
  if ((cfsr & 0x80u) != 0) {
    check_n(name, 3, MMFAR);
  }
  if ((cfsr & 0x8000u) != 0) {
    check_n(name, 4, BFAR);
  }
  CFSR = cfsr;
  HFSR = HFSR;
#endif
}

/* Where the oracle takes other exceptions, or waits: the comparison of instructions
 * ends here. */
__attribute__((noinline)) static void suite_beyond(void) {
#ifdef QUIET
  exit_program();
#endif
#if V7M
  suite_monitor();
#endif
#if FPU
  suite_fp_user();
#endif
  suite_time();
}

void Reset_Handler(void) {
#ifndef QUIET /* full of what differs between parts */
  suite_registers();
#endif
  suite_entry();
  suite_order();
  suite_masks();
#if V7M
  suite_returns();
  suite_privilege();
  suite_mpu();
#endif
  suite_faults();
#if V7M
  suite_stacking();
  suite_base();
#endif
#if FPU
  suite_fp();
  suite_lazy();
#endif
  suite_beyond();
  exit_program();
}
