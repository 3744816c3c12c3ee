/* PRIMASK, BASEPRI, FAULTMASK: what they hold back, and when they go. */
#include "suite.h"

static void primask(void) {
  handlers[IRQ0] = handlers[NMI] = handlers[SVCALL] = note_entry;
  ISER = 1;
  __asm__ volatile("cpsid i\n\tisb");
  check("set", MRS("primask"));
  pend(1);
  ICSR = 1u << 31;
  barrier();
  check_order("masked");
  check("pending", ISPR);
  check("icsr", ICSR & 0x0ffff7ffu);
  __asm__ volatile("cpsie i\n\tisb");
  check_order("opened");
  check("clear", MRS("primask"));
  MSR("primask", 0xfe);
  check("even", MRS("primask"));
  MSR("primask", 0xff);
  check("odd", MRS("primask"));
  MSR("primask", 0);
}

#if V7M
static void basepri(void) {
  note_entry(0, 0);
  marks = mark_count = 0;
  for (unsigned i = 0; i < 8; i++) {
    handlers[IRQ0 + i] = note_entry;
    set_priority(IRQ0 + i, i << 5);
  }
  ISER = 0xff;
  for (uint32_t level = 0; level < 0x100; level += 0x20) {
    MSR("basepri", level);
    pend(0xff);
    check_n("taken", level, marks);
    check_n("left", level, ISPR);
    check_n("value", level, MRS("basepri"));
    MSR("basepri", 0);
    check_n("then", level, marks);
    marks = mark_count = 0;
  }
  MSR("basepri_max", 0x80);
  check("max_from_0", MRS("basepri"));
  MSR("basepri_max", 0xa0);
  check("max_lower", MRS("basepri"));
  MSR("basepri_max", 0x40);
  check("max_higher", MRS("basepri_max"));
  MSR("basepri_max", 0);
  check("max_zero", MRS("basepri"));
  MSR("basepri", 0x1ff);
  check("wide", MRS("basepri"));
  MSR("basepri", 0);
}

static void set_faultmask(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  (void)exc_return;
  mark(ipsr());
  MSR("faultmask", 1);
  check("in_handler", MRS("faultmask"));
  pend(1);
  check("held", ISPR);
}

static void faultmask_in_nmi(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  (void)exc_return;
  check("nmi_before", MRS("faultmask"));
#ifndef QUIET
  __asm__ volatile("cpsid f\n\tisb");
  check("nmi_cpsid", MRS("faultmask"));
#endif
  __asm__ volatile("cpsie f\n\tisb");
}

static void faultmask(void) {
  handlers[IRQ0] = handlers[NMI] = note_entry;
  ISER = 3;
  MSR("faultmask", 1);
  check("set", MRS("faultmask"));
  pend(1);
  ICSR = 1u << 31;
  barrier();
  check_order("held");
  check("kept_over_nmi", MRS("faultmask"));
  MSR("faultmask", 0);
  check_order("opened");
  handlers[SVCALL] = set_faultmask;
  set_priority(IRQ0, 0);
  set_priority(SVCALL, 0x80);
  __asm__ volatile("svc #0");
  check_order("return_opens");
  check("return_clears", MRS("faultmask"));
  handlers[NMI] = faultmask_in_nmi;
  ICSR = 1u << 31;
  barrier();
  check("after_nmi", MRS("faultmask"));
  MSR("faultmask", 0);
  MSR("primask", 1);
  handlers[NMI] = note_entry;
  __asm__ volatile("cpsid f\n\tisb\n\tcpsie if\n\tisb");
  check("cpsie_both", MRS("primask") << 1 | MRS("faultmask"));
}
#endif

static void mask_in_handler(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  (void)exc_return;
  mark(ipsr());
  MSR("primask", 1);
  pend(2);
  mark(0xf0);
}

static void primask_stays(void) {
  handlers[IRQ0] = mask_in_handler;
  handlers[IRQ0 + 1] = note_entry;
  set_priority(IRQ0, 0x80);
  ISER = 3;
  pend(1);
  check_order("held");
  check("primask", MRS("primask"));
  MSR("primask", 0);
  check_order("opened");
}

void suite_masks(void) {
  group("primask");
  primask();
  group("primask_return");
  primask_stays();
#if V7M
  group("basepri");
  basepri();
  group("faultmask");
  faultmask();
#endif
}
