/* lockup.c with one read of the pointer, and a fault handler that needs nothing. */
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
    struct journal *mine = journal;
    if (mine != 0) {
      mine->lines = 1;
    }
  }
}

void SysTick_Handler(void) {
  journal = journal != 0 ? 0 : &only;
}

void HardFault_Handler(void) {
  for (;;) {
  }
}
