/* acknowledge.c with a write of ones, which leave the other flags alone. */
#include "firmware/shared/cortexm.h"

#define ADC_SR REGISTER(0x40012400u) /* status: flags, cleared by writing 0 */
#define ADC_CR                                                                  \
  REGISTER(0x40012408u) /* control: START raises END, WATCH the watchdog's flag \
                         */
#define END (1u << 1)
#define WATCH (1u << 0)

static volatile uint32_t watched;

int main(void) {
  NVIC_IPR0 = 0x40u << 8; /* IRQ 1 below IRQ 0 */
  NVIC_ISER0 = 1u << 0 | 1u << 1;
  for (;;) {
    ADC_CR = WATCH;
    wait_for_interrupt();
  }
}

void IRQ1_Handler(void) {
  if ((ADC_SR & WATCH) != 0) {
    ADC_SR = ~WATCH;
    watched = watched + 1;
  }
}

void IRQ0_Handler(void) {
  ADC_CR = END;
}
