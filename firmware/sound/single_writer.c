/* Flags that one context writes and the other reads: a request and its answer. */
#include "firmware/shared/cortexm.h"

static volatile uint8_t requests; /* only main writes it */
static volatile uint8_t answers;  /* only the handler writes it */
static volatile uint8_t mode;     /* only main writes it, while nothing is asked for */
static volatile uint32_t work;    /* only the handler writes it */

int main(void) {
  systick_start(1000);
  for (;;) {
    mode = mode + 1;
    requests = requests + 1;
    while (answers != requests) {
    }
  }
}

void SysTick_Handler(void) {
  if (answers != requests) {
    work = work + mode;
    answers = requests;
  }
}
