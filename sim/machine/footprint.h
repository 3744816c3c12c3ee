/* The footprint of a probe: what its handlers read and wrote.
 *
 * Recorded while a probe runs; the explorer asks it whether an instruction of
 * the interrupted code could have made a difference to the probe, or the probe
 * to the instruction. Granules are leaves (a leaf is touched as a whole) and
 * words of stack; the handlers' own stack is left out. A probe that used what it
 * found in registers, flags, its frame or the clock is not reusable at all. Models of
 * device registers follow time in steps: what they did is the same up to some time. */
#ifndef TORNWORD_SIM_MACHINE_FOOTPRINT_H
#define TORNWORD_SIM_MACHINE_FOOTPRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/machine/steady.h"

struct machine;

/* Instructions of which detectors are told more than their accesses, and all that touch what
 * no footprint tells of. */
enum {
  FOOTPRINT_TOLD = CODE_BKPT | CODE_STATICS | CODE_STUB,
  FOOTPRINT_STATE =
      CODE_EXCLUSIVE | CODE_SEND | CODE_WAIT | CODE_MASKS | CODE_SVC | FOOTPRINT_TOLD
};

enum { FOOTPRINT_GRANULES = 48, FOOTPRINT_SLOTS = 64 };

struct granule {
  uint32_t id;  /* leaf index; or GRANULE_WORD + word number */
  uint8_t uses; /* of enum footprint_use */
};
#define GRANULE_WORD 0x80000000U

struct footprint {
  bool reusable;
  bool watches; /* records no more, but looks at what runs: see footprint_watch */
  bool met;     /* something of it was met */
  uint8_t count;
  uint16_t foreign;            /* registers that still hold the interrupted values */
  uint16_t moving;             /* that the running PUSH or POP has yet to move, lowest first */
  bool foreign_nz, foreign_cv; /* condition flags likewise */
  uint32_t frame, frame_end;   /* exception frame */
  uint32_t stack_end; /* main stack pointer at the place: the handlers' stack lies below */
  uint64_t saved;     /* words below the frame that hold foreign registers, one bit each ... */
  uint8_t holder[FOOTPRINT_SLOTS]; /* ... and whose value it is, where the bit is set */
  uint64_t own;                    /* words below the frame that the handlers wrote */
  bool dead;                       /* they read one that they had not written */
  uint64_t likely;      /* a bit for each granule, by its id: what it lacks was not touched */
  uint64_t began;       /* time at the place */
  uint64_t constant;    /* at places until this time, exclusive, models do what they did */
  bool delayed;         /* one brings about something later: the code behind may come to it */
  struct steady steady; /* whether what it found in memory mattered */
  struct granule granules[FOOTPRINT_GRANULES];
};

/* At the place, before the exception is taken. */
void footprint_begin(struct footprint *footprint, struct machine *machine);
/* From here on what runs is the interrupted code: whether it touches anything that the
 * handlers touched (one of the two writing), or other state than memory and registers. */
void footprint_watch(struct footprint *footprint);
/* Before a handler's instruction executes, and for each of its accesses. */
void footprint_instruction(struct footprint *footprint, const struct code *code);
void footprint_access(struct footprint *footprint, struct machine *machine, bool write,
                      uint32_t address, unsigned size);

/* Where a register is accessed that has a model. */
void footprint_model(struct footprint *footprint, const struct machine *machine);
/* What the model does now it does until this time, exclusive. */
void footprint_until(struct footprint *footprint, const struct machine *machine, uint64_t time);

/* Whether it holds for other places too: it did not matter what the probe found in
 * registers, and those that nobody restores for a handler were restored by it, if it came
 * `home`. */
bool footprint_is_reusable(const struct footprint *footprint, bool home);

/* A probe inside the recorded one was made and taken back: its accesses are added.
 * `whole`: it came to its end. */
void footprint_merge(struct footprint *footprint, const struct footprint *inner, bool whole);

/* How the probe touched the granules of an access: bits of enum footprint_use. */
enum footprint_use { FOOTPRINT_READ = 1, FOOTPRINT_WRITTEN = 2 };
unsigned footprint_use_of(const struct footprint *footprint, const struct machine *machine,
                          uint32_t address, unsigned size);
/* Quicker, of several footprints: false if none of those whose `likely` these are (an OR)
 * touched them. */
bool footprint_may_meet(uint64_t likely, const struct machine *machine, uint32_t address,
                        unsigned size);

#endif
