/* Numbers that look random and follow from a seed: splitmix64. */
#ifndef TORNWORD_SIM_FUZZ_RANDOM_H
#define TORNWORD_SIM_FUZZ_RANDOM_H

#include <stdint.h>

struct random {
  uint64_t state;
};

static inline uint64_t random_next(struct random *random) {
  uint64_t z = random->state += 0x9e3779b97f4a7c15U;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
  z = (z ^ z >> 27) * 0x94d049bb133111ebU;
  return z ^ z >> 31;
}

/* From 0 to below `end`; 0 if end is 0. */
static inline uint32_t random_below(struct random *random, uint32_t end) {
  return end > 0 ? (uint32_t)((random_next(random) >> 32) * end >> 32) : 0;
}

/* A stream of its own for each task of each round. */
static inline struct random random_for(uint64_t seed, uint64_t round, uint64_t task) {
  struct random random = {seed * 0x2545f4914f6cdd1dU ^ round << 32 ^ task};
  random_next(&random);
  return random;
}

#endif
