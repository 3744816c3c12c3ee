/* flag_rmw.c as it should be: a 1 leaves a flag alone, so that writing ~UPDATE, without
 * a read, clears this flag and no other. */
#include "firmware/shared/cortexm.h"

#define TIM_SR REGISTER(0x40000010u)  /* status: flags, cleared by writing 0 */
#define TIM_EGR REGISTER(0x40000014u) /* event generation: raises flags */
#define UPDATE (1u << 0)
#define CAPTURE (1u << 1)

static volatile uint32_t captures;

int main(void) {
  TIM_EGR = UPDATE;
  systick_start(1000);
  for (;;) {
    if ((TIM_SR & UPDATE) != 0) {
      TIM_SR = ~UPDATE;
      TIM_EGR = UPDATE;
    }
    if ((TIM_SR & CAPTURE) != 0) {
      TIM_SR = ~CAPTURE;
      captures = captures + 1;
    }
  }
}

void SysTick_Handler(void) {
  TIM_EGR = CAPTURE;
}
