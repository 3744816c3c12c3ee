/* One instruction as data flow: what it moves, adds, loads, stores, and where it goes.
 *
 * For who follows addresses through code that does not run. What is not told apart is
 * OPERATION_OTHER: its registers (`writes`) hold something unknown afterwards. */
#ifndef TORNWORD_SIM_MACHINE_OPERATION_H
#define TORNWORD_SIM_MACHINE_OPERATION_H

#include "sim/machine/decode.h"

enum operation_kind {
  OPERATION_OTHER,
  OPERATION_NUMBER, /* target = number */
  OPERATION_TOP,    /* upper half of target = number (MOVT) */
  OPERATION_SUM,    /* target = first + number, or + second << shift; subtract: minus */
  OPERATION_SHIFT,  /* target = first << number */
  OPERATION_LOAD,
  OPERATION_STORE,
  OPERATION_BRANCH, /* to address */
  OPERATION_CALL,   /* to address; 0: in a register */
  OPERATION_JUMP,   /* within the function, to what a table says */
  OPERATION_LEAVE,  /* back to the caller, or to what a register says (BX) */
  OPERATION_END     /* goes nowhere: undefined, or UDF */
};

enum { OPERATION_NONE = 0xff /* no register */ };

struct operation {
  enum operation_kind kind;
  uint8_t length;   /* 2 or 4 */
  bool conditional; /* by its own condition, or CBZ, CBNZ; not by an IT block */
  bool subtract;
  uint8_t target, first, second, shift;
  uint32_t number;
  uint32_t address;
  uint16_t reads, writes; /* core registers, one bit each */
  /* Loads and stores: from first + number (or + second << shift), `size` bytes in all;
   * `list` are the registers transferred, in ascending order of address, as far as
   * they are core registers. */
  uint8_t size;
  bool writes_back; /* first changes by `step` */
  int32_t step;
  uint8_t list[16];
  uint8_t list_count;
};

struct operation operation_of(struct decoder *decoder, const uint8_t *bytes, size_t size,
                              uint32_t pc);

#endif
