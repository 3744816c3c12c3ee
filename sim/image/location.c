#include "sim/image/location.h"

#include <dwarf.h>
#include <stdbool.h>

enum { DEEPEST_STACK = 4 };

struct evaluation {
  uint64_t stack[DEEPEST_STACK];
  size_t depth;
  bool has_address; /* an address went into the top of the stack */
  bool failed;
};

static void push(struct evaluation *evaluation, uint64_t value) {
  if (evaluation->depth == DEEPEST_STACK) {
    evaluation->failed = true;
  } else {
    evaluation->stack[evaluation->depth++] = value;
  }
}

static void add(struct evaluation *evaluation, uint64_t value) {
  if (evaluation->depth == 0) {
    evaluation->failed = true;
  } else {
    evaluation->stack[evaluation->depth - 1] += value;
  }
}

/* DW_OP_addrx: the number is an index in .debug_addr. */
static void push_indexed(struct evaluation *evaluation, Dwarf_Attribute *attribute,
                         const Dwarf_Op *operation) {
  Dwarf_Attribute resolved;
  Dwarf_Addr address = 0;
  if (dwarf_getlocation_attr(attribute, operation, &resolved) != 0 ||
      dwarf_formaddr(&resolved, &address) != 0) {
    evaluation->failed = true;
    return;
  }
  push(evaluation, address);
  evaluation->has_address = true;
}

static void step(struct evaluation *evaluation, Dwarf_Attribute *attribute,
                 const Dwarf_Op *operation) {
  if (operation->atom >= DW_OP_lit0 && operation->atom <= DW_OP_lit31) {
    push(evaluation, operation->atom - DW_OP_lit0);
    return;
  }
  switch (operation->atom) {
    case DW_OP_addr:
      push(evaluation, operation->number);
      evaluation->has_address = true;
      break;
    case DW_OP_addrx:
    case DW_OP_GNU_addr_index:
      push_indexed(evaluation, attribute, operation);
      break;
    case DW_OP_const1u:
    case DW_OP_const1s:
    case DW_OP_const2u:
    case DW_OP_const2s:
    case DW_OP_const4u:
    case DW_OP_const4s:
    case DW_OP_constu:
    case DW_OP_consts:
      push(evaluation, operation->number);
      break;
    case DW_OP_plus_uconst:
      add(evaluation, operation->number);
      break;
    case DW_OP_plus:
      if (evaluation->depth > 0) {
        uint64_t top = evaluation->stack[--evaluation->depth];
        add(evaluation, top);
      }
      break;
    default: /* registers, frames, values: no place in memory */
      evaluation->failed = true;
      break;
  }
}

static bool lands_in_memory(const struct evaluation *evaluation) {
  return !evaluation->failed && evaluation->has_address && evaluation->depth == 1 &&
         evaluation->stack[0] <= UINT32_MAX;
}

static uint64_t piece_size(const Dwarf_Op *operation) {
  return operation->atom == DW_OP_bit_piece ? operation->number / 8 : operation->number;
}

size_t location_pieces(Dwarf_Die *die, struct location_piece *pieces) {
  Dwarf_Attribute attribute;
  Dwarf_Op *operations = NULL;
  size_t length = 0;
  if (dwarf_attr(die, DW_AT_location, &attribute) == NULL ||
      dwarf_getlocation(&attribute, &operations, &length) != 0) {
    return 0;
  }
  struct evaluation evaluation = {0};
  uint64_t offset = 0;
  size_t count = 0;
  for (size_t i = 0; i < length && count < MOST_PIECES; i++) {
    if (operations[i].atom != DW_OP_piece && operations[i].atom != DW_OP_bit_piece) {
      step(&evaluation, &attribute, &operations[i]);
      continue;
    }
    uint64_t size = piece_size(&operations[i]);
    if (size == 0 || offset + size > UINT32_MAX) {
      return count;
    }
    if (lands_in_memory(&evaluation)) {
      pieces[count++] = (struct location_piece){(uint32_t)offset, (uint32_t)size,
                                                (uint32_t)evaluation.stack[0]};
    }
    offset += size;
    evaluation = (struct evaluation){0};
  }
  if (offset == 0 && lands_in_memory(&evaluation)) {
    pieces[count++] = (struct location_piece){.address = (uint32_t)evaluation.stack[0]};
  }
  return count;
}
