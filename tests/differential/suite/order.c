/* Who is taken when: priorities, groups, ties, nesting, tail-chaining, changes. */
#include "suite.h"

static uint32_t second_pend;

static void pend_and_note(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  mark(ipsr());
  uint32_t irqs = second_pend;
  second_pend = 0;
  pend(irqs);
  mark(ipsr() | 0x80);
  check_n("exc_return", ipsr(), exc_return);
  check_n("icsr", ipsr(), ICSR & 0x0ffff9ffu);
#if V7M
  check_n("iabr", ipsr(), IABR);
  check_n("shcsr", ipsr(), SHCSR);
#endif
}

static void note_all(void) {
  for (unsigned i = 0; i < 8; i++) {
    handlers[IRQ0 + i] = note_entry;
  }
  handlers[PENDSV] = handlers[SYSTICK] = handlers[SVCALL] = handlers[NMI] = note_entry;
  ISER = 0xff;
}

static void together(const char *name, uint32_t irqs, uint32_t icsr) {
  MSR("primask", 1);
  ISPR = irqs;
  ICSR = icsr;
  barrier();
  MSR("primask", 0);
  check_order(name);
}

static void ties(void) {
  note_all();
  together("four", 0x0f, 0);
  together("eight", 0xf0, 0);
  together("systems", 0x01, 1u << 28 | 1u << 26);
  together("nmi", 0x03, 1u << 31 | 1u << 28);
  set_priority(IRQ0, 0xc0);
  set_priority(IRQ0 + 1, 0x80);
  set_priority(IRQ0 + 2, 0x40);
  together("falling", 0x0f, 0);
  set_priority(PENDSV, 0xc0);
  set_priority(SYSTICK, 0x40);
  together("mixed", 0x0f, 1u << 28 | 1u << 26);
}

static void nest(const char *name, uint32_t irq1_priority, uint32_t irq2_priority) {
  handlers[IRQ0 + 1] = pend_and_note;
  handlers[IRQ0 + 2] = note_entry;
  set_priority(IRQ0 + 1, irq1_priority);
  set_priority(IRQ0 + 2, irq2_priority);
  ISER = 0xff;
  second_pend = 4;
  pend(2);
  check_order(name);
}

static void nesting(void) {
  nest("preempts", 0x80, 0x40);
  nest("equal", 0x80, 0x80);
  nest("waits", 0x40, 0x80);
  handlers[IRQ0] = pend_and_note;
  set_priority(IRQ0, 0xc0);
  second_pend = 1;
  pend(1);
  check_order("itself");
  handlers[IRQ0 + 3] = note_entry;
  set_priority(IRQ0 + 3, 0x40);
  second_pend = 0x0a;
  pend(1);
  check_order("two");
}

#if V7M
static void groups(void) {
  note_all();
  for (uint32_t g = 0; g < 8; g++) {
    AIRCR = 0x05fa0000 | g << 8;
    handlers[IRQ0] = pend_and_note;
    set_priority(IRQ0, 0x60);
    set_priority(IRQ0 + 1, 0x40);
    set_priority(IRQ0 + 2, 0x20);
    set_priority(IRQ0 + 3, 0xa0);
    second_pend = 0x0e;
    pend(1);
    check_n("order", g, marks);
    marks = mark_count = 0;
    handlers[IRQ0] = note_entry;
    set_priority(IRQ0 + 4, 0x61);
    set_priority(IRQ0 + 5, 0x62);
    MSR("primask", 1);
    ISPR = 0x3f;
    barrier();
    MSR("primask", 0);
    check_n("subpriority", g, marks);
    marks = mark_count = 0;
    MSR("basepri", 0x60);
    ISPR = 0x3f;
    barrier();
    check_n("basepri", g, marks);
    check_n("left", g, ISPR);
    MSR("basepri", 0);
    check_n("opened", g, marks);
    marks = mark_count = 0;
  }
}

static void raise_own(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  (void)exc_return;
  mark(ipsr());
  pend(4);
  mark(0xf0);
  set_priority(IRQ0 + 1, 0xc0); /* its own: now less urgent */
  mark(0xf1);
  set_priority(IRQ0 + 1, 0x20);
  pend(4);
  mark(0xf2);
  set_priority(IRQ0 + 2, 0x00);
  mark(0xf3);
  set_priority(IRQ0 + 2, 0x80);
}

static void changes(void) {
  handlers[IRQ0 + 1] = raise_own;
  handlers[IRQ0 + 2] = note_entry;
  set_priority(IRQ0 + 1, 0x40);
  set_priority(IRQ0 + 2, 0x80);
  ISER = 0xff;
  pend(2);
  check_order("own");
  MSR("basepri", 0x80);
  pend(4);
  check_order("masked");
  set_priority(IRQ0 + 2, 0x60);
  check_order("raised");
  pend(4);
  MSR("basepri", 0x40);
  pend(4);
  AIRCR = 0x05fa0600;
  barrier();
  check_order("grouped");
  MSR("basepri", 0);
  check_order("opened");
}
#endif

static void disable_pending(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  (void)exc_return;
  mark(ipsr());
  ISPR = 6;
  barrier();
  ICER = 2;
  ICPR = 4;
  barrier();
}

static void withdrawn(void) {
  note_all();
  handlers[IRQ0] = disable_pending;
  pend(1);
  check_order("first");
  check("left", ISPR);
  ISER = 2;
  barrier();
  check_order("enabled");
}

static void calls(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  (void)exc_return;
  mark(ipsr());
  __asm__ volatile("svc #1");
  mark(0xf0);
}

static void svc_inside(void) {
  note_all();
  handlers[IRQ0] = calls;
  set_priority(IRQ0, 0x80);
  set_priority(SVCALL, 0x40);
  pend(1);
  check_order("urgent");
  handlers[SYSTICK] = calls;
  set_priority(SYSTICK, 0xc0);
  ICSR = 1u << 26;
  barrier();
  check_order("from_systick");
  handlers[NMI] = note_entry;
  handlers[SVCALL] = note_entry;
  ICSR = 1u << 31;
  barrier();
  check_order("nmi");
}

#if V7M
/* Interrupts whose bits lie in the second word of the model's sets. */
static void nest_high(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  (void)exc_return;
  mark(ipsr());
  check_n("iabr", ipsr(), IABR);
  check_n("icsr", ipsr(), ICSR);
  if (ipsr() == IRQ0 + 20) {
    pend(1u << 31 | 1u << 19 | 1u << 3);
    check_n("icsr_after", ipsr(), ICSR);
  }
}

static void high_numbers(void) {
  static const uint8_t irqs[] = {3, 15, 16, 19, 20, 31};
  for (unsigned i = 0; i < sizeof irqs; i++) {
    handlers[IRQ0 + irqs[i]] = nest_high;
    set_priority(IRQ0 + irqs[i], 0x20 * (i + 1));
  }
  ISER = 0xffffffff;
  check("iser", ISER);
  pend(1u << 20);
  check_order("nested");
  set_priority(IRQ0 + 31, 0x40);
  pend(1u << 20);
  check_order("preempted");
  MSR("primask", 1);
  pend(1u << 15 | 1u << 16 | 1u << 31);
  check("ispr", ISPR);
  check("icsr", ICSR);
  ICPR = 1u << 16;
  check("icpr", ISPR);
  MSR("primask", 0);
  barrier();
  check_order("both_words");
  STIR = 31;
  barrier();
  check_order("stir");
  ICER = 1u << 31;
  check("icer", ISER);
}
#endif

void suite_order(void) {
  group("tie");
  ties();
  group("nest");
  nesting();
  group("withdraw");
  withdrawn();
  group("svc");
  svc_inside();
#if V7M
  group("prigroup");
  groups();
  group("change");
  changes();
  group("high");
  high_numbers();
#endif
}
