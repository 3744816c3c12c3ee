/* An interrupt-enable register that main and a handler change by `|=` and `&= ~`.
 *
 * The handler switches its own source off; main, which had read the register before,
 * switches it on again. The shape of imxrt-hal 21 and tinyusb 381. */
#include "firmware/shared/cortexm.h"

#define USB_INTEN REGISTER(0x40027018u)
#define SOF (1u << 0)   /* main's */
#define SETUP (1u << 4) /* the handler's */

__attribute__((noinline)) static void follow_frames(uint32_t on) {
  USB_INTEN = (USB_INTEN & ~SOF) | (on != 0 ? SOF : 0);  // expect: lost-update
}

int main(void) {
  USB_INTEN = SETUP;
  NVIC_ISER0 = 1u << 0;
  for (;;) {
    follow_frames(1);
    follow_frames(0);
  }
}

void IRQ0_Handler(void) {
  USB_INTEN ^= SETUP;
}
