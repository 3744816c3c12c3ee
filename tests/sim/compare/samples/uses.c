/* Accesses of every shape, counted by test_uses.c; built at -O0 and -O2.
 *
 * At -O2 gcc addresses neighbours by one anchor and puts `helper` into its caller. */
#include <stdint.h>

typedef void (*handler)(void);
#define KEEP __attribute__((noinline, used))

volatile uint32_t plain;
volatile uint8_t array[8];
volatile struct {
  uint8_t low;
  uint32_t high;
} members;
volatile uint64_t wide;
uint32_t target, kept;
uint32_t *volatile pointer = &kept; /* handed by data */
static volatile uint32_t counted, only_here;
static uint32_t waited, forgotten;

static inline void helper(void) {
  counted = counted + 1;
}

KEEP void in_loop(uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    array[i & 7] = (uint8_t)plain;
  }
}

KEEP void by_members(void) {
  members.low = 1;
  members.high = 2;
  wide = 3;
}

KEEP void takes(volatile uint32_t *to) {
  *to = 1;
}

KEEP void takes_none(void) {
  only_here = 1;
}

KEEP uint32_t choose(uint32_t which) { /* a table of jumps */
  switch (which) {
    case 0:
      return plain;
    case 1:
      return array[1];
    case 2:
      plain = 7;
      return 1;
    case 3:
      return members.low;
    case 4:
      return members.high * 5;
    case 5:
      wide = 9;
      return 7;
    default:
      return counted;
  }
}

void Reset_Handler(void) {
  takes(&target);
  helper();
  in_loop(8);
  by_members();
  takes_none();
  forgotten = choose(plain);
  while (waited == 0) {
  }
  for (;;) {
  }
}

void Tick(void) {
  waited = 1;
  forgotten = 2;
  helper();
}

__attribute__((section(".isr_vector"), used)) static const handler vectors[16] = {
    (handler)0x20000400, Reset_Handler, [15] = Tick};
