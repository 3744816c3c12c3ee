/* What shapes a run besides the image: core, memory, policies. */
#ifndef TORNWORD_SIM_MACHINE_CONFIG_H
#define TORNWORD_SIM_MACHINE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/core.h"
#include "sim/machine/discipline.h"
#include "sim/machine/registers.h"
#include "sim/machine/stimulus.h"

enum bkpt_policy { BKPT_CONTINUE, BKPT_STOP, BKPT_FAULT };

enum { CONFIG_INTERRUPTS = 64 };
enum { CONFIG_IRQ_WORDS = 8 };
enum { CONFIG_RAM_BLOCKS = 8, CONFIG_RAM_BLOCK = 0x10000 /* bytes of each */ };

/* A piece of the memory map. Devices are listed only below 0x40000000. */
struct memory_part {
  const char *name;
  uint32_t base;
  uint32_t size;
  bool writable, executable;
  bool device;
  const char *file; /* as named; NULL: none */
  bool is_entry;    /* holds the image that starts */
  uint32_t ivt_offset;
  const uint8_t *bytes; /* content at reset of a part that is not the image's */
  uint32_t byte_count;
  bool erased; /* 0xff at reset although it is writable: flash that the program writes */
};

/* An address at which the instruction is not executed. */
enum stub_kind {
  STUB_RETURN, /* back to lr, with a value in r0 or without */
  STUB_EXIT,   /* the run ends with the value as its exit code */
  STUB_CRASH,  /* the run ends as after a lockup */
};
struct code_stub {
  uint32_t address;
  enum stub_kind kind;
  bool has_value;
  uint32_t value;
  uint32_t value_of; /* register whose read gives the value instead; 0: none */
};

/* Code that must be as if it ran in one piece: from one instruction to the next time
 * that its context comes to another, or to where a function returns. */
enum { CONFIG_REGIONS = 16 };
struct code_region {
  uint32_t begin; /* address of its first instruction */
  uint32_t end;   /* of the first one behind it; 0: the function that begins returns */
};

struct machine_config {
  enum core core;
  uint8_t priority_bits; /* implemented bits, 2 to 8 */
  uint32_t vtor;         /* address of the vector table at reset */
  uint32_t ram_base;     /* 0: from the image */
  uint32_t ram_size;     /* bytes; 0: from the image */
  /* Where nothing is known, RAM that the run turned out to use (explore/ram.h). */
  uint32_t ram_known;                     /* bytes before `ram` was grown; 0: it was not */
  uint32_t ram_blocks[CONFIG_RAM_BLOCKS]; /* addresses of more RAM, apart from it */
  unsigned ram_block_count;
  enum bkpt_policy bkpt;
  uint32_t absent_irqs[CONFIG_IRQ_WORDS]; /* one bit for each IRQ that there is not */
  /* Registers with a model; borrowed, and outlives the machines. NULL: none. */
  const struct register_set *registers;
  /* What the outside sends; borrowed as well. NULL: nothing. */
  const struct stimulus *stimulus;
  const struct memory_part *memory; /* borrowed as well */
  size_t memory_count;
  const struct code_stub *stubs; /* by address; borrowed as well */
  size_t stub_count;
  /* When interrupts come; at most one rule for each. */
  struct arrival_rule arrival_rules[CONFIG_ARRIVALS];
  unsigned arrival_rule_count;
  struct code_region regions[CONFIG_REGIONS];
  unsigned region_count;
  bool strict_memory; /* code space without memory faults (else: factory pages) */
};

/* Defaults for a core: its priority bits, everything else from the image. */
struct machine_config machine_config_default(enum core core);

/* A fingerprint of all of it, for tokens. */
uint16_t machine_config_fingerprint(const struct machine_config *config);

#endif
