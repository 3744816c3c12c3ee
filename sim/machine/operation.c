#include "sim/machine/operation.h"

#include <string.h>

#include "sim/machine/decode_private.h"

enum { STACK = 13, COUNTER = 15, WORD = 4 };

struct transfer_row {
  unsigned id;
  bool store;
  uint8_t registers; /* leading register operands that are transferred */
  uint8_t skipped;   /* ahead of them: STREX's result */
  uint8_t size;      /* of each */
};

static const struct transfer_row TRANSFERS[] = {
    {ARM_INS_LDR, false, 1, 0, 4},    {ARM_INS_LDRB, false, 1, 0, 1},
    {ARM_INS_LDRH, false, 1, 0, 2},   {ARM_INS_LDRSB, false, 1, 0, 1},
    {ARM_INS_LDRSH, false, 1, 0, 2},  {ARM_INS_LDRD, false, 2, 0, 4},
    {ARM_INS_LDREX, false, 1, 0, 4},  {ARM_INS_LDREXB, false, 1, 0, 1},
    {ARM_INS_LDREXH, false, 1, 0, 2}, {ARM_INS_STR, true, 1, 0, 4},
    {ARM_INS_STRB, true, 1, 0, 1},    {ARM_INS_STRH, true, 1, 0, 2},
    {ARM_INS_STRD, true, 2, 0, 4},    {ARM_INS_STREX, true, 1, 1, 4},
    {ARM_INS_STREXB, true, 1, 1, 1},  {ARM_INS_STREXH, true, 1, 1, 2},
    {ARM_INS_VLDR, false, 1, 0, 0},   {ARM_INS_VSTR, true, 1, 0, 0},
};

static uint8_t register_at(const cs_arm *arm, unsigned index) {
  if (index >= arm->op_count || arm->operands[index].type != ARM_OP_REG) {
    return OPERATION_NONE;
  }
  int number = decode_core_register(arm->operands[index].reg);
  return number < 0 ? OPERATION_NONE : (uint8_t)number;
}

static bool is_number(const cs_arm *arm, unsigned index) {
  return index < arm->op_count && arm->operands[index].type == ARM_OP_IMM;
}

/* Of a VFP register: d0 to d31 are double words. */
static uint8_t vector_size(const cs_arm_op *operand) {
  bool is_double = operand->reg >= ARM_REG_D0 && operand->reg <= ARM_REG_D31;
  return is_double ? 2 * WORD : WORD;
}

static void take_memory(const cs_arm *arm, unsigned index, struct operation *operation) {
  const cs_arm_op *operand = &arm->operands[index];
  int base = decode_core_register((int)operand->mem.base);
  int other = decode_core_register((int)operand->mem.index);
  operation->first = base < 0 ? OPERATION_NONE : (uint8_t)base;
  operation->second = other < 0 ? OPERATION_NONE : (uint8_t)other;
  operation->shift = (uint8_t)operand->shift.value;
  operation->number = (uint32_t)operand->mem.disp;
  operation->writes_back = arm->writeback;
  operation->step = is_number(arm, index + 1) ? arm->operands[index + 1].imm /* post-indexed */
                                              : operand->mem.disp;
}

static bool take_transfer(const cs_insn *insn, struct operation *operation) {
  const cs_arm *arm = &insn->detail->arm;
  const struct transfer_row *row = NULL;
  for (size_t i = 0; i < sizeof TRANSFERS / sizeof *TRANSFERS; i++) {
    row = TRANSFERS[i].id == insn->id ? &TRANSFERS[i] : row;
  }
  unsigned memory = row != NULL ? (unsigned)row->skipped + row->registers : 0;
  if (row == NULL || memory >= arm->op_count || arm->operands[memory].type != ARM_OP_MEM) {
    return false;
  }
  operation->kind = row->store ? OPERATION_STORE : OPERATION_LOAD;
  uint8_t each = row->size != 0 ? row->size : vector_size(&arm->operands[0]);
  operation->size = (uint8_t)(each * row->registers);
  for (unsigned i = 0; row->size != 0 && i < row->registers; i++) {
    operation->list[operation->list_count++] = register_at(arm, row->skipped + i);
  }
  take_memory(arm, memory, operation);
  return true;
}

/* LDM, STM, VLDM, VSTM, PUSH and POP: operands from `list` on, at first + number. */
static void take_list(const cs_insn *insn, unsigned list, bool downwards,
                      struct operation *operation) {
  const cs_arm *arm = &insn->detail->arm;
  unsigned bytes = 0;
  for (unsigned i = list; i < arm->op_count; i++) {
    uint8_t number = register_at(arm, i);
    bytes += number != OPERATION_NONE ? WORD : vector_size(&arm->operands[i]);
    if (number != OPERATION_NONE && operation->list_count < 16) {
      operation->list[operation->list_count++] = number;
    }
  }
  operation->size = (uint8_t)bytes;
  operation->number = downwards ? 0U - bytes : 0;
  operation->step = downwards ? -(int32_t)bytes : (int32_t)bytes;
}

static bool take_multiple(const cs_insn *insn, struct operation *operation) {
  const cs_arm *arm = &insn->detail->arm;
  bool push = insn->id == ARM_INS_PUSH || insn->id == ARM_INS_VPUSH;
  bool pop = insn->id == ARM_INS_POP || insn->id == ARM_INS_VPOP;
  bool down = push || insn->id == ARM_INS_STMDB || insn->id == ARM_INS_LDMDB ||
              insn->id == ARM_INS_VSTMDB || insn->id == ARM_INS_VLDMDB;
  bool load = pop || insn->id == ARM_INS_LDM || insn->id == ARM_INS_LDMDB ||
              insn->id == ARM_INS_VLDMIA || insn->id == ARM_INS_VLDMDB;
  bool store = push || insn->id == ARM_INS_STM || insn->id == ARM_INS_STMDB ||
               insn->id == ARM_INS_VSTMIA || insn->id == ARM_INS_VSTMDB;
  if (!load && !store) {
    return false;
  }
  operation->kind = load ? OPERATION_LOAD : OPERATION_STORE;
  operation->first = push || pop ? STACK : register_at(arm, 0);
  take_list(insn, push || pop ? 0 : 1, down, operation);
  /* The 16-bit forms write back, but LDM of its own base. */
  bool narrow = insn->size == 2;
  operation->writes_back = push || pop || arm->writeback || narrow;
  for (unsigned i = 0; load && i < operation->list_count; i++) {
    operation->writes_back &= operation->list[i] != operation->first;
  }
  return true;
}

/* ADD and SUB with a number or a register; MOV of a register is a sum with 0. */
static bool take_sum(const cs_insn *insn, struct operation *operation) {
  const cs_arm *arm = &insn->detail->arm;
  bool subtract = insn->id == ARM_INS_SUB || insn->id == ARM_INS_SUBW;
  bool sum = subtract || insn->id == ARM_INS_ADD || insn->id == ARM_INS_ADDW;
  bool move = insn->id == ARM_INS_MOV;
  if ((!sum && !move) || arm->op_count < 2) {
    return false;
  }
  unsigned last = arm->op_count - 1U;
  const cs_arm_op *operand = &arm->operands[last];
  bool shifted = operand->shift.type != ARM_SFT_INVALID && operand->shift.type != ARM_SFT_LSL;
  if (shifted || (move && operand->shift.value != 0)) {
    return false;
  }
  operation->kind = move && is_number(arm, last) ? OPERATION_NUMBER : OPERATION_SUM;
  operation->first = register_at(arm, move || last > 1 ? 1 : 0);
  operation->subtract = subtract;
  if (is_number(arm, last)) {
    operation->number = (uint32_t)operand->imm;
  } else if (!move) {
    operation->second = register_at(arm, last);
    operation->shift = (uint8_t)operand->shift.value;
  }
  return true;
}

static void take_number(const cs_insn *insn, uint32_t pc, struct operation *operation) {
  const cs_arm *arm = &insn->detail->arm;
  unsigned last = arm->op_count > 0 ? arm->op_count - 1U : 0;
  if (!is_number(arm, last)) {
    return;
  }
  uint32_t number = (uint32_t)arm->operands[last].imm;
  operation->number = number;
  if (insn->id == ARM_INS_MOVW) {
    operation->kind = OPERATION_NUMBER;
  } else if (insn->id == ARM_INS_MOVT) {
    operation->kind = OPERATION_TOP;
  } else if (insn->id == ARM_INS_ADR) {
    operation->kind = OPERATION_NUMBER;
    operation->number = ((pc + 4) & ~3U) + number;
  } else if (insn->id == ARM_INS_LSL && last == 2) {
    operation->kind = OPERATION_SHIFT;
    operation->first = register_at(arm, 1);
  }
}

static bool take_branch(const cs_insn *insn, struct operation *operation) {
  const cs_arm *arm = &insn->detail->arm;
  bool compare = insn->id == ARM_INS_CBZ || insn->id == ARM_INS_CBNZ;
  unsigned last = arm->op_count > 0 ? arm->op_count - 1U : 0;
  bool direct = is_number(arm, last);
  operation->address = direct ? (uint32_t)arm->operands[last].imm & ~1U : 0;
  operation->conditional = compare || (arm->cc != ARM_CC_AL && arm->cc != ARM_CC_INVALID);
  switch (insn->id) {
    case ARM_INS_B:
    case ARM_INS_CBZ:
    case ARM_INS_CBNZ:
      operation->kind = OPERATION_BRANCH;
      return true;
    case ARM_INS_BL:
    case ARM_INS_BLX:
      operation->kind = OPERATION_CALL;
      return true;
    case ARM_INS_BX:
      operation->kind = OPERATION_LEAVE;
      return true;
    case ARM_INS_TBB:
    case ARM_INS_TBH:
      operation->kind = OPERATION_JUMP;
      return true;
    case ARM_INS_UDF:
      operation->kind = OPERATION_END;
      return true;
    default:
      return false;
  }
}

/* An instruction that loads or computes PC is one of control, whatever else it does. */
static bool changes_counter(const cs_insn *insn, const struct operation *operation) {
  for (unsigned i = 0; operation->kind == OPERATION_LOAD && i < operation->list_count; i++) {
    if (operation->list[i] == COUNTER) {
      return true;
    }
  }
  bool computes = operation->kind == OPERATION_SUM || operation->kind == OPERATION_NUMBER;
  return computes && register_at(&insn->detail->arm, 0) == COUNTER;
}

struct operation operation_of(struct decoder *decoder, const uint8_t *bytes, size_t size,
                              uint32_t pc) {
  struct operation operation = {
      .kind = OPERATION_END,
      .length = 2,
      .target = OPERATION_NONE,
      .first = OPERATION_NONE,
      .second = OPERATION_NONE,
  };
  cs_insn *insn = decode_disassemble(decoder, bytes, size, pc);
  if (insn == NULL) {
    return operation;
  }
  struct register_use use = decode_registers(decoder, bytes, size, pc);
  operation.kind = OPERATION_OTHER;
  operation.length = (uint8_t)insn->size;
  operation.reads = use.reads;
  operation.writes = use.writes;
  if (!take_branch(insn, &operation) && !take_transfer(insn, &operation) &&
      !take_multiple(insn, &operation) && !take_sum(insn, &operation)) {
    take_number(insn, pc, &operation);
  }
  if (operation.kind >= OPERATION_NUMBER && operation.kind <= OPERATION_SHIFT) {
    operation.target = register_at(&insn->detail->arm, 0);
  }
  if (changes_counter(insn, &operation)) {
    bool pops = operation.kind == OPERATION_LOAD && operation.list_count > 0 &&
                operation.first == STACK;
    operation.kind = pops ? OPERATION_LEAVE : OPERATION_JUMP;
  }
  cs_free(insn, 1);
  return operation;
}
