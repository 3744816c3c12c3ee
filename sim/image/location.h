/* Where a variable is: a DWARF location expression, as far as it is static. */
#ifndef TORNWORD_SIM_IMAGE_LOCATION_H
#define TORNWORD_SIM_IMAGE_LOCATION_H

#include <elfutils/libdw.h>
#include <stddef.h>
#include <stdint.h>

enum { MOST_PIECES = 32 };

struct location_piece {
  uint32_t offset;  /* within the variable */
  uint32_t size;    /* 0: the whole variable */
  uint32_t address; /* in memory */
};

/* The pieces that have an address, at most MOST_PIECES; 0 where the variable
 * has none (registers, frames, constants, optimised out). */
size_t location_pieces(Dwarf_Die *die, struct location_piece *pieces);

#endif
