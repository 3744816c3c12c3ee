/* m0, O1 --depth 2 --boundaries 150 --horizon 60 --chain 16 --chunk 16 --devices 1. The
 * register at 0x40001000 is polled for ever, and answered: from there on it reads otherwise, so
 * that no place ahead of it stands for one behind it. Random firmware 22 with devices. */
#include <stdint.h>

#include "firmware/shared/cortexm.h"

struct bits {
  unsigned one : 3, two : 7, three : 22;
};

volatile uint64_t value = 0x1ffffffffULL;
volatile uint8_t choice = 1;
volatile int16_t other;
struct bits bits;
uint32_t targets[2];
uint32_t *volatile target = targets;
volatile uint32_t handled;

void IRQ2_Handler(void) {
  handled = handled + 1;
}

void SysTick_Handler(void) {
  uint32_t count = handled;
  value = (uint64_t)count << 20;
  handled = count + 1;
}

void thread_main(void) {
  uint32_t sum = 0;
  for (;;) {
    interrupts_disable();
    if (((uint32_t)(bits.three + bits.one) & 1) != 0 && choice == (uint32_t)other) {
      sum++;
    }
    interrupts_enable();
    if ((REGISTER(0x40001000u) & 2u) != 0) {
      value++;
    }
    if ((REGISTER(0x40003000u) & 1u) != 0) {
      sum += *target;
    }
    __asm__ volatile("" ::"r"(sum));
  }
}

int main(void) {
  SCB_SHPR3 = 128u << 24 | 128u << 16;
  SCB_SHPR2 = 0u << 24;
  NVIC_IPR0 = 64u << 0 | 128u << 8 | 128u << 16 | 0u << 24;
  NVIC_ISER0 = 4u;
  REGISTER(0x4000300cu) = 30;
  REGISTER(0x40003018u) = 1;
  systick_start(60);
  thread_main();
  return 0;
}
