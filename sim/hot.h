/* Marks for what the loop over instructions runs through. */
#ifndef TORNWORD_SIM_HOT_H
#define TORNWORD_SIM_HOT_H

/* Kept out of that loop, where it would cost registers. */
#define SELDOM __attribute__((noinline))
/* Made a part of it, though it is large. */
#define HOT __attribute__((always_inline))

#endif
