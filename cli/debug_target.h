/* What gdb is told of the target: its registers, memory and threads.
 *
 * Register numbers are those of enum machine_register. A thread is an active
 * context: number 1 is the one that executes, whichever it is, since gdb loses
 * its way when a step ends in another thread; 2 + e is exception e that waits,
 * and 2 thread mode. */
#ifndef TORNWORD_CLI_DEBUG_TARGET_H
#define TORNWORD_CLI_DEBUG_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/report.h"
#include "sim/explore/timeline.h"

/* XML documents. */
void target_description(FILE *out, const struct machine *machine);
void target_memory_map(FILE *out, const struct machine *machine);
void target_threads(FILE *out, const struct machine *machine, const struct report *report);

/* Whether the core has the register, and its size in bytes. */
bool target_has_register(const struct machine *machine, unsigned number);
unsigned target_register_size(unsigned number);
/* As the context of this level has it. */
uint64_t target_register(struct timeline *timeline, unsigned level, unsigned number);

unsigned target_thread(const struct machine *machine, unsigned level);
/* Level of a thread that exists; false if it does not. */
bool target_level(const struct machine *machine, unsigned thread, unsigned *level);
/* "waits at 0x000000d8 main", "runs, priority 0". */
const char *target_thread_text(struct timeline *timeline, const struct report *report,
                               unsigned level);

/* Bytes of memory or of a register; returns how many could be read. */
size_t target_read(struct timeline *timeline, uint32_t address, uint8_t *bytes, size_t size);
/* False if one of them cannot be written; flash takes what it holds already. */
bool target_write(struct timeline *timeline, uint32_t address, const uint8_t *bytes,
                  size_t size);

#endif
