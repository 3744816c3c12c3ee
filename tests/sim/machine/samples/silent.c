/* What a silent run comes to: loops in which nothing changes, and loops that only look so.
 * The test writes `choice`. */
#include "firmware/shared/cortexm.h"

enum { WAITS, COUNTS, COUNTS_IN_A_REGISTER, READS_A_DEVICE, STOPS };

volatile uint32_t choice, flag, counter;
volatile uint32_t results[1];

#define DEVICE REGISTER(0x40000000u)

int main(void) {
  switch (choice) {
    case WAITS:
      while (flag == 0) {
      }
      break;
    case COUNTS:
      for (;;) { /* only memory tells one round from the next */
        __asm__ volatile(
            "ldr r3, [%0]\n adds r3, #1\n str r3, [%0]\n movs r3, #0" ::"r"(&counter)
            : "r3", "cc", "memory");
      }
    case COUNTS_IN_A_REGISTER:
      for (uint32_t i = 1; i != 0; i++) {
        __asm__ volatile("" : "+r"(i));
      }
      break;
    case READS_A_DEVICE:
      while ((DEVICE & 1) == 0) {
      }
      break;
    default:
      for (;;) {
        breakpoint();
      }
  }
  return 0;
}
