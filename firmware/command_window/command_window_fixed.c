/* The same with the interrupt masked around the write. */
#include "firmware/shared/cortexm.h"

#define COMMAND (*(volatile uint8_t *)0x4000c000u)

enum { LENGTH = 4, ROUNDS = 12 };

static volatile uint64_t LIMIT;
static volatile uint32_t CHECKSUM, WORK;

/* What a real driver does with each byte; here it makes the run long. */
static uint32_t checksum(uint32_t sum, uint32_t byte) {
  sum ^= byte;
  for (int i = 0; i < 8 * ROUNDS; i++) {
    sum = (sum >> 1) ^ ((sum & 1u) != 0 ? 0xedb88320u : 0u);
  }
  return sum;
}

static void run_command(const uint8_t *command) {
  if (command[0] == 'R') {
    if (command[1] == 'A') {
      if (command[2] == 'C') {
        if (command[3] == 'E') {
          interrupts_disable();
          LIMIT = 0x0000000100000001u;
          interrupts_enable();
        }
      }
    }
  }
}

int main(void) {
  NVIC_ISER0 = 1u << 0;
  for (;;) {
    uint8_t command[LENGTH];
    uint32_t sum = 0;
    for (int i = 0; i < LENGTH; i++) {
      command[i] = COMMAND;
      sum = checksum(sum, command[i]);
    }
    CHECKSUM = sum;
    run_command(command);
  }
}

void IRQ0_Handler(void) {
  if (LIMIT == 0) {
    WORK = 0;
  }
}
