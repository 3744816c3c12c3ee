/* m3, O2. A fault behind a handler is looked for from where the handler ended, whether what the
 * handler showed is new or was known: the victim is followed for new sightings only. */
#include <stdint.h>

#include "firmware/shared/cortexm.h"

uint32_t plain; /* an optimiser may do with it as it likes */
volatile uint32_t mode, sum;

/* Goes on behind the instruction that faulted. */
__attribute__((naked)) void HardFault_Handler(void) {
  __asm__ volatile("ldr r0, [sp, #24]\n adds r0, #2\n str r0, [sp, #24]\n bx lr");
}

void SysTick_Handler(void) {
  if (plain != 0) {
    mode = 1;
  }
}

static __attribute__((noinline)) void work(uint32_t value) {
  mode = 0;
  plain = value;
  compiler_barrier();
  if (mode == 1) {
    __asm__ volatile("udf #0" ::: "memory");
  }
  plain = value + 1;
  compiler_barrier();
  plain = 0;
}

int main(void) {
  systick_start(1000000);
  for (uint32_t turn = 1; turn < 3; turn++) {
    work(turn * 0x101);
    for (uint32_t i = 0; i < 40; i++) {
      nop();
    }
  }
  for (;;) {
    nop();
  }
}
