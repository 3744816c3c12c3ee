/* Registers of the System Control Space: what they hold after reset, which bits
 * can be written, and by which sizes. */
#include "suite.h"

static void reset_values(void) {
  check("cpuid", CPUID);
  check("icsr", ICSR & ~(1u << 11));
  check("aircr", AIRCR);
  check("scr", SCR);
  check("ccr", CCR);
  check("shpr2", SHPR(2));
  check("shpr3", SHPR(3));
  check("iser", ISER);
  check("ispr", ISPR);
  check("csr", SYST_CSR);
  check("control", MRS("control"));
  check("primask", MRS("primask"));
  check("ipsr", MRS("ipsr"));
#if V7M
  check("ictr", ICTR);
  check("vtor", VTOR);
  check("shpr1", SHPR(1));
  check("shcsr", SHCSR);
  check("cfsr", CFSR);
  check("hfsr", HFSR);
  check("dfsr", DFSR);
  check("iabr", IABR);
  check("cpacr", CPACR);
  check("mpu_type", MPU_TYPE);
  check("mpu_ctrl", MPU_CTRL);
  check("basepri", MRS("basepri"));
  check("faultmask", MRS("faultmask"));
  check("demcr", DEMCR & ~(1u << 24));
#endif
#if FPU
  check("fpccr", FPCCR & 0xc000017bu);
  check("fpcar", FPCAR);
  check("fpdscr", FPDSCR);
#endif
}

#if V7M
static void feature_registers(void) {
  for (unsigned offset = 0xd40; offset < 0xd80; offset += 4) {
    check_n("id", offset, REGISTER(0xe000e000u + offset));
  }
}
#endif

struct row {
  const char *name;
  uint32_t address, value, undo;
};

static void writable_bits(void) {
  static const struct row rows[] = {
    {"scr", 0xe000ed10, 0xffffffff & ~6u, 0},
    {"shpr2", 0xe000ed1c, 0xffffffff, 0},
    {"shpr3", 0xe000ed20, 0xffffffff, 0},
    {"ipr0", 0xe000e400, 0xffffffff, 0},
    {"ipr7", 0xe000e41c, 0xa5c35a3c, 0},
    {"rvr", 0xe000e014, 0xffffffff, 0},
    {"cpuid", 0xe000ed00, 0xffffffff, 0},
#if V7M
    {"ccr", 0xe000ed14, 0xffffffff & ~1u, 0x200},
    {"shpr1", 0xe000ed18, 0xffffffff, 0},
    {"shcsr", 0xe000ed24, 0x70000, 0},
    {"vtor", 0xe000ed08, 0x000fff80, 0},
    {"mmfar", 0xe000ed34, 0x12345678, 0},
    {"bfar", 0xe000ed38, 0x9abcdef0, 0},
    {"cfsr", 0xe000ed28, 0xffffffff, 0},
    {"hfsr", 0xe000ed2c, 0xffffffff, 0},
    {"rnr", 0xe000ed98, 7, 0},
    {"aircr_nokey", 0xe000ed0c, 0x700, 0x05fa0000},
    {"aircr_key", 0xe000ed0c, 0x05fa0700, 0x05fa0000},
    {"aircr_group", 0xe000ed0c, 0x05fa0300, 0x05fa0000},
#endif
#if FPU
    {"cpacr", 0xe000ed88, 0x00f00000, 0},
    {"cpacr_one", 0xe000ed88, 0x00500000, 0},
    {"cpacr_none", 0xe000ed88, 0, 0},
    {"fpcar", 0xe000ef38, 0xffffffff, 0},
    {"fpdscr", 0xe000ef3c, 0xffffffff, 0},
#endif
  };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    REGISTER(rows[i].address) = rows[i].value;
    barrier();
    uint32_t value = REGISTER(rows[i].address);
    REGISTER(rows[i].address) = rows[i].undo;
    barrier();
    check(rows[i].name, value);
    check_n(rows[i].name, 1, REGISTER(rows[i].address));
  }
}

static void interrupt_registers(void) {
  ISER = 0x0000a5a5;
  check("iser", ISER);
  check("icer", ICER);
  ICER = 0x000000ff;
  check("iser_cleared", ISER);
  check("icer_cleared", ICER);
  ICER = 0xffffffff;
  ISPR = 0x00ff0f0f;
  check("ispr", ISPR);
  check("icpr", ICPR);
  check("icsr_disabled", ICSR & 0x7fff7ff);
  ICPR = 0x000f000f;
  check("ispr_cleared", ISPR);
  ICPR = 0xffffffff;
  check("ispr_none", ISPR);
#if V7M
  check("iabr", IABR);
  STIR = 5;
  barrier();
  check("stir", ISPR);
  STIR = 31;
  barrier();
  check("stir_last", ISPR);
  ICPR = 0xffffffff;
#endif
}

#if V7M
static void sizes(void) {
  IPR(1) = 0;
  IPR_BYTE(4) = 0x20;
  check("ipr_byte0", IPR(1));
  IPR_BYTE(7) = 0xe0;
  check("ipr_byte3", IPR(1));
  REGISTER16(0xe000e406u) = 0x4060;
  check("ipr_half", IPR(1));
  check("ipr_read_half", REGISTER16(0xe000e406u));
  check("ipr_read_byte", IPR_BYTE(4));
  SHPR_BYTE(SVCALL) = 0x40;
  check("shpr_byte", SHPR(2));
  REGISTER16(0xe000ed22u) = 0x80c0;
  check("shpr_half", SHPR(3));
  check("shpr_read_byte", SHPR_BYTE(SYSTICK));
  check("shpr_read_half", REGISTER16(0xe000ed22u));
  SHPR_BYTE(MEMMANAGE) = 0x20;
  SHPR_BYTE(BUSFAULT) = 0x40;
  SHPR_BYTE(USAGEFAULT) = 0x60;
  SHPR_BYTE(7) = 0x80;
  check("shpr1", SHPR(1));
  check("cfsr_byte", REGISTER8(0xe000ed29u));
  check("ufsr_half", REGISTER16(0xe000ed2au));
  check("bfsr_byte", REGISTER8(0xe000ed29u));
}

static void status_by_parts(uint32_t *frame, uint32_t exc_return) {
  (void)exc_return;
  check("ufsr", REGISTER16(0xe000ed2au));
  check("mmfsr", REGISTER8(0xe000ed28u));
  REGISTER16(0xe000ed2au) = 0xffff;
  check("ufsr_cleared", CFSR);
  skip(frame);
}
#endif

static void system_pending(void) {
  MSR("primask", 1);
  ICSR = 1u << 28;
  check("pendsv", ICSR & 0xffff7ffu);
  ICSR = 1u << 26;
  check("both", ICSR & 0xffff7ffu);
  ICSR = 1u << 27;
  check("pendsv_clear", ICSR & 0xffff7ffu);
  ICSR = 1u << 25;
  check("pendst_clear", ICSR & 0xffff7ffu);
  ICSR = 1u << 28 | 1u << 27;
  check("set_wins", ICSR & 0xffff7ffu);
  ICSR = 1u << 27;
  ISER = 0xff;
  ISPR = 0x80;
  check("irq7", ICSR & 0xffff7ffu);
  ISPR = 0x0c;
  check("irq2", ICSR & 0xffff7ffu);
  set_priority(IRQ0 + 2, 0x80);
  check("irq3", ICSR & 0xffff7ffu);
  ICER = 0x08;
  check("irq7_again", ICSR & 0xffff7ffu);
  ICPR = 0xffffffff;
  MSR("primask", 0);
}

#if V7M
static uint32_t other_vectors[64] __attribute__((aligned(256)));

static void vector_table(void) {
  const uint32_t *flash = (const uint32_t *)0;
  for (unsigned i = 0; i < EXCEPTIONS; i++) {
    other_vectors[i] = flash[i];
  }
  VTOR = (uint32_t)other_vectors;
  barrier();
  check("moved", VTOR == (uint32_t)other_vectors);
  handlers[PENDSV] = note_entry;
  ICSR = 1u << 28;
  barrier();
  check_order("taken_there");
  VTOR = 0;
  barrier();
}
#endif

void suite_registers(void) {
  group("reset");
  reset_values();
#if V7M
  group("feature");
  feature_registers();
#endif
  group("write");
  writable_bits();
#if FPU
  CPACR = 0xf00000;
  barrier();
#endif
  group("nvic");
  interrupt_registers();
  group("pending");
  system_pending();
#if V7M
  group("size");
  sizes();
  group("parts");
  handlers[USAGEFAULT] = status_by_parts;
  enable_faults();
  __asm__ volatile("udf #0");
  group("vtor");
  vector_table();
#endif
}
