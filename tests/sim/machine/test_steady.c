/* Steady: sequences of instructions, and whether values in memory decide where they go. */
#include <criterion/criterion.h>
#include <string.h>

#include "sim/machine/decode.h"
#include "sim/machine/steady.h"

enum { STEPS = 10 };
enum access {
  NONE,
  VARIABLE /* read, in memory */,
  SAVED,
  SAVED_PART,
  FETCHED /* own stack */
};

struct step {
  uint32_t bits; /* of two halfwords: the first is the upper one */
  enum access access;
  uint64_t words; /* of own stack */
  uint8_t it_state;
};

#define DOES(number) \
  { .bits = (number) }
#define READS(number) \
  { .bits = (number), .access = VARIABLE }
#define SAVES(number, which) \
  { .bits = (number), .access = SAVED, .words = (which) }
#define SAVES_BYTE(number, which) \
  { .bits = (number), .access = SAVED_PART, .words = (which) }
#define FETCHES(number, which) \
  { .bits = (number), .access = FETCHED, .words = (which) }
#define IN_BLOCK(number, state) \
  { .bits = (number), .it_state = (state) }

#define LITERAL_R3 DOES(0x4b01) /* ldr r3, [pc, #4]: a constant, of which nobody hears */
#define READ_R2 READS(0x681a)   /* ldr r2, [r3] */
#define USE_R1 READS(0x6808)    /* ldr r0, [r1] */
#define STORE_R2 DOES(0x601a)   /* str r2, [r3] */
#define BY_R2 READS(0x5899)     /* ldr r1, [r3, r2] */
#define RETURN DOES(0x4770)     /* bx lr */
#define BNE DOES(0xd1fe)
#define COUNT_R0 DOES(0x3801) /* subs r0, #1 */

struct row {
  const char *name;
  bool steady;
  struct step steps[STEPS];
};

static const struct row ROWS[] = {
    {"a counter", true, {LITERAL_R3, READ_R2, DOES(0x3201), STORE_R2, RETURN}},
    {"an index of a load", false, {LITERAL_R3, READ_R2, BY_R2}},
    {"a pointer", false, {LITERAL_R3, READ_R2, DOES(0x6011)}},
    {"an index of a store", false, {LITERAL_R3, READ_R2, DOES(0x5099)}},
    {"a register overwritten is no index",
     true,
     {LITERAL_R3, READ_R2, DOES(0x2201) /* movs r2, #1 */, BY_R2}},
    {"in a block it may stand",
     false,
     {LITERAL_R3, READ_R2, IN_BLOCK(0x2207, 0x08) /* moveq r2, #7 */, BY_R2}},
    {"a sum", false, {LITERAL_R3, READ_R2, DOES(0x4411) /* add r1, r2 */, USE_R1}},
    {"a copy of something else",
     true,
     {LITERAL_R3, READ_R2, DOES(0x4601) /* mov r1, r0 */, USE_R1}},
    {"a field", false, {LITERAL_R3, READ_R2, DOES(0xf3620103) /* bfi r1, r2 */, USE_R1}},
    {"the upper half of a product",
     false,
     {LITERAL_R3, READ_R2, DOES(0xfba20103) /* umull r0, r1, r2, r3 */, USE_R1}},
    {"a comparison", true, {LITERAL_R3, READ_R2, DOES(0x2a00) /* cmp r2, #0 */, RETURN}},
    {"a branch by it", false, {LITERAL_R3, READ_R2, DOES(0x2a00), BNE}},
    {"a block by it", false, {LITERAL_R3, READ_R2, DOES(0x2a00), DOES(0xbf08) /* it eq */}},
    {"a comparison within a block",
     false,
     {LITERAL_R3, READ_R2, IN_BLOCK(0x2a00, 0x04), IN_BLOCK(0x2101, 0x08)}},
    {"cbz", false, {LITERAL_R3, READ_R2, DOES(0xb102)}},
    {"a branch by a count", true, {LITERAL_R3, READ_R2, DOES(0x3201), STORE_R2, COUNT_R0, BNE}},
    {"flags of a sum", false, {LITERAL_R3, READ_R2, COUNT_R0, DOES(0x3201), BNE}},
    {"a function pointer", false, {LITERAL_R3, READ_R2, DOES(0x4790) /* blx r2 */}},
    {"a jump", false, {LITERAL_R3, READ_R2, DOES(0x4710) /* bx r2 */}},
    {"a move to pc", false, {LITERAL_R3, READ_R2, DOES(0x4697)}},
    {"a load of pc", false, {LITERAL_R3, READS(0xf8d3f000)}},
    {"a load of pc from constants", true, {LITERAL_R3, DOES(0xf8d3f000)}},
    {"a table branch", false, {LITERAL_R3, READ_R2, DOES(0xe8dff002)}},
    {"a table branch by a constant", true, {DOES(0x2201), DOES(0xe8dff002)}},
    {"a table in memory", false, {DOES(0x2201), READS(0xe8d3f002) /* tbb [r3, r2] */}},
    {"half of the flags of a count",
     false,
     {LITERAL_R3, READ_R2, DOES(0x3201), DOES(0x2004) /* movs r0, #4 */,
      DOES(0xd2fe) /* bcs */}},
    {"a division", false, {LITERAL_R3, READ_R2, DOES(0xfbb1f0f2) /* udiv r0, r1, r2 */}},
    {"a division by constants", true, {DOES(0x2201), DOES(0xfbb1f0f2), RETURN}},
    {"several loads", false, {LITERAL_R3, READS(0xcb03) /* ldmia r3!, {r0, r1} */, USE_R1}},
    {"several stores",
     true,
     {LITERAL_R3, DOES(0x2201), DOES(0xc305) /* stmia r3!, {r0, r2} */, RETURN}},
    {"several stores by a pointer",
     false,
     {LITERAL_R3, READ_R2, DOES(0xc203) /* stmia r2!, {r0, r1} */}},
    {"spilled, and used",
     false,
     {LITERAL_R3, READ_R2, SAVES(0x9201, 2) /* str r2, [sp, #4] */,
      FETCHES(0x9901, 2) /* ldr r1, [sp, #4] */, USE_R1}},
    {"spilled beside",
     true,
     {LITERAL_R3, READ_R2, SAVES(0x9201, 2), FETCHES(0x9902, 4) /* ldr r1, [sp, #8] */,
      USE_R1}},
    {"spilled, and overwritten",
     true,
     {LITERAL_R3, READ_R2, SAVES(0x9201, 2), SAVES(0x9301, 2) /* str r3, [sp, #4] */,
      FETCHES(0x9901, 2), USE_R1}},
    {"a byte of what is spilled",
     false,
     {LITERAL_R3, READ_R2, SAVES_BYTE(0xf88d2004, 2) /* strb r2, [sp, #4] */,
      FETCHES(0x9901, 2), USE_R1}},
    {"spilled, and overwritten in part",
     false,
     {LITERAL_R3, READ_R2, SAVES(0x9201, 2), SAVES_BYTE(0xf88d3004, 2) /* strb r3, [sp, #4] */,
      FETCHES(0x9901, 2), USE_R1}},
    {"a stack pointer",
     false,
     {LITERAL_R3, READ_R2, DOES(0x4695) /* mov sp, r2 */, SAVES(0xb510, 3)}},
    {"spilled far away", false, {LITERAL_R3, READ_R2, SAVES(0x9201, 0)}},
    {"fetched from far away", false, {FETCHES(0x9901, 0), USE_R1}},
    {"a return", true, {SAVES(0xb510, 3) /* push {r4, lr} */, FETCHES(0xbd10, 3)}},
    {"a return by what was spilled",
     false,
     {LITERAL_R3, READ_R2, SAVES(0xb504, 3) /* push {r2, lr} */, FETCHES(0xbd10, 3)}},
};

static struct code code_of(struct decoder *decoder, const struct step *step) {
  bool wide = step->bits > 0xffff;
  uint16_t first = (uint16_t)(wide ? step->bits >> 16 : step->bits);
  uint16_t second = (uint16_t)step->bits;
  uint8_t bytes[4];
  memcpy(bytes, &first, 2);
  memcpy(bytes + 2, &second, 2);
  struct code code = decode_code(decoder, bytes, wide ? 4 : 2, 0x100);
  struct register_use use = decode_registers(decoder, bytes, wide ? 4 : 2, 0x100);
  code.reads = use.reads;
  code.writes = use.writes;
  code.addresses = use.addresses;
  code.it_state = step->it_state;
  return code;
}

static bool follow(struct decoder *decoder, const struct row *row) {
  struct steady steady;
  steady_begin(&steady);
  for (unsigned i = 0; i < STEPS && row->steps[i].bits != 0; i++) {
    const struct step *step = &row->steps[i];
    struct code code = code_of(decoder, step);
    steady_instruction(&steady, &code);
    if (step->access == VARIABLE) {
      steady_read(&steady);
    } else if (step->access == FETCHED) {
      steady_stack_read(&steady, step->words);
    } else if (step->access != NONE) {
      steady_stack_write(&steady, step->words, step->access == SAVED);
    }
  }
  return steady.holds;
}

Test(steady, follows_what_was_read) {
  struct decoder *decoder = decoder_create();
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    cr_expect_eq(follow(decoder, &ROWS[i]), ROWS[i].steady, "%s", ROWS[i].name);
  }
  decoder_destroy(decoder);
}

/* What they read is in no register and no flag that is followed. */
Test(steady, knows_all_that_is_read) {
  static const struct {
    uint32_t bits;
    bool all;
  } rows[] = {
      {0xf3ef8310, false}, /* mrs r3, primask */
      {0xf3ef8300, true},  /* mrs r3, apsr */
      {0xfaa1f082, true},  /* sel r0, r1, r2 */
      {0xfba20103, false}, /* umull r0, r1, r2, r3 */
      {0x2a00, false},     /* cmp r2, #0 */
  };
  struct decoder *decoder = decoder_create();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct step step = {.bits = rows[i].bits};
    cr_expect_eq(code_of(decoder, &step).reads == 0x7fff, rows[i].all, "row %zu", i);
  }
  decoder_destroy(decoder);
}
