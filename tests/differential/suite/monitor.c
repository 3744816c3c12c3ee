/* DebugMonitor, and where an SVC that escalates stands. */
#include "suite.h"

#if V7M

enum { MON_EN = 1 << 16, MON_PEND = 1 << 17 };

static uint32_t here, beyond;

static void show(uint32_t *frame, uint32_t exc_return) {
  (void)exc_return;
  mark(ipsr());
  check("hfsr", HFSR);
  check("dfsr", DFSR);
  check("demcr", DEMCR);
  check("shcsr", SHCSR);
  check("pc", frame[PC] - here);
  HFSR = HFSR;
  DFSR = DFSR;
  frame[PC] = beyond;
}

#define BREAK(name)                                                    \
  do {                                                                 \
    __asm__ volatile(                                                  \
        "adr r0, 1f\n\tadr r1, 2f\n\tstr r0, [%0]\n\tstr r1, [%1]\n\t" \
        ".align 2\n1:\tbkpt #1\n\tnop\n2:" ::"r"(&here),               \
        "r"(&beyond)                                                   \
        : "r0", "r1", "memory");                                       \
    check_order(name);                                                 \
  } while (0)

static void breakpoints(void) {
  handlers[HARDFAULT] = handlers[DEBUGMONITOR] = show;
  DEMCR = MON_EN;
  BREAK("taken");
  set_priority(DEBUGMONITOR, 0x80);
  MSR("basepri", 0x80);
  BREAK("masked");
  MSR("basepri", 0xc0);
  BREAK("less_urgent_mask");
  MSR("basepri", 0);
  DEMCR = 0;
  BREAK("disabled");
}

static void pended(void) {
  handlers[DEBUGMONITOR] = note_entry;
  DEMCR = MON_EN;
  MSR("primask", 1);
  DEMCR = MON_EN | MON_PEND;
  check("demcr", DEMCR);
  check("icsr", ICSR & 0x0ffff7ffu);
  DEMCR = MON_EN;
  check("withdrawn", ICSR & 0x0ffff7ffu);
  DEMCR = MON_EN | MON_PEND;
  REGISTER8(0xe000edffu) = 1; /* TRCENA alone: what is pending stays */
  check("byte", DEMCR);
  MSR("primask", 0);
  barrier();
  check_order("order");
  check("after", DEMCR);
  DEMCR = 0;
}

static void escalated(uint32_t *frame, uint32_t exc_return) {
  (void)exc_return;
  mark(ipsr());
  check("pc", frame[PC] - here);
  check("it", frame[XPSR] & 0x0600fc00u);
  check_fault("status");
  frame[PC] = beyond;
  frame[XPSR] &= ~0x0600fc00u;
}

static void masked_calls(void) {
  handlers[HARDFAULT] = escalated;
  MSR("primask", 1);
  __asm__ volatile(
      "adr r0, 1f\n\tadr r1, 2f\n\tstr r0, [%0]\n\tstr r1, [%1]\n\t"
      ".align 2\n1:\tsvc #1\n\tnop\n2:" ::"r"(&here),
      "r"(&beyond)
      : "r0", "r1", "memory");
  __asm__ volatile(
      "adr r0, 1f\n\tadr r1, 2f\n\tstr r0, [%0]\n\tstr r1, [%1]\n\tcmp r0, r0\n\t"
      ".align 2\n\tittt eq\n\taddeq r0, #1\n1:\tsvceq #1\n\taddeq r0, #1\n2:" ::"r"(&here),
      "r"(&beyond)
      : "r0", "r1", "memory", "cc");
  MSR("primask", 0);
  check_order("order");
}

void suite_monitor(void) {
  group("monitor");
  breakpoints();
  group("mon_pend");
  pended();
  group("svc_masked");
  masked_calls();
}
#endif
