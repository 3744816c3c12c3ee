/* null_pointer.c with one read: what main tests is what it follows. The job that a
 * tick withdraws in between is run once more, which this program allows. */
#include "firmware/shared/cortexm.h"

struct job {
  uint32_t runs;
};

static struct job only;
static struct job *volatile job;

int main(void) {
  systick_start(1000);
  for (;;) {
    struct job *mine = job;
    if (mine != 0) {
      mine->runs = 1;
    }
  }
}

void SysTick_Handler(void) {
  job = job != 0 ? 0 : &only;
}
