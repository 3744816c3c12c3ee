/* A suite of checks: each prints "suite.check VALUE", and what both simulators
 * print is compared (../compare). Values never depend on how long anything
 * takes. Handlers are installed at run time: vectors lead to start.S, which
 * calls handlers[exception](frame, exc_return).
 *
 * With QUIET nothing is printed: for the comparison of each instruction with its
 * registers, which leaves out what the oracle does otherwise. */
#ifndef SUITE_H
#define SUITE_H

#include <stdbool.h>
#include <stddef.h>

#include "target.h"

enum { NMI = 2, HARDFAULT = 3, MEMMANAGE = 4, BUSFAULT = 5, USAGEFAULT = 6 };
enum { SVCALL = 11, DEBUGMONITOR = 12, PENDSV = 14, SYSTICK = 15, IRQ0 = 16, EXCEPTIONS = 48 };
enum { R0, R1, R2, R3, R12, LR, PC, XPSR };

typedef void handler(uint32_t *frame, uint32_t exc_return);
extern handler *handlers[EXCEPTIONS];

/* Names the checks that follow; everything is put back as after reset. */
void group(const char *name);
void check(const char *name, uint32_t value);
/* The same with a number behind the name. */
void check_n(const char *name, uint32_t n, uint32_t value);

/* Order of events: cleared by group(), read as eight of its last marks. */
void mark(uint32_t what);
extern uint32_t marks, mark_count;
void check_order(const char *name);

/* Called at each entry, marks the exception's number. */
void note_entry(uint32_t *frame, uint32_t exc_return);
void pend(uint32_t irq_mask);
void set_priority(unsigned exception, uint32_t priority);
void enable_faults(void);

/* Skips the instruction that faulted. */
void skip(uint32_t *frame);
/* Checks what a fault reported, clears it. */
void check_fault(const char *name);

static inline uint32_t ipsr(void) {
  return MRS("ipsr");
}

/* The groups, in files by subject. */
void suite_entry(void);
void suite_order(void);
void suite_registers(void);
void suite_masks(void);
void suite_returns(void);
void suite_faults(void);
void suite_stacking(void);
void suite_monitor(void);
void suite_base(void);
void suite_privilege(void);
void suite_time(void);
void suite_fp(void);
void suite_lazy(void);
void suite_fp_user(void);
void suite_mpu(void);

#endif
