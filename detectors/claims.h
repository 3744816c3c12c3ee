/* What the user claims of variables, ready to be judged: invariants as postfix
 * programs over leaves, and groups of leaves and registers that must be seen together.
 *
 * Made by sim/explore/claims.h (or by hand in a test), then only read. The leaves
 * that any invariant names have a slot each. */
#ifndef TORNWORD_DETECTORS_CLAIMS_H
#define TORNWORD_DETECTORS_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INVARIANTS_MOST = 64, INVARIANT_TERMS = 256, INVARIANT_STACK = 32, CLAIM_SLOTS = 256 };
enum { CLAIM_REGISTERS = 32 };

enum term_kind {
  TERM_NUMBER,
  TERM_LEAF,
  TERM_ASLEEP, /* 1 where thread mode goes to sleep, 0 where a handler looks */
  TERM_NOT,    /* unary from here ... */
  TERM_NEGATE,
  TERM_INVERT,
  TERM_MULTIPLY, /* ... binary from here */
  TERM_DIVIDE,   /* by zero: 0, as is the remainder */
  TERM_REMAINDER,
  TERM_ADD,
  TERM_SUBTRACT,
  TERM_SHIFT_LEFT,
  TERM_SHIFT_RIGHT,
  TERM_LESS,
  TERM_LESS_EQUAL,
  TERM_GREATER,
  TERM_GREATER_EQUAL,
  TERM_EQUAL,
  TERM_UNEQUAL,
  TERM_AND_BITS,
  TERM_XOR_BITS,
  TERM_OR_BITS,
  TERM_AND,
  TERM_OR,
};

struct term {
  uint8_t kind; /* enum term_kind */
  uint8_t size; /* NUMBER, LEAF: bytes */
  bool is_signed;
  uint8_t first_bit, bits; /* LEAF: the bit-field of it that is meant; no bits: all */
  uint32_t operand;        /* LEAF: index in the invariant's slots */
  uint64_t number;         /* NUMBER */
};

struct invariant {
  const char *text; /* as it was written */
  const struct term *terms;
  uint32_t term_count;
  const uint32_t *slots; /* that it names, each once */
  uint32_t slot_count;
};

/* A device register of a group, or the part of its word that the group names. */
struct claim_register {
  uint32_t address;
  uint32_t size;  /* bytes, up to the end of the word or the next one named in it */
  uint32_t group; /* its number */
};

struct claims {
  const struct invariant *invariants;
  uint32_t invariant_count; /* at most INVARIANTS_MOST */
  const uint32_t *leaves;   /* by slot: index of the leaf */
  const uint64_t *uses;     /* by slot: one bit for each invariant that names it */
  uint32_t slot_count;      /* at most CLAIM_SLOTS */
  const uint32_t *slot_of;  /* by typed leaf: slot + 1, 0: none */
  const uint32_t *group_of; /* by typed leaf: number of its group, 0: none; or NULL */
  const struct claim_register *registers;
  uint32_t register_count; /* at most CLAIM_REGISTERS */
};

/* Whether it is true of these values (in the order of its slots, zero-extended). Arithmetic is
 * C's on a machine of 32-bit int: small types become int, 64-bit and unsigned ones win. */
bool invariant_holds(const struct invariant *invariant, const uint64_t *values, bool asleep);

#endif
