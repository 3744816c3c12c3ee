/* A pointer that SysTick withdraws between main's check and main's use of it.
 *
 * main tests `job` and then follows it, which are two reads. A tick between them
 * sets it to null, and main stores through a null pointer: address 0 is flash
 * here, and the store faults. */
#include "firmware/shared/cortexm.h"

struct job {
  uint32_t runs;
};

static struct job only;
static struct job *volatile job;

int main(void) {
  systick_start(1000);
  for (;;) {
    if (job != 0) {  // expect: fault job
      job->runs = 1;
    }
  }
}

void SysTick_Handler(void) {
  job = job != 0 ? 0 : &only;
}
