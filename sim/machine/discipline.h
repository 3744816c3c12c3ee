/* Arrival discipline: when an interrupt can come.
 *
 * By default an enabled interrupt comes at any time. A rule narrows that to what
 * the hardware behind it does: at a period, only once something asked for it, not
 * sooner than so long after the last time, so often at most, only while a
 * condition holds. All of a rule's parts must hold at once. What the rule keeps
 * out is withheld, and counted. Rules are made once and then only read; machines
 * borrow them. Times are the machine's: instructions executed, and time slept. */
#ifndef TORNWORD_SIM_MACHINE_DISCIPLINE_H
#define TORNWORD_SIM_MACHINE_DISCIPLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A word of memory or a device register, and bits of it. */
struct arrival_word {
  uint32_t address; /* a multiple of 4 */
  uint32_t lanes;   /* bits of the word that are meant; 0: there is no such part */
  uint32_t bits;    /* of these, the ones that matter; 0: all */
  uint32_t value;   /* condition: what they are, if `exact`; else not all are 0 */
  bool exact;
};

enum { CONFIG_ARRIVALS = 16 };

struct arrival_rule {
  uint16_t exception;
  uint64_t period; /* comes by itself every so long, from reset on; 0: it does not */
  uint64_t gap;    /* least time between two arrivals */
  uint64_t most;   /* arrivals in one run; UINT64_MAX: any number */
  /* Comes once after each write of the word; where `bits` says which, after one that
   * writes 1 to any of them. */
  struct arrival_word request;
  struct arrival_word condition; /* comes only while this holds */
  /* Instructions behind a write to NVIC_ICER that disables it, at which it may still be
   * taken (late_mask.h); 0: none. */
  uint32_t late;
};

/* What became of a rule so far. Changes go through the undo log. */
struct arrival_account {
  uint64_t last;  /* time of the last arrival */
  uint64_t count; /* of arrivals */
  uint64_t due;   /* periodic: time of the next one */
  bool requested;
};

/* Why a rule does not let its interrupt come. */
enum arrival_bar {
  ARRIVAL_OPEN,
  ARRIVAL_GAP,
  ARRIVAL_MOST,
  ARRIVAL_REQUEST,
  ARRIVAL_CONDITION
};
enum { ARRIVAL_BARS = ARRIVAL_CONDITION + 1 };

struct machine;

/* The rule that speaks of this exception, or NULL: it comes at any time. */
const struct arrival_rule *discipline_rule(const struct machine *m, unsigned exception);

/* Whether, and why not, the exception can arrive now. */
enum arrival_bar discipline_bar(const struct machine *m, unsigned exception);

/* When it could come if nothing but time went by; UINT64_MAX: never. */
uint64_t discipline_opens(const struct machine *m, unsigned exception);

/* Of what the rules will let in, for comparisons of states: times as far as they
 * matter. 0 without rules. */
uint64_t discipline_hash(const struct machine *m);

/* Of the rules, for tokens; 0 for none. */
uint64_t discipline_fingerprint(const struct arrival_rule *rules, size_t count);

/* The machine's own business from here on. */
void discipline_reset(struct machine *m);
/* The exception arrived. */
void discipline_arrived(struct machine *m, unsigned exception);
/* Firmware wrote `value` (of `size` bytes) there. */
void discipline_wrote(struct machine *m, uint32_t address, unsigned size, uint64_t value);
/* On the spine: what comes by itself at this time. */
void discipline_advance(struct machine *m);

#endif
