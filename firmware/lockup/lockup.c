/* A fault handler that needs what was broken when the fault came.
 *
 * SysTick withdraws the log between main's check and main's use of it: main stores
 * through a null pointer and faults. The fault handler writes to the same log, and
 * faults too. There is no handler for that: the processor locks up. */
#include "firmware/shared/cortexm.h"

struct journal {
  uint32_t lines;
};

static struct journal only;
static struct journal *volatile journal;

void HardFault_Handler(void);

int main(void) {
  systick_start(1000);
  for (;;) {
    if (journal != 0) {  // expect: fault journal
      journal->lines = 1;
    }
  }
}

void SysTick_Handler(void) {
  journal = journal != 0 ? 0 : &only;
}

void HardFault_Handler(void) {
  journal->lines = 2;  // expect: fault, lockup
  for (;;) {
  }
}
