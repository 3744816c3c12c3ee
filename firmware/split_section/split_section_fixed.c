/* split_section.c with sections that put back what they found. */
#include "firmware/shared/cortexm.h"

static volatile uint32_t level;
static volatile uint32_t calls;

static inline uint32_t section_begin(void) {
  uint32_t was;
  __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(was)::"memory");
  return was;
}

static inline void section_end(uint32_t was) {
  __asm__ volatile("msr primask, %0" ::"r"(was) : "memory");
}

__attribute__((noinline)) static void count(void) {
  uint32_t was = section_begin();
  calls = calls + 1;
  section_end(was);
}

__attribute__((noinline)) static void update(void) {
  uint32_t was = section_begin();
  uint32_t mine = level;
  count();
  level = mine + 1;
  section_end(was);
}

int main(void) {
  systick_start(1000);
  for (;;) {
    update();
  }
}

void SysTick_Handler(void) {
  level = level + 2;
}
