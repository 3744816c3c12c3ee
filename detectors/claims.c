#include "detectors/claims.h"

#include <assert.h>

/* A value of one of C's types int, unsigned, long long, unsigned long long. */
struct number {
  uint64_t bits; /* of 4 bytes: sign- or zero-extended to 8 */
  bool is_wide, is_unsigned;
};

static struct number fit(uint64_t bits, bool is_wide, bool is_unsigned) {
  uint64_t narrow = is_unsigned ? (uint32_t)bits : (uint64_t)(int64_t)(int32_t)(uint32_t)bits;
  return (struct number){is_wide ? bits : narrow, is_wide, is_unsigned};
}

static struct number truth(bool is_true) {
  return (struct number){.bits = is_true};
}

/* A bit-field that fits an int is one. */
static struct number promote_bits(const struct term *term, uint64_t value) {
  unsigned unused = 64U - term->bits;
  uint64_t high = value >> term->first_bit << unused;
  value = term->is_signed ? (uint64_t)((int64_t)high >> unused) : high >> unused;
  return fit(value, term->bits > 32, !term->is_signed && term->bits % 32 == 0);
}

/* Integer promotions (C17 6.3.1.1). */
static struct number promote(const struct term *term, uint64_t value) {
  if (term->bits > 0) {
    return promote_bits(term, value);
  }
  unsigned unused = 64 - 8U * term->size;
  if (term->is_signed && unused > 0) {
    value = (uint64_t)((int64_t)(value << unused) >> unused);
  }
  return fit(value, term->size > 4, term->size >= 4 && !term->is_signed);
}

static struct number apply_unary(enum term_kind kind, struct number a) {
  if (kind == TERM_NOT) {
    return truth(a.bits == 0);
  }
  return fit(kind == TERM_NEGATE ? 0 - a.bits : ~a.bits, a.is_wide, a.is_unsigned);
}

/* A shift's type is that of its left side (C17 6.5.7); too far gives 0 or the sign. */
static struct number shift(enum term_kind kind, struct number a, struct number by) {
  uint64_t width = a.is_wide ? 64 : 32;
  bool too_far = by.bits >= width;
  if (kind == TERM_SHIFT_LEFT) {
    return fit(too_far ? 0 : a.bits << by.bits, a.is_wide, a.is_unsigned);
  }
  if (a.is_unsigned) {
    return fit(too_far ? 0 : a.bits >> by.bits, a.is_wide, true);
  }
  return fit((uint64_t)((int64_t)a.bits >> (too_far ? 63 : by.bits)), a.is_wide, false);
}

static uint64_t divide(bool remainder, struct number a, struct number b) {
  if (b.bits == 0) {
    return 0;
  }
  if (a.is_unsigned) {
    return remainder ? a.bits % b.bits : a.bits / b.bits;
  }
  if (b.bits == UINT64_MAX) { /* by -1: the smallest number has no positive */
    return remainder ? 0 : 0 - a.bits;
  }
  return (uint64_t)(remainder ? (int64_t)a.bits % (int64_t)b.bits
                              : (int64_t)a.bits / (int64_t)b.bits);
}

static bool is_less(struct number a, struct number b) {
  return a.is_unsigned ? a.bits < b.bits : (int64_t)a.bits < (int64_t)b.bits;
}

/* Both of one type. */
static struct number apply_alike(enum term_kind kind, struct number a, struct number b) {
  uint64_t bits = 0;
  switch (kind) {
    case TERM_MULTIPLY:
      bits = a.bits * b.bits;
      break;
    case TERM_DIVIDE:
    case TERM_REMAINDER:
      bits = divide(kind == TERM_REMAINDER, a, b);
      break;
    case TERM_ADD:
      bits = a.bits + b.bits;
      break;
    case TERM_SUBTRACT:
      bits = a.bits - b.bits;
      break;
    case TERM_AND_BITS:
      bits = a.bits & b.bits;
      break;
    case TERM_XOR_BITS:
      bits = a.bits ^ b.bits;
      break;
    case TERM_OR_BITS:
      bits = a.bits | b.bits;
      break;
    case TERM_LESS:
      return truth(is_less(a, b));
    case TERM_LESS_EQUAL:
      return truth(!is_less(b, a));
    case TERM_GREATER:
      return truth(is_less(b, a));
    case TERM_GREATER_EQUAL:
      return truth(!is_less(a, b));
    case TERM_EQUAL:
      return truth(a.bits == b.bits);
    case TERM_UNEQUAL:
      return truth(a.bits != b.bits);
    case TERM_NUMBER:
    case TERM_LEAF:
    case TERM_ASLEEP:
    case TERM_NOT:
    case TERM_NEGATE:
    case TERM_INVERT:
    case TERM_SHIFT_LEFT:
    case TERM_SHIFT_RIGHT:
    case TERM_AND:
    case TERM_OR:
      assert(false);
  }
  return fit(bits, a.is_wide, a.is_unsigned);
}

/* The usual arithmetic conversions (C17 6.3.1.8). */
static struct number apply_binary(enum term_kind kind, struct number a, struct number b) {
  if (kind == TERM_AND || kind == TERM_OR) {
    return truth(kind == TERM_AND ? a.bits != 0 && b.bits != 0 : a.bits != 0 || b.bits != 0);
  }
  if (kind == TERM_SHIFT_LEFT || kind == TERM_SHIFT_RIGHT) {
    return shift(kind, a, b);
  }
  bool wide = a.is_wide || b.is_wide;
  bool is_unsigned =
      (a.is_unsigned && a.is_wide == wide) || (b.is_unsigned && b.is_wide == wide);
  return apply_alike(kind, fit(a.bits, wide, is_unsigned), fit(b.bits, wide, is_unsigned));
}

bool invariant_holds(const struct invariant *invariant, const uint64_t *values, bool asleep) {
  struct number stack[INVARIANT_STACK];
  unsigned depth = 0;
  for (uint32_t i = 0; i < invariant->term_count; i++) {
    const struct term *term = &invariant->terms[i];
    if (term->kind == TERM_ASLEEP) {
      assert(depth < INVARIANT_STACK);
      stack[depth++] = truth(asleep);
    } else if (term->kind == TERM_NUMBER || term->kind == TERM_LEAF) {
      assert(depth < INVARIANT_STACK);
      stack[depth++] =
          promote(term, term->kind == TERM_LEAF ? values[term->operand] : term->number);
    } else if (term->kind < TERM_MULTIPLY) {
      stack[depth - 1] = apply_unary((enum term_kind)term->kind, stack[depth - 1]);
    } else {
      depth--;
      stack[depth - 1] =
          apply_binary((enum term_kind)term->kind, stack[depth - 1], stack[depth]);
    }
  }
  assert(depth == 1);
  return stack[0].bits != 0;
}
