#include "sim/machine/decode.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"
#include "sim/machine/decode_private.h"

struct decoder {
  csh handle;
};

struct decoder *decoder_create(void) {
  struct decoder *decoder = allocate(1, sizeof *decoder);
  cs_err err = cs_open(CS_ARCH_ARM, CS_MODE_THUMB | CS_MODE_MCLASS, &decoder->handle);
  if (err != CS_ERR_OK) {
    abort();
  }
  cs_option(decoder->handle, CS_OPT_DETAIL, CS_OPT_ON);
  return decoder;
}

void decoder_destroy(struct decoder *decoder) {
  if (decoder != NULL) {
    cs_close(&decoder->handle);
    free(decoder);
  }
}

/* cs_disasm (unlike cs_disasm_iter) forgets capstone's own IT state first. */
cs_insn *decode_disassemble(struct decoder *decoder, const uint8_t *bytes, size_t size,
                            uint32_t pc) {
  cs_insn *insn = NULL;
  uint16_t first = 0;
  if (size < 2) {
    return NULL;
  }
  memcpy(&first, bytes, 2);
  size_t length = decode_size(first);
  if (length > size || cs_disasm(decoder->handle, bytes, length, pc, 1, &insn) == 0) {
    return NULL;
  }
  return insn;
}

bool decode_is_it(uint16_t first, uint8_t *it_state) {
  *it_state = (uint8_t)(first & 0xff);
  return (first & 0xff00) == 0xbf00 && (first & 0xf) != 0;
}

uint8_t decode_it_advance(uint8_t it_state) {
  if ((it_state & 7U) == 0) {
    return 0;
  }
  unsigned state = it_state;
  return (uint8_t)((state & 0xe0U) | ((state << 1) & 0x1fU));
}

static const char *condition_name(uint8_t it_state) {
  static const char *const names[16] = {"eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc",
                                        "hi", "ls", "ge", "lt", "gt", "le", "",   ""};
  return names[it_state >> 4];
}

/* Capstone, decoding alone, writes `movs` where a block makes it `moveq`. */
static void add_condition(const cs_insn *insn, uint8_t it_state, char mnemonic[32]) {
  char suffix[4] = "";
  snprintf(mnemonic, 32, "%s", insn->mnemonic);
  char *dot = strchr(mnemonic, '.');
  if (dot != NULL && strlen(dot) < sizeof suffix) {
    memcpy(suffix, dot, strlen(dot) + 1);
    *dot = '\0';
  }
  size_t length = strlen(mnemonic);
  bool narrow = insn->size == 2 && length > 1 && mnemonic[length - 1] == 's';
  if (narrow && insn->detail->arm.update_flags) {
    mnemonic[length - 1] = '\0';
  }
  length = strlen(mnemonic);
  snprintf(mnemonic + length, 32 - length, "%s%s", condition_name(it_state), suffix);
}

unsigned decode_text(struct decoder *decoder, const uint8_t *bytes, size_t size, uint32_t pc,
                     uint8_t it_state, char text[DECODE_TEXT]) {
  cs_insn *insn = decode_disassemble(decoder, bytes, size, pc);
  uint16_t first = 0;
  if (size >= 2) {
    memcpy(&first, bytes, 2);
  }
  if (insn == NULL) {
    snprintf(text, DECODE_TEXT, "<undefined>");
    unsigned length = decode_size(first);
    return length > size ? 2 : length;
  }
  char mnemonic[32];
  uint8_t ignored = 0;
  if (it_state != 0 && !decode_is_it(first, &ignored)) {
    add_condition(insn, it_state, mnemonic);
  } else {
    snprintf(mnemonic, sizeof mnemonic, "%s", insn->mnemonic);
  }
  snprintf(text, DECODE_TEXT, "%s%s%.60s", mnemonic, insn->op_str[0] != '\0' ? " " : "",
           insn->op_str);
  unsigned length = insn->size;
  cs_free(insn, 1);
  return length;
}

struct kind_row {
  unsigned id;
  uint32_t flags;
};

static const struct kind_row KINDS[] = {
    {ARM_INS_WFI, CODE_WAIT | CODE_WFI},
    {ARM_INS_WFE, CODE_WAIT | CODE_WFE},
    {ARM_INS_YIELD, CODE_WAIT},
    {ARM_INS_SEV, CODE_SEND},
    {ARM_INS_SVC, CODE_SVC},
    {ARM_INS_BKPT, CODE_BKPT},
    {ARM_INS_CPS, CODE_MASKS},
    {ARM_INS_MSR, CODE_MASKS | CODE_STACK},
    {ARM_INS_LDREX, CODE_EXCLUSIVE | CODE_WORDS},
    {ARM_INS_LDREXB, CODE_EXCLUSIVE},
    {ARM_INS_LDREXH, CODE_EXCLUSIVE},
    {ARM_INS_STREX, CODE_EXCLUSIVE | CODE_CLEARS | CODE_WORDS},
    {ARM_INS_STREXB, CODE_EXCLUSIVE | CODE_CLEARS},
    {ARM_INS_STREXH, CODE_EXCLUSIVE | CODE_CLEARS},
    {ARM_INS_CLREX, CODE_CLEARS},
    {ARM_INS_LDRT, CODE_UNPRIVILEGED},
    {ARM_INS_LDRBT, CODE_UNPRIVILEGED},
    {ARM_INS_LDRHT, CODE_UNPRIVILEGED},
    {ARM_INS_LDRSBT, CODE_UNPRIVILEGED},
    {ARM_INS_LDRSHT, CODE_UNPRIVILEGED},
    {ARM_INS_STRT, CODE_UNPRIVILEGED},
    {ARM_INS_STRBT, CODE_UNPRIVILEGED},
    {ARM_INS_STRHT, CODE_UNPRIVILEGED},
    {ARM_INS_SDIV, CODE_DIVIDE},
    {ARM_INS_UDIV, CODE_DIVIDE},
    {ARM_INS_LDRD, CODE_WORDS},
    {ARM_INS_VLDR, CODE_WORDS},
    {ARM_INS_VLDMIA, CODE_WORDS},
    {ARM_INS_VLDMDB, CODE_WORDS},
    {ARM_INS_STRD, CODE_BEATS | CODE_WORDS},
    {ARM_INS_STM, CODE_BEATS | CODE_CONTINUES | CODE_WORDS},
    {ARM_INS_STMDB, CODE_BEATS | CODE_CONTINUES | CODE_WORDS},
    {ARM_INS_LDM, CODE_BEATS | CODE_CONTINUES | CODE_LOAD | CODE_WORDS},
    {ARM_INS_LDMDB, CODE_BEATS | CODE_CONTINUES | CODE_LOAD | CODE_WORDS},
    {ARM_INS_VSTMIA, CODE_BEATS | CODE_WORDS},
    {ARM_INS_VSTMDB, CODE_BEATS | CODE_WORDS},
    {ARM_INS_VSTR, CODE_BEATS | CODE_WORDS},
    {ARM_INS_STR, CODE_BEATS}, /* unaligned ones are split */
    {ARM_INS_STRH, CODE_BEATS},
    {ARM_INS_PUSH, CODE_STACK},
    {ARM_INS_POP, CODE_STACK},
    {ARM_INS_VPUSH, CODE_STACK},
    {ARM_INS_VPOP, CODE_STACK},
    {ARM_INS_BL, CODE_CALL},
    {ARM_INS_BLX, CODE_CALL},
};

int decode_core_register(int reg) {
  switch (reg) {
    case ARM_REG_SP:
      return 13;
    case ARM_REG_LR:
      return 14;
    case ARM_REG_PC:
      return 15;
    default:
      return reg >= ARM_REG_R0 && reg <= ARM_REG_R12 ? reg - ARM_REG_R0 : -1;
  }
}

/* Plain stores need the interrupted registers only when they change their base. */
static bool is_plain_store(unsigned id) {
  return id == ARM_INS_STR || id == ARM_INS_STRH;
}

/* Whether it moves the stack pointer; PUSH and its kin are in KINDS. */
static bool moves_stack(const cs_insn *insn) {
  const cs_arm *arm = &insn->detail->arm;
  for (unsigned i = 0; i < arm->op_count; i++) {
    const cs_arm_op *op = &arm->operands[i];
    bool destination = i == 0 && op->type == ARM_OP_REG && op->reg == ARM_REG_SP;
    bool base = arm->writeback && op->type == ARM_OP_MEM && op->mem.base == ARM_REG_SP;
    if (destination || base) {
      return true;
    }
  }
  return false;
}

static bool uses_fp(const cs_insn *insn) {
  return insn->mnemonic[0] == 'v' && insn->size == 4;
}

/* The base register of a load or store with a memory operand or list, or the
 * divisor of a division. */
static void fill_base(const cs_insn *insn, struct code *code) {
  const cs_arm *arm = &insn->detail->arm;
  code->base = 13; /* always aligned: PUSH, POP and the like */
  if ((code->flags & CODE_DIVIDE) != 0 && arm->op_count > 0) {
    int divisor = decode_core_register((int)arm->operands[arm->op_count - 1].reg);
    code->base = (uint8_t)(divisor >= 0 ? divisor : 13);
    return;
  }
  for (unsigned i = 0; i < arm->op_count; i++) {
    if (arm->operands[i].type == ARM_OP_MEM) {
      int base = decode_core_register((int)arm->operands[i].mem.base);
      code->base = (uint8_t)(base >= 0 && base < 15 ? base : 13);
      code->flags |= CODE_MEMORY;
      return;
    }
  }
  bool vector = insn->id == ARM_INS_VLDMIA || insn->id == ARM_INS_VLDMDB ||
                insn->id == ARM_INS_VSTMIA || insn->id == ARM_INS_VSTMDB;
  int base = vector && arm->op_count > 0 ? decode_core_register((int)arm->operands[0].reg) : -1;
  code->base = (uint8_t)(base >= 0 && base < 15 ? base : 13);
}

static bool moves_control(const cs_insn *insn) {
  const cs_arm *arm = &insn->detail->arm;
  for (unsigned i = 0; i < arm->op_count; i++) {
    if (arm->operands[i].type == ARM_OP_SYSREG && arm->operands[i].reg == ARM_SYSREG_CONTROL) {
      return true;
    }
  }
  return false;
}

static void fill_control(const cs_insn *insn, struct code *code) {
  if (!moves_control(insn)) {
    return;
  }
  if (insn->id == ARM_INS_MSR) {
    code->flags |= CODE_SETS_CONTROL;
  } else {
    int target = decode_core_register(insn->detail->arm.operands[0].reg);
    code->flags |= CODE_GETS_CONTROL;
    code->base = (uint8_t)(target >= 0 && target < 13 ? target : 13);
  }
}

static void fill_list(const cs_insn *insn, struct code *code) {
  const cs_arm *arm = &insn->detail->arm;
  for (unsigned i = 0; i < arm->op_count; i++) {
    int reg =
        arm->operands[i].type == ARM_OP_REG ? decode_core_register(arm->operands[i].reg) : -1;
    if (i == 0 && reg >= 0) {
      code->base = (uint8_t)reg;
    } else if (reg >= 0) {
      code->list = (uint16_t)(code->list | 1U << reg);
    }
  }
}

/* Number of leading register operands that a store reads or a load writes. */
static unsigned transferred(unsigned id, bool *load) {
  switch (id) {
    case ARM_INS_LDRD:
      *load = true;
      return 2;
    case ARM_INS_STRD:
      return 2;
    case ARM_INS_STR:
    case ARM_INS_STRB:
    case ARM_INS_STRH:
      return 1;
    case ARM_INS_LDR:
    case ARM_INS_LDRB:
    case ARM_INS_LDRH:
    case ARM_INS_LDRSB:
    case ARM_INS_LDRSH:
    case ARM_INS_LDREX:
    case ARM_INS_LDREXB:
    case ARM_INS_LDREXH:
      *load = true;
      return 1;
    default:
      return 0;
  }
}

static uint16_t bit_of(int reg) {
  int number = decode_core_register(reg);
  unsigned bit = number >= 0 && number < 15 ? 1U << number : 0U;
  return (uint16_t)bit;
}

/* Every list is in the order of the registers' numbers; a pair may be in any. */
static bool descends(const cs_insn *insn) {
  const cs_arm_op *ops = insn->detail->arm.operands;
  bool pair = insn->id == ARM_INS_LDRD || insn->id == ARM_INS_STRD;
  return pair && decode_core_register((int)ops[1].reg) <= decode_core_register((int)ops[0].reg);
}

/* Loads and stores from their operands: capstone's own access marks are wrong
 * for several of them. */
static bool transfer_use(const cs_insn *insn, struct register_use *use) {
  const cs_arm *arm = &insn->detail->arm;
  bool load = false;
  unsigned count = transferred(insn->id, &load);
  if (count == 0) {
    return false;
  }
  for (unsigned i = 0; i < arm->op_count; i++) {
    const cs_arm_op *op = &arm->operands[i];
    if (op->type == ARM_OP_MEM) {
      use->addresses = bit_of((int)op->mem.base) | bit_of((int)op->mem.index);
      use->reads |= use->addresses;
      use->writes |= arm->writeback ? bit_of((int)op->mem.base) : 0;
    } else if (op->type == ARM_OP_REG) {
      uint16_t *set = i < count && load ? &use->writes : &use->reads;
      *set |= bit_of(op->reg);
    }
  }
  return true;
}

/* LDM, POP write their list; STM, PUSH and calls read more than they tell. */
static bool multiple_use(const cs_insn *insn, struct register_use *use) {
  const cs_arm *arm = &insn->detail->arm;
  bool pop = insn->id == ARM_INS_POP;
  bool load = pop || insn->id == ARM_INS_LDM || insn->id == ARM_INS_LDMDB;
  bool store = insn->id == ARM_INS_PUSH || insn->id == ARM_INS_STM || insn->id == ARM_INS_STMDB;
  if (!load && !store) {
    return false;
  }
  for (unsigned i = 0; i < arm->op_count; i++) {
    bool base = i == 0 && !pop && insn->id != ARM_INS_PUSH;
    uint16_t *set = load && !base ? &use->writes : &use->reads;
    *set |= arm->operands[i].type == ARM_OP_REG ? bit_of(arm->operands[i].reg) : 0;
    use->addresses |= base ? use->reads : 0;
  }
  return true;
}

/* What comes from memory decides where it goes: as a table branch, or with pc among what is
 * loaded. */
static bool fills_pc(const cs_insn *insn) {
  const cs_arm *arm = &insn->detail->arm;
  bool filled = insn->id == ARM_INS_TBB || insn->id == ARM_INS_TBH;
  for (unsigned i = 0; i < arm->op_count; i++) {
    filled =
        filled || (arm->operands[i].type == ARM_OP_REG && arm->operands[i].reg == ARM_REG_PC);
  }
  return filled;
}

/* Flags that a condition reads: eq, ne, mi, pl need N and Z alone. */
static uint32_t condition_reads(unsigned condition) {
  bool simple = condition < 2 || condition == 4 || condition == 5;
  return simple ? CODE_READS_NZ : CODE_READS_NZ | CODE_READS_CV;
}

static bool is_one_of(unsigned id, const unsigned *ids, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (ids[i] == id) {
      return true;
    }
  }
  return false;
}

static uint32_t flag_use(const cs_insn *insn, uint16_t first) {
  static const unsigned all[] = {ARM_INS_CMP, ARM_INS_CMN, ARM_INS_ADD, ARM_INS_SUB,
                                 ARM_INS_RSB, ARM_INS_ADC, ARM_INS_SBC};
  static const unsigned carry[] = {ARM_INS_ADC, ARM_INS_SBC, ARM_INS_RSC, ARM_INS_RRX,
                                   ARM_INS_MRS};
  static const unsigned compare[] = {ARM_INS_CMP, ARM_INS_CMN, ARM_INS_TST, ARM_INS_TEQ};
  const cs_arm *arm = &insn->detail->arm;
  uint32_t use = 0;
  uint8_t it_state = 0;
  if (decode_is_it(first, &it_state)) {
    return condition_reads(it_state >> 4);
  }
  if (arm->cc != ARM_CC_AL && arm->cc != ARM_CC_INVALID) {
    use |= condition_reads((unsigned)arm->cc - 1U);
  }
  if (is_one_of(insn->id, carry, sizeof carry / sizeof *carry)) {
    use |= CODE_READS_NZ | CODE_READS_CV;
  }
  bool sets =
      arm->update_flags || is_one_of(insn->id, compare, sizeof compare / sizeof *compare);
  if (sets && use == 0) {
    use |= CODE_WRITES_NZ;
    use |= is_one_of(insn->id, all, sizeof all / sizeof *all) ? CODE_WRITES_CV : 0U;
  }
  return use;
}

struct code decode_code(struct decoder *decoder, const uint8_t *bytes, size_t size,
                        uint32_t pc) {
  struct code code = {.flags = CODE_KNOWN};
  uint16_t first = 0;
  memcpy(&first, bytes, size < 2 ? size : 2);
  if (decode_size(first) == 4) {
    code.flags |= CODE_WIDE;
  }
  cs_insn *insn = decode_disassemble(decoder, bytes, size, pc);
  if (insn == NULL) {
    return code;
  }
  for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
    if (KINDS[i].id == insn->id) {
      code.flags |= KINDS[i].flags;
    }
  }
  if (moves_stack(insn)) {
    code.flags |= CODE_STACK;
  }
  if (uses_fp(insn)) {
    code.flags |= CODE_FP;
  }
  uint8_t ignored_state = 0;
  if (decode_is_it(first, &ignored_state)) {
    code.flags |= CODE_BLOCK;
  }
  if (insn->id == ARM_INS_LDR && insn->detail->arm.operands[0].reg == ARM_REG_PC) {
    code.flags |= CODE_TO_PC;
  }
  code.flags |= flag_use(insn, first);
  fill_base(insn, &code);
  fill_control(insn, &code);
  struct register_use ignored = {0};
  if (multiple_use(insn, &ignored)) {
    code.flags |= CODE_MEMORY;
  }
  if ((code.flags & CODE_CONTINUES) != 0) {
    fill_list(insn, &code);
    if (code.base == 13 ||
        ((code.flags & CODE_LOAD) != 0 && (code.list >> code.base & 1) != 0)) {
      code.flags &= ~(uint32_t)(CODE_BEATS | CODE_CONTINUES); /* own stack; base reloaded */
    }
  }
  if (is_plain_store(insn->id) && !insn->detail->arm.writeback) {
    code.flags &= ~(uint32_t)CODE_BEATS;
  }
  code.value = (uint8_t)(first & 0xff);
  code.descends = descends(insn);
  code.fills_pc = fills_pc(insn);
  cs_free(insn, 1);
  return code;
}

enum { ALL_REGISTERS = 0x7fff };

/* SEL reads the GE flags, MRS all of the program status register, with Q. */
static bool reads_other_flags(const cs_insn *insn) {
  const cs_arm *arm = &insn->detail->arm;
  bool status = insn->id == ARM_INS_SEL;
  for (unsigned i = 0; insn->id == ARM_INS_MRS && i < arm->op_count; i++) {
    const cs_arm_op *op = &arm->operands[i];
    bool other = op->type != ARM_OP_SYSREG || op->reg < ARM_SYSREG_IPSR;
    status = status || (i > 0 && other);
  }
  return status;
}

/* ARMv6-M's nop is `mov r8, r8`. */
static bool is_self_move(const cs_insn *insn) {
  const cs_arm *arm = &insn->detail->arm;
  return insn->id == ARM_INS_MOV && arm->op_count == 2 && arm->operands[0].type == ARM_OP_REG &&
         arm->operands[1].type == ARM_OP_REG && arm->operands[0].reg == arm->operands[1].reg;
}

/* By capstone's marks. All but some write the register that they name first, and those with a
 * result of 64 bits the second, too. */
static struct register_use marked_use(const struct decoder *decoder, const cs_insn *insn) {
  static const unsigned read[] = {ARM_INS_CMP, ARM_INS_CMN,  ARM_INS_TST, ARM_INS_TEQ,
                                  ARM_INS_CBZ, ARM_INS_CBNZ, ARM_INS_BX,  ARM_INS_BLX};
  static const unsigned pairs[] = {
      ARM_INS_UMULL,   ARM_INS_SMULL,   ARM_INS_UMLAL,   ARM_INS_SMLAL,   ARM_INS_UMAAL,
      ARM_INS_SMLALBB, ARM_INS_SMLALBT, ARM_INS_SMLALTB, ARM_INS_SMLALTT, ARM_INS_SMLALD,
      ARM_INS_SMLALDX, ARM_INS_SMLSLD,  ARM_INS_SMLSLDX};
  const cs_arm *arm = &insn->detail->arm;
  struct register_use use = {0};
  cs_regs reads, writes;
  uint8_t read_count = 0, write_count = 0;
  cs_regs_access(decoder->handle, insn, reads, &read_count, writes, &write_count);
  for (unsigned i = 0; i < read_count; i++) {
    use.reads |= bit_of(reads[i]);
  }
  for (unsigned i = 0; i < write_count; i++) {
    use.writes |= bit_of(writes[i]);
  }
  unsigned targets = is_one_of(insn->id, pairs, sizeof pairs / sizeof *pairs) ? 2 : 1;
  targets = is_one_of(insn->id, read, sizeof read / sizeof *read) ? 0 : targets;
  uint16_t named = 0;
  for (unsigned i = 0; i < targets && i < arm->op_count; i++) {
    named |= arm->operands[i].type == ARM_OP_REG ? bit_of(arm->operands[i].reg) : 0;
  }
  if ((named & ~use.writes) != 0 || reads_other_flags(insn)) {
    use.reads = ALL_REGISTERS;
  }
  use.addresses = use.reads;
  return use;
}

struct register_use decode_registers(struct decoder *decoder, const uint8_t *bytes, size_t size,
                                     uint32_t pc) {
  struct register_use use = {0};
  cs_insn *insn = decode_disassemble(decoder, bytes, size, pc);
  if (insn == NULL) {
    return (struct register_use){.reads = ALL_REGISTERS, .addresses = ALL_REGISTERS};
  }
  if (is_self_move(insn)) {
    cs_free(insn, 1);
    return use;
  }
  if (!transfer_use(insn, &use) && !multiple_use(insn, &use)) {
    use = marked_use(decoder, insn);
  }
  cs_free(insn, 1);
  return use;
}

bool decode_accesses(struct decoder *decoder, const uint8_t *bytes, size_t size, uint32_t pc) {
  cs_insn *insn = decode_disassemble(decoder, bytes, size, pc);
  if (insn == NULL) {
    return false;
  }
  struct register_use ignored = {0};
  bool accesses = multiple_use(insn, &ignored);
  for (unsigned i = 0; i < insn->detail->arm.op_count; i++) {
    accesses |= insn->detail->arm.operands[i].type == ARM_OP_MEM;
  }
  cs_free(insn, 1);
  return accesses;
}
