/* A timer's status register whose flags are cleared by writing 0 (rc_w0).
 *
 * main waits for an update of the timer and acknowledges it with `&= ~`: that is a
 * read, and a write of all the other flags as they were. The tick makes the timer
 * capture; if it comes between the two, the new flag is written over with the old 0,
 * and the capture is never seen. */
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
      TIM_SR &= ~UPDATE;  // expect: flag-rmw
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
