/* A count that main and the handler change, both by LDREX and STREX: an exception in
 * between clears the monitor, the STREX fails, and the loop begins again. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t count;

static void add(uint32_t value) {
  uint32_t failed;
  do {
    uint32_t old;
    __asm__ volatile("ldrex %0, [%1]" : "=r"(old) : "r"(&count) : "memory");
    old += value;
    __asm__ volatile("strex %0, %1, [%2]" : "=&r"(failed) : "r"(old), "r"(&count) : "memory");
  } while (failed != 0);
}

int main(void) {
  systick_start(1000);
  for (;;) {
    add(1);
  }
}

void SysTick_Handler(void) {
  add(0x100);
}
