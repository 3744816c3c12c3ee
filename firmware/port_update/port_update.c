/* A port's output register: one pin belongs to main, another to the tick.
 *
 * `|=` and `&= ~` read all pins and write all pins. A tick between main's read and its
 * write switches its own pin, and main switches it back. */
#include "firmware/shared/cortexm.h"

#define GPIO_ODR REGISTER(0x40010c0cu) /* output data: a bit for each pin */
#define LED (1u << 3)
#define MOTOR (1u << 7)

int main(void) {
  systick_start(1000);
  for (;;) {
    GPIO_ODR |= LED;   // expect: lost-update
    GPIO_ODR &= ~LED;  // expect: lost-update
  }
}

void SysTick_Handler(void) {
  GPIO_ODR ^= MOTOR;
}
