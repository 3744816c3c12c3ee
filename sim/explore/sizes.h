/* How large the data of a program without debug information are, guessed from the
 * accesses of a run.
 *
 * Memory that nothing names is judged word by word. Two words are one doubleword
 * where code accesses them as one: an instruction does (LDRD, STRD, LDM and STM of
 * two), or, on ARMv6-M that has no such instruction, always two behind each other;
 * and hardly ever one of the two alone. A word that is accessed in bytes or halfwords
 * only is so many data.
 *
 * It is a guess: two words that are always used together look like a doubleword,
 * whatever they are. */
#ifndef TORNWORD_SIM_EXPLORE_SIZES_H
#define TORNWORD_SIM_EXPLORE_SIZES_H

#include "sim/event.h"
#include "sim/image/image.h"

struct sizes;

/* For words [base, base + size) of RAM; both are multiples of 8. */
struct sizes *sizes_create(uint32_t base, uint32_t size, bool has_doubles);
void sizes_destroy(struct sizes *sizes);

/* A read or write of one leaf. */
void sizes_observe(struct sizes *sizes, const struct event *event);

/* The data that are no words, by address. The caller frees the list. */
size_t sizes_guess(struct sizes *sizes, struct datum **data);

#endif
