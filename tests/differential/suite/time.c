/* SysTick's registers and order, and sleep; nothing that is a count of time. */
#include "suite.h"

static void wait_for_flag(void) {
  for (unsigned i = 0; i < 100000 && (SYST_CSR & 1u << 16) == 0; i++) {
  }
}

static void systick(void) {
  check("csr", SYST_CSR);
  SYST_RVR = 0x12345678;
  check("rvr", SYST_RVR);
  SYST_RVR = 999;
  SYST_CVR = 0xffffffff;
  check("cvr_cleared", SYST_CVR);
  SYST_CSR = 5;
  wait_for_flag();
  check("no_interrupt", ICSR >> 26 & 1);
  check("within", SYST_CVR <= 999);
  SYST_CSR = 0;
  check("flag_gone", SYST_CSR);
  handlers[SYSTICK] = note_entry;
  SYST_CVR = 0;
  SYST_CSR = 7;
  for (unsigned i = 0; i < 100000 && mark_count < 3; i++) {
    __asm__ volatile("" ::: "memory");
  }
  SYST_CSR = 0;
  ICSR = 1u << 25;
  barrier();
  check("three", marks & 0xffffff);
  marks = mark_count = 0;
  MSR("primask", 1);
  SYST_CVR = 0;
  SYST_CSR = 7;
  wait_for_flag();
  SYST_CSR = 4;
  check("pending", ICSR >> 26 & 1);
  SYST_CVR = 0;
  check("cvr_clears_no_pending", ICSR >> 26 & 1);
  ICSR = 1u << 25;
  barrier();
  check("withdrawn", ICSR >> 26 & 1);
  MSR("primask", 0);
  check_order("none");
}

static void sleep(void) {
  handlers[IRQ0] = handlers[PENDSV] = handlers[SYSTICK] = note_entry;
  ISER = 1;
  MSR("primask", 1);
  ISPR = 1;
  barrier();
  __asm__ volatile("wfi\n\tisb");
  check_order("primask");
  MSR("primask", 0);
  check_order("then");
  SYST_RVR = 9999;
  SYST_CVR = 0;
  SYST_CSR = 7;
  __asm__ volatile("dsb\n\twfi\n\tisb");
  SYST_CSR = 0;
  check_order("systick");
  ICSR = 1u << 25;
  __asm__ volatile("sev\n\twfe\n\tisb");
  check_order("event");
}

#if V7M
static uint32_t left;

static void again(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  (void)exc_return;
  mark(ipsr());
  if (--left == 0) {
    SCR = 0;
    SYST_CSR = 0;
    ICSR = 1u << 25;
  }
}

static void sleep_on_exit(void) {
  handlers[SYSTICK] = again;
  left = 3;
  SYST_RVR = 9999;
  SYST_CVR = 0;
  SCR = 2;
  SYST_CSR = 7;
  __asm__ volatile("dsb\n\twfi\n\tisb");
  check("taken", mark_count);
  SCR = 0;
  SYST_CSR = 0;
  ICSR = 1u << 25;
}
#endif

void suite_time(void) {
  group("systick");
  systick();
  group("sleep");
  sleep();
#if V7M
  group("sleeponexit");
  sleep_on_exit();
#endif
}
