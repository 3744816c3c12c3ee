/* What unprivileged code reads, writes and may not. */
#include "suite.h"

#if V7M

static void to_privileged(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  (void)exc_return;
  MSR("control", MRS("control") & ~1u);
}

static const char *fault_name;

static void skip_fault(uint32_t *frame, uint32_t exc_return) {
  (void)exc_return;
  mark(ipsr());
  check_fault(fault_name);
  check_n(fault_name, 8, MRS("control"));
  skip(frame);
}

static uint32_t values[12];

static void registers(void) {
  MSR("basepri", 0x20);
  uint32_t msp = MRS("msp");
  MSR("control", 1);
  values[0] = MRS("control");
  values[1] = MRS("primask");
  values[2] = MRS("basepri");
  values[3] = MRS("faultmask");
  values[4] = MRS("ipsr");
  values[5] = MRS("msp");
  values[6] = MRS("psp");
  MSR("primask", 1);
  MSR("basepri", 0x80);
  MSR("faultmask", 1);
  MSR("control", 0);
  MSR("msp", 0x20001000);
  values[7] = MRS("control");
  __asm__ volatile("cpsid i\n\tcpsid f");
  __asm__ volatile("svc #0");
  values[8] = MRS("primask");
  values[9] = MRS("basepri");
  values[10] = MRS("faultmask");
  values[11] = MRS("msp") - msp;
  for (unsigned i = 0; i < 12; i++) {
    check_n("value", i, values[i]);
  }
  MSR("basepri", 0);
}

static void accesses(uint32_t address) {
  uint32_t value = 0x5a5a5a5a;
  MSR("control", 1);
  __asm__ volatile("ldr.w %0, [%1]" : "+r"(value) : "r"(address));
  __asm__ volatile("svc #0");
  check_n("read", address, value);
  MSR("control", 1);
  __asm__ volatile("str.w %0, [%1]" ::"r"(0), "r"(address));
  __asm__ volatile("svc #0");
  check_n("marks", address, marks);
  marks = mark_count = 0;
}

static void unprivileged_load(void) {
  uint32_t value = 0x5a5a5a5a;
  __asm__ volatile("ldrt %0, [%1]" : "+r"(value) : "r"(0xe000ed00));
  check("ldrt", value);
  check_order("ldrt_faults");
}

static void software_trigger(void) {
  handlers[IRQ0] = note_entry;
  ISER = 1;
  MSR("control", 1);
  __asm__ volatile("str.w %0, [%1]" ::"r"(0), "r"(0xe000ef00));
  __asm__ volatile("svc #0");
  check_order("stir_off");
  CCR |= 2;
  barrier();
  MSR("control", 1);
  __asm__ volatile("str.w %0, [%1]\n\tdsb\n\tisb" ::"r"(0), "r"(0xe000ef00));
  __asm__ volatile("svc #0");
  check_order("stir_on");
  CCR = 0x200;
}

void suite_privilege(void) {
  group("unprivileged");
  handlers[SVCALL] = to_privileged;
  registers();
  static const uint32_t addresses[] = {0xe000ed00, 0xe000e100, 0xe000e010, 0xe000ef34};
  for (unsigned enabled = 0; enabled < 2; enabled++) {
    group(enabled ? "ppb_bus" : "ppb_hard");
    fault_name = "fault";
    handlers[SVCALL] = to_privileged;
    handlers[BUSFAULT] = handlers[HARDFAULT] = skip_fault;
    SHCSR = enabled ? 7u << 16 : 0;
    for (unsigned i = 0; i < 4; i++) {
      accesses(addresses[i]);
    }
    unprivileged_load();
    software_trigger();
  }
}
#endif
