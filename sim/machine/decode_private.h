/* What decode.c and operation.c share: the only users of capstone. */
#ifndef TORNWORD_SIM_MACHINE_DECODE_PRIVATE_H
#define TORNWORD_SIM_MACHINE_DECODE_PRIVATE_H

#include <capstone/capstone.h>

#include "sim/machine/decode.h"

/* One instruction, decoded outside any IT block; NULL if it is none. Caller frees. */
cs_insn *decode_disassemble(struct decoder *decoder, const uint8_t *bytes, size_t size,
                            uint32_t pc);

/* r0 is 0, pc is 15; -1: no core register. */
int decode_core_register(int reg);

#endif
