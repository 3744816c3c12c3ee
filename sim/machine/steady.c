#include "sim/machine/steady.h"

enum {
  SP = 13,
  TO_FLAGS = CODE_WRITES_NZ | CODE_WRITES_CV,
  FROM_FLAGS = CODE_READS_NZ | CODE_READS_CV
};

void steady_begin(struct steady *s) {
  *s = (struct steady){.holds = true};
}

/* Whether a value from memory decides where it goes or what it accesses. */
static bool is_steered(const struct steady *s, const struct code *code) {
  enum { DECIDES = CODE_DIVIDE | CODE_CALL | CODE_NOTED };
  unsigned used = (unsigned)code->reads & s->loaded;
  bool stack = (s->loaded >> SP & 1U) != 0; /* not every use of it is among what is read */
  if (stack || (s->loaded_flags && ((code->flags & FROM_FLAGS) != 0 || code->it_state != 0))) {
    return true;
  }
  if ((code->flags & CODE_MEMORY) != 0) {
    return (used & code->addresses) != 0;
  }
  bool computes = code->writes != 0 || (code->flags & TO_FLAGS) != 0; /* else it branches */
  return used != 0 && (!computes || (code->flags & DECIDES) != 0);
}

/* What an instruction without a value from memory overwrites has none any more; in a
 * block it may not execute. */
static void clear(struct steady *s, const struct code *code) {
  if (code->it_state == 0) {
    s->loaded &= (uint16_t)~code->writes;
    s->loaded_flags = s->loaded_flags && (code->flags & TO_FLAGS) != TO_FLAGS;
  }
}

static void follow(struct steady *s, const struct code *code) {
  bool memory = (code->flags & CODE_MEMORY) != 0;
  unsigned used = (unsigned)code->reads & s->loaded;
  s->holds = !is_steered(s, code);
  s->filling = memory ? code->writes : 0;
  s->fills_pc = memory && code->fills_pc;
  s->stores_loaded = memory && used != 0;
  if (memory || used == 0) {
    clear(s, code);
  } else {
    s->loaded |= code->writes;
    s->loaded_flags = true;
  }
}

void steady_instruction(struct steady *s, const struct code *code) {
  if (s->holds) { /* once it does not, nothing matters */
    follow(s, code);
  }
}

void steady_read(struct steady *s) {
  s->loaded |= s->filling;
  s->holds = s->holds && !s->fills_pc;
}

void steady_stack_read(struct steady *s, uint64_t words) {
  if (words == 0 || (s->slots & words) != 0) {
    steady_read(s);
  }
}

void steady_stack_write(struct steady *s, uint64_t words, bool whole) {
  if (s->stores_loaded) {
    s->slots |= words;
    s->holds = s->holds && words != 0;
  } else if (whole) {
    s->slots &= ~words;
  }
}
