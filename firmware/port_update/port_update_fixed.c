/* port_update.c with the register that sets and clears pins by one write: its lower
 * half sets, its upper half clears, and a 0 leaves a pin alone. */
#include "firmware/shared/cortexm.h"

#define GPIO_ODR REGISTER(0x40010c0cu)  /* output data: a bit for each pin */
#define GPIO_BSRR REGISTER(0x40010c10u) /* sets and clears bits of it */
#define LED (1u << 3)
#define MOTOR (1u << 7)

int main(void) {
  systick_start(1000);
  for (;;) {
    GPIO_BSRR = LED;
    GPIO_BSRR = LED << 16;
  }
}

void SysTick_Handler(void) {
  GPIO_BSRR = (GPIO_ODR & MOTOR) != 0 ? MOTOR << 16 : MOTOR;
}
