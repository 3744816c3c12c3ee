/* free_slots.c with one section: a slot is free whenever somebody is woken. */
#include <stdbool.h>

#include "firmware/shared/cortexm.h"

static volatile uint32_t free_slots = 1, filled;
static volatile bool waiting, woken;

static void take_slot(void) {
  free_slots = free_slots - 1;
  filled = filled + 1;
}

__attribute__((noinline)) static void receive(void) {
  interrupts_disable();
  filled = filled - 1;
  free_slots = free_slots + 1;
  if (waiting) {
    waiting = false;
    woken = true;
    SCB_ICSR = SCB_ICSR_PENDSVSET;
  }
  interrupts_enable();
}

int main(void) {
  NVIC_ISER0 = 1u << 0 | 1u << 1;
  for (;;) {
    if (filled != 0) {
      receive();
    }
  }
}

/* Sends, or drops the message. */
void IRQ0_Handler(void) {
  if (free_slots != 0) {
    take_slot();
  }
}

/* Sends, or waits. */
void IRQ1_Handler(void) {
  if (free_slots != 0) {
    take_slot();
  } else {
    waiting = true;
  }
}

/* The sender that waited goes on: there is a slot for it, or it would not be woken. */
void PendSV_Handler(void) {
  if (woken) {
    woken = false;
    if (free_slots == 0) {
      __builtin_trap();
    }
    take_slot();
  }
}
