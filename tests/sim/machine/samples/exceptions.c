/* What qemu-system-arm cannot judge: lockup, ignored bus faults, vectors that cannot
 * be read, arrivals during an entry. The test writes `choice`, and reads what the
 * chosen part left in `results`; a breakpoint ends it. */
#include "firmware/shared/cortexm.h"

enum { LOCKUP, IGNORED, VECTORS, NESTED, ZERO, INVALID, LATE, COUNTED, OTHER_RAM, REFUSED };
enum { ENTRIES, FRAME_PC, FRAME_IPSR, LINK, CFSR, HFSR, ORDER, LOADED };
enum { HOLE = 0x30000000, TABLE = 0x2000ff80, STACK = 0x20008000, MORE_RAM = 0x10000000 };

volatile uint32_t choice, repairs;
volatile uint32_t results[8];

#define CCR REGISTER(0xe000ed14u)
#define SHCSR REGISTER(0xe000ed24u)
#define VTOR REGISTER(0xe000ed08u)
#define ISPR REGISTER(0xe000e200u)

void nmi_body(uint32_t *frame, uint32_t exc_return);
void NMI_Handler(void);
void HardFault_Handler(void);
void IRQ0_Handler(void);
void IRQ2_Handler(void);

static uint32_t ipsr(void) {
  uint32_t value;
  __asm__ volatile("mrs %0, ipsr" : "=r"(value));
  return value;
}

static void finish(void) {
  results[CFSR] = REGISTER(0xe000ed28u);
  results[HFSR] = REGISTER(0xe000ed2cu);
  breakpoint();
}

void nmi_body(uint32_t *frame, uint32_t exc_return) {
  results[FRAME_PC] = frame[6];
  results[FRAME_IPSR] = frame[7] & 0x1ff;
  results[LINK] = exc_return;
  if (repairs != 0) {
    frame[6] = (uint32_t)finish & ~1u;
  }
}

__attribute__((naked)) void NMI_Handler(void) {
  __asm__ volatile("mov r0, sp\n\tmov r1, lr\n\tb nmi_body");
}

void HardFault_Handler(void) {
  results[ENTRIES]++;
  if (choice == LOCKUP) {
    __asm__ volatile("udf #2");
  }
  finish();
}

void SVCall_Handler(void) {
  results[ENTRIES]++;
  SHCSR = 0; /* no longer active: it can be entered again */
  supervisor_call();
}

static void note_entry(void) {
  results[ORDER] = results[ORDER] << 8 | ipsr();
}

volatile uint32_t masks; /* IRQ 0 leaves itself disabled and pending */

void IRQ0_Handler(void) {
  note_entry();
  if (masks != 0) {
    REGISTER(0xe000e180u) = 1; /* ICER */
    ISPR = 1;
  }
}

void IRQ1_Handler(void) {
  note_entry();
}

void PendSV_Handler(void) {
  note_entry();
}

static void ignored(void) {
  CCR |= 1u << 8; /* BFHFNMIGN */
  __asm__ volatile(
      "cpsid f\n\tldr r2, [%0]\n\tstr r2, [%0, #4]\n\tldm %0, {r2, r3}\n\tcpsie f" ::"l"(HOLE)
      : "r2", "r3", "memory");
  results[LOADED] = 1;
  finish();
}

/* BFHFNMIGN is for priorities below 0, and this is 0. */
static void counted(void) {
  CCR |= 1u << 8;
  __asm__ volatile("cpsid i\n\tldr r2, [%0]" ::"l"(HOLE) : "r2", "memory");
  finish();
}

/* Without BFHFNMIGN there is no way on. */
static void refused(void) {
  __asm__ volatile("cpsid f\n\tldr r2, [%0]" ::"l"(HOLE) : "r2", "memory");
  finish();
}

static void other_ram(void) {
  __asm__ volatile("msr msp, %0" ::"r"(MORE_RAM + 0x1000));
  NVIC_ISER0 = 1;
  ISPR = 1;
  __asm__ volatile("dsb\n\tisb");
  finish();
}

/* The table's first 32 words are the last of the RAM: IRQ 15's is the very last, and
 * IRQ 16's lies behind it. */
static void vectors(void) {
  __asm__ volatile("msr msp, %0" ::"r"(STACK));
  REGISTER(TABLE + 4 * 31) = (uint32_t)IRQ0_Handler;
  for (uint32_t i = 0; i < 20; i++) {
    REGISTER(TABLE + 4 * i) = REGISTER(4 * i);
  }
  VTOR = TABLE;
  NVIC_ISER0 = 3u << 15;
  ISPR = 1u << 15;
  __asm__ volatile("dsb\n\tisb");
  ISPR = 1u << 16;
  __asm__ volatile("dsb\n\tisb");
  finish();
}

int main(void) {
  switch (choice) {
    case LOCKUP:
      __asm__ volatile("udf #1");
      break;
    case IGNORED:
      ignored();
      break;
    case VECTORS:
      vectors();
      break;
    case COUNTED:
      counted();
      break;
    case REFUSED:
      refused();
      break;
    case OTHER_RAM:
      other_ram();
      break;
    case NESTED:
      supervisor_call();
      break;
    case ZERO:
      __asm__ volatile("bx %0" ::"r"(1));
      break;
    case INVALID:
      __asm__ volatile("bx %0" ::"r"(0));
      break;
    default:
      NVIC_IPR0 = 0x4080; /* IRQ 1 is the more urgent */
      NVIC_ISER0 = 3;
      ISPR = 1;
      __asm__ volatile("dsb\n\tisb");
      finish();
  }
  return 0;
}
