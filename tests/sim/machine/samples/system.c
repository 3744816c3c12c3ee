/* What lies around the core: the cycle counter, code in RAM, events and sleep,
 * registers that nothing models, late masks. The test writes `choice`; a breakpoint ends it. */
#include "firmware/shared/cortexm.h"

enum { CYCLES, CODE, SLEEP, SEND_ON_PEND, UNMODELLED };
enum { RUNNING, STOPPED, UNTRACED, WRAPPED };

volatile uint32_t choice;
volatile uint32_t results[8];

#define DEMCR REGISTER(0xe000edfcu)
#define DWT_CTRL REGISTER(0xe0001000u)
#define DWT_CYCCNT REGISTER(0xe0001004u)
#define SCR REGISTER(0xe000ed10u)
#define NVIC_ICER0 REGISTER(0xe000e180u)
#define NVIC_ISPR0 REGISTER(0xe000e200u)
#define AIRCR REGISTER(0xe000ed0cu)

/* What it counts from one load to the next, ten instructions in between. */
static uint32_t eleven(void) {
  uint32_t before, after;
  __asm__ volatile("ldr %0, [%2]\n\t.rept 10\n\tnop\n\t.endr\n\tldr %1, [%2]"
                   : "=&l"(before), "=&l"(after)
                   : "l"(&DWT_CYCCNT));
  return after - before;
}

static void cycles(void) {
  DEMCR = 1u << 24; /* TRCENA */
  DWT_CTRL = 1;
  results[RUNNING] = eleven();
  DWT_CTRL = 0;
  results[STOPPED] = eleven();
  DWT_CTRL = 1;
  DEMCR = 0;
  results[UNTRACED] = eleven();
  DEMCR = 1u << 24;
  DWT_CYCCNT = 0xfffffffe;
  nop();
  nop();
  results[WRAPPED] = DWT_CYCCNT < 16;
}

static uint16_t code[2] = {0x2001, 0x4770}; /* movs r0, #1; bx lr */

static void code_in_ram(void) {
  uint32_t (*volatile number)(void) = (uint32_t(*)(void))((uint32_t)code | 1u);
  results[0] = number();
  code[0] = 0x2002;
  __asm__ volatile("dsb\n\tisb" ::: "memory");
  results[1] = number();
  *(volatile uint8_t *)code = 3;
  __asm__ volatile("dsb\n\tisb" ::: "memory");
  results[2] = number();
}

/* The event register holds one event, however often it was sent. */
static void sleep(void) {
  __asm__ volatile("sev\n\tsev\n\twfe");
  results[0] = 1;
  __asm__ volatile("wfe");
  results[1] = 1;
}

/* IRQ 0 is not enabled: it wakes by becoming pending alone, once. */
static void send_on_pend(void) {
  SCR = 1u << 4;
  __asm__ volatile("wfe"); /* what entries and returns before sent */
  NVIC_ISPR0 = 1;
  __asm__ volatile("wfe");
  results[0] = 1;
  NVIC_ISPR0 = 1;
  __asm__ volatile("wfe");
  results[1] = 1;
}

static void unmodelled(void) {
  results[0] = REGISTER(0xe0042000u); /* a vendor's debug register */
  REGISTER(0xe0000000u) = 'x';        /* ITM */
  results[1] = REGISTER(0xe0001008u); /* DWT_CPICNT */
  results[2] = REGISTER(0xe000ef90u); /* nothing is there on an M3 */
  DEMCR = 1u << 10;                   /* VC_HARDERR */
  AIRCR = 0x05fa0002;                 /* VECTCLRACTIVE */
  DEMCR = 1u << 24;                   /* known: not listed again */
}

/* IRQ 0 is disabled where nothing masks it, and where something does. */
static void disable(void) {
  NVIC_IPR0 = 0x40;
  NVIC_ISER0 = 1;
  __asm__ volatile("dsb\n\tisb" ::: "memory");
  NVIC_ICER0 = 1;
}

static void disabled_under_primask(void) {
  interrupts_disable();
  disable();
}

static void disabled_under_faultmask(void) {
  __asm__ volatile("cpsid f" ::: "memory");
  disable();
}

static void disabled_under_basepri(void) {
  basepri_write(0x40);
  disable();
}

static void disabled_above_basepri(void) {
  basepri_write(0x80);
  disable();
}

void SVCall_Handler(void) {
  disable();
  breakpoint();
}

static void disabled_under_svcall(void) {
  SCB_SHPR2 = 0x40u << 24;
  supervisor_call();
}

static void disabled_above_svcall(void) {
  SCB_SHPR2 = 0x80u << 24;
  supervisor_call();
}

int main(void) {
  static void (*const parts[])(void) = {
      cycles,
      code_in_ram,
      sleep,
      send_on_pend,
      unmodelled,
      disable,
      disabled_above_basepri,
      disabled_above_svcall,
      disabled_under_primask,
      disabled_under_faultmask,
      disabled_under_basepri,
      disabled_under_svcall,
  };
  parts[choice]();
  breakpoint();
  return 0;
}
