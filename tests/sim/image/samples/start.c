/* The rest of a program whose data is elsewhere. */
#include "vectors.h"

void SysTick_Handler(void) {}

void Uart_Handler(void) {}

void Reset_Handler(void) {
  for (;;) {
  }
}
