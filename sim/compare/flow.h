/* What the code of one function does with addresses that stand in it.
 *
 * Nothing runs. Numbers are followed from literals, MOVW and MOVT through registers and
 * the function's own stack words to loads and stores, over all paths that can be seen.
 * What it cannot see: pointers out of memory, of a caller or of a result. A jump by table
 * leads to the lines behind it that nothing else leads to. */
#ifndef TORNWORD_SIM_COMPARE_FLOW_H
#define TORNWORD_SIM_COMPARE_FLOW_H

#include "sim/image/image.h"
#include "sim/machine/decode.h"

/* A load or store of `size` bytes at a known address. */
struct flow_access {
  uint32_t pc;
  uint32_t address;
  uint8_t size;
  bool store;
  bool indexed; /* `address` and something unknown: an array's element */
  bool loops;   /* the instruction can come again without a return */
};

/* An address that the function hands on: it is stored, or an argument. */
struct flow_handed {
  uint32_t address;
  uint32_t callee; /* 0: stored, or to whom is not known */
  uint8_t argument;
};

struct flow_call {
  uint32_t callee; /* first instruction */
  uint8_t given;   /* own arguments that stand in the callee's, one bit each */
};

struct flow {
  struct flow_access *accesses;
  size_t access_count, access_capacity;
  struct flow_handed *handed;
  size_t handed_count, handed_capacity;
  struct flow_call *calls;
  size_t call_count, call_capacity;
  uint32_t *waits; /* branches of loops that access no memory (image_loops_blindly) */
  size_t wait_count, wait_capacity;
  uint8_t arguments; /* of r0 to r3 that it reads, one bit each */
  size_t unknown;    /* loads and stores at no known address, the stack's left out */
};

/* Fills an empty flow; flow_free empties it. Functions of more than 64 KiB stay empty. */
void flow_of(const struct image *image, struct decoder *decoder,
             const struct function *function, struct flow *flow);
void flow_free(struct flow *flow);

#endif
