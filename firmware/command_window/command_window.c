/* A command of four bytes sets a limit that a handler reads.
 *
 * The limit has 64 bits and is stored by two instructions on ARMv6-M, by one of two
 * words on ARMv7-M. Only the right command sets it, so that no run without input
 * shows the race, and only an interrupt between the two words does. */
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
          LIMIT = 0x0000000100000001u;  // expect: torn-write LIMIT
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
