/* LDREX and STREX of a word that holds nothing, to ask whether anything came in between:
 * an exception clears the monitor, the STREX fails, and both are read again. */
#include "firmware/shared/cortexm.h"

static volatile struct { uint32_t milliseconds, cycles; } tick;
static uint32_t asked;
static volatile uint32_t time;

int main(void) {
  systick_start(1000);
  for (;;) {
    uint32_t milliseconds;
    uint32_t cycles;
    uint32_t interrupted;
    do {
      uint32_t nothing;
      __asm__ volatile("ldrex %0, [%1]" : "=r"(nothing) : "r"(&asked) : "memory");
      milliseconds = tick.milliseconds;
      cycles = tick.cycles;
      __asm__ volatile("strex %0, %1, [%2]"
                       : "=&r"(interrupted)
                       : "r"(nothing), "r"(&asked)
                       : "memory");
    } while (interrupted != 0);
    time = milliseconds * 1000 + cycles;
  }
}

void SysTick_Handler(void) {
  tick.milliseconds = tick.milliseconds + 1;
  tick.cycles = tick.cycles + 1000;
}
