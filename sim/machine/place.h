/* Where an exception can be taken (the words are defined in the README). */
#ifndef TORNWORD_SIM_MACHINE_PLACE_H
#define TORNWORD_SIM_MACHINE_PLACE_H

#include <stdint.h>

enum place_kind { PLACE_BOUNDARY, PLACE_BEAT, PLACE_ENTRY, PLACE_RETURN };
enum { PLACE_KIND_COUNT = PLACE_RETURN + 1 };

struct place {
  enum place_kind kind;
  uint64_t boundary; /* number of the boundary; a beat's: of its instruction; entry,
                        return: that the next step will have */
  uint8_t beat;      /* PLACE_BEAT: accesses already made, from 1 */
  uint32_t pc;       /* return address of an exception taken here; not in the token */
};

#endif
