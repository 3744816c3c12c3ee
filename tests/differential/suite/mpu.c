/* The memory protection unit: regions, permissions, priority, subregions. */
#include "suite.h"

#if V7M

static uint32_t area[128] __attribute__((aligned(512)));

static void to_privileged(uint32_t *frame, uint32_t exc_return) {
  (void)frame;
  (void)exc_return;
  MSR("control", MRS("control") & ~1u);
}

static void skip_fault(uint32_t *frame, uint32_t exc_return) {
  (void)exc_return;
  mark(ipsr());
  check("offset", (CFSR & 0x80u) != 0 ? MMFAR - (uint32_t)area : 0);
  check("cfsr", CFSR);
  CFSR = CFSR;
  HFSR = HFSR;
  skip(frame);
}

static void go_back(uint32_t *frame, uint32_t exc_return) {
  (void)exc_return;
  mark(ipsr());
  check("cfsr", CFSR);
  CFSR = CFSR;
  HFSR = HFSR;
  frame[PC] = frame[LR] & ~1u;
}

static void region(unsigned number, uint32_t base, uint32_t attributes) {
  MPU_RBAR = base | 0x10 | number;
  MPU_RASR = attributes;
  barrier();
}

static void try_both(uint32_t n, uint32_t offset, bool privileged) {
  uint32_t address = (uint32_t)area + offset;
  if (!privileged) {
    MSR("control", 1);
  }
  __asm__ volatile("ldr.w r0, [%0]\n\tstr.w r0, [%0]" ::"r"(address) : "r0", "memory");
  __asm__ volatile("svc #0");
  check_n(privileged ? "privileged" : "unprivileged", n, marks);
  marks = mark_count = 0;
}

static void permissions(void) {
  for (uint32_t ap = 0; ap < 8; ap++) {
    if (ap == 4) {
      continue; /* reserved */
    }
    region(1, (uint32_t)area, ap << 24 | 7u << 1 | 1u);
    try_both(ap, 16, true);
    try_both(ap, 16, false);
  }
  region(1, (uint32_t)area, 0x80u << 8 | 7u << 1 | 1u); /* no access, last eighth left out */
  try_both(0x10, 0xdc, true);
  try_both(0x11, 0xe0, true);
  region(2, (uint32_t)area, 3u << 24 | 5u << 1 | 1u); /* a higher number wins */
  try_both(0x12, 0, true);
  try_both(0x13, 0x40, true);
  region(2, 0, 0);
  try_both(0x14, 0, true);
}

static void execute_never(void) {
  handlers[MEMMANAGE] = handlers[HARDFAULT] = go_back;
  region(1, 0, 0);
  area[0] = 0x47704770; /* bx lr */
  region(1, (uint32_t)area, 1u << 28 | 3u << 24 | 7u << 1 | 1u);
  void (*code)(void) = (void (*)(void))((uint32_t)area | 1u);
  code();
  check_order("never");
  region(1, (uint32_t)area, 3u << 24 | 7u << 1 | 1u);
  code();
  check_order("allowed");
}

static void show_registers(void) {
  MPU_RNR = 1;
  check("rbar", MPU_RBAR - (uint32_t)area);
  check("rasr", MPU_RASR);
  MPU_RNR = 2;
  check("rnr", MPU_RNR);
  check("rbar2", MPU_RBAR);
  MPU_CTRL = 0xfffffff8;
  check("ctrl", MPU_CTRL);
}

static void run_all(void) {
  handlers[SVCALL] = to_privileged;
  handlers[MEMMANAGE] = handlers[HARDFAULT] = skip_fault;
  region(0, 0, 3u << 24 | 31u << 1 | 1u);
  MPU_CTRL = 5;
  barrier();
  permissions();
  execute_never();
  MPU_CTRL = 0;
  barrier();
  show_registers();
}

void suite_mpu(void) {
  group("mpu_hard");
  run_all();
  group("mpu_manage");
  enable_faults();
  run_all();
  for (unsigned i = 0; i < 3; i++) {
    region(i, 0, 0);
  }
}
#endif
