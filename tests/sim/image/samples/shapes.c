/* Every shape of type that a leaf can come from. */
#include <stdbool.h>
#include <stdint.h>

#include "vectors.h"

enum state { STATE_LOST = -1, STATE_IDLE, STATE_BUSY, STATE_DONE };
enum flags { FLAG_A = 1, FLAG_B = 2, FLAG_C = 4, FLAG_NONE = 0 };
enum wide { WIDE_LOW = 1, WIDE_HIGH = 0x10000 };

struct point {
  int16_t x;
  volatile int16_t y;
};

struct fields {
  unsigned ready : 1, error : 3;
  uint8_t tail;
  uint16_t low : 4, high : 12;
};

union view {
  uint32_t word;
  uint8_t bytes[4];
};

union large {
  uint8_t bytes[20];
  uint32_t word;
};

struct node {
  struct node *next;
  const char *volatile name;
  void (*call)(int, char);
  struct point points[2][3];
  struct fields fields;
  union view view;
  union large large;
  double ratio;
  bool on;
  struct {
    uint8_t inside;
  };
  union {
    uint16_t half;
    uint8_t parts[2];
  };
};

typedef volatile uint16_t hardware_register;
typedef _Atomic uint32_t atomic_counter;

struct node node;
volatile enum state state = STATE_BUSY;
enum flags flags;
enum wide wide;
volatile struct point point;
atomic_counter counter;
_Atomic bool atomic_flag;
static volatile uint64_t ticks;
hardware_register control;
uint32_t matrix[2][3];
int (*table[2])(void);
uint32_t (*row)[3];
const int constant[3] = {1, 2, 3};
int dropped_data = 7;
static int vanished;
extern uint8_t open[];
uint8_t open[6];

/* Longer than the vector table: its lines would lie over live code. */
int dropped(int value) {
  for (int i = 0; i < value; i++) {
    dropped_data = dropped_data * 3 + value / (dropped_data | 1);
    node.points[0][value & 1].x = (int16_t)(dropped_data ^ i);
    node.ratio = node.ratio * 2.5 + value;
    matrix[1][value & 1] += (uint32_t)node.points[1][i & 1].y;
  }
  return dropped_data;
}

static inline __attribute__((always_inline)) uint32_t next_id(void) {
  static uint32_t id;
  return ++id;
}

static uint32_t hidden(void) {
  static uint8_t id = 3;
  return id++;
}

__attribute__((noinline)) uint32_t ids(void) {
  return next_id() + hidden() + (uint32_t)ticks;
}

__attribute__((section(".keep"), used)) const void *const keep[] = {
    &node,
    (const void *)&state,
    &flags,
    &wide,
    (const void *)&point,
    (const void *)&counter,
    (const void *)&atomic_flag,
    (const void *)&control,
    matrix,
    table,
    &row,
    constant,
    open,
};

void SysTick_Handler(void) {
  ticks++;
  vanished = 1;
  ids();
}

void Uart_Handler(void) {
  state = STATE_DONE;
}

void Reset_Handler(void) {
  for (;;) {
    ids();
  }
}
