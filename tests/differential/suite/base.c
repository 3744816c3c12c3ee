/* Thread mode above an active exception: CCR.NONBASETHRDENA (ARMv7-M B3.2.8). */
#include "suite.h"

#if V7M

static uint32_t table[64] __attribute__((aligned(256)));

/* IRQ 0: the interrupted handler goes on in thread mode. */
__attribute__((naked)) static void to_thread(void) {
  __asm__ volatile(
      "ldr r1, [sp, #28]\n\tlsrs r1, r1, #9\n\tlsls r1, r1, #9\n\tstr r1, [sp, #28]\n\t"
      "mvn lr, #6\n\tbx lr");
}

/* IRQ 1: and becomes the handler of SVC again. */
__attribute__((naked)) static void to_handler(void) {
  __asm__ volatile(
      "ldr r1, [sp, #28]\n\torr r1, r1, #11\n\tstr r1, [sp, #28]\n\tmvn lr, #14\n\tbx lr");
}

void base_fault(uint32_t exc_return);
void base_fault(uint32_t exc_return) {
  check("fault_lr", exc_return);
  check_fault("status");
  check("shcsr", SHCSR);
  check("iabr", IABR);
}

/* The fault's frame is the interrupted handler's: it goes on. */
__attribute__((naked)) static void to_handler_after_fault(void) {
  __asm__ volatile(
      "mov r0, lr\n\tpush {r3, lr}\n\tbl base_fault\n\tpop {r3, lr}\n\t"
      "ldr r1, [sp, #28]\n\torr r1, r1, #11\n\tstr r1, [sp, #28]\n\tmvn lr, #14\n\tbx lr");
}

static void show(const char *name) {
  check_n(name, 0, ipsr());
  check_n(name, 1, ICSR & 0x1ff);
  check_n(name, 2, SHCSR);
  check_n(name, 3, IABR);
  check_n(name, 4, MRS("control"));
}

static void call(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  (void)exc_return;
  show("before");
  pend(1);
  show("between");
  pend(4);
  check("held", ISPR);
  if (ipsr() == 0) {
    pend(2);
  }
  show("after");
}

static void through_thread(uint32_t ccr) {
  const uint32_t *flash = (const uint32_t *)0;
  for (unsigned i = 0; i < EXCEPTIONS; i++) {
    table[i] = flash[i];
  }
  table[IRQ0] = (uint32_t)to_thread;
  table[IRQ0 + 1] = (uint32_t)to_handler;
  table[USAGEFAULT] = table[HARDFAULT] = (uint32_t)to_handler_after_fault;
  handlers[SVCALL] = call;
  handlers[IRQ0 + 2] = note_entry;
  CCR = ccr;
  VTOR = (uint32_t)table;
  set_priority(SVCALL, 0x80);
  set_priority(IRQ0, 0x40);
  set_priority(IRQ0 + 1, 0x40);
  set_priority(IRQ0 + 2, 0x80);
  ISER = 7;
  barrier();
  uint32_t msp = MRS("msp");
  __asm__ volatile("svc #0" ::: "memory");
  check("msp", MRS("msp") - msp);
  show("end");
  check_order("order");
  VTOR = 0;
  CCR = 0x200;
  barrier();
}

void suite_base(void) {
  group("nonbase");
  through_thread(0x201);
  group("base_hard");
  through_thread(0x200);
  group("base_usage");
  enable_faults();
  through_thread(0x200);
}
#endif
