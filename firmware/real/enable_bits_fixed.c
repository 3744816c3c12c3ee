/* enable_bits.c with the handler masked from the read to the write. */
#include "firmware/shared/cortexm.h"

#define USB_INTEN REGISTER(0x40027018u)
#define SOF (1u << 0)   /* main's */
#define SETUP (1u << 4) /* the handler's */

__attribute__((noinline)) static void follow_frames(uint32_t on) {
  interrupts_disable();
  USB_INTEN = (USB_INTEN & ~SOF) | (on != 0 ? SOF : 0);
  interrupts_enable();
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
