/* Loops that nothing but an interrupt can end, or change anything in.
 *
 * What is left of a wait for a variable that the compiler read ahead of it: a branch
 * to itself, or a compare and a conditional branch back to it (ARMv6-M A5.2). */
#include "sim/image/object.h"

enum { LOOP_MOST = 4, NOT_CODE = 0xdeff /* an undefined instruction */ };

static uint16_t halfword(const struct image *image, uint32_t address) {
  const struct segment *segments = NULL;
  size_t count = image_segments(image, &segments);
  for (size_t i = 0; i < count; i++) {
    uint32_t offset = address - segments[i].run_address;
    if (segments[i].size >= 2 && offset <= segments[i].size - 2) {
      return (uint16_t)(segments[i].bytes[offset] | segments[i].bytes[offset + 1] << 8);
    }
  }
  return NOT_CODE;
}

static bool is_idle(uint16_t first) {
  bool compares = (first & 0xf800) == 0x2800 || /* CMP with an immediate */
                  (first & 0xffc0) == 0x4280 || /* CMP, TST with a register */
                  (first & 0xffc0) == 0x4200;
  return compares || first == 0xbf00; /* NOP */
}

/* Where a 16-bit B or B<cond> goes; false: it is neither. */
static bool branch_target(uint16_t first, uint32_t at, uint32_t *target) {
  if ((first & 0xf800) == 0xe000) {
    uint32_t offset = (uint32_t)(first & 0x7ff) << 1;
    *target = at + 4 + offset - ((offset & 0x800) << 1);
    return true;
  }
  if ((first & 0xf000) == 0xd000 && (first & 0xf00) < 0xe00) {
    uint32_t offset = (uint32_t)(first & 0xff) << 1;
    *target = at + 4 + offset - ((offset & 0x100) << 1);
    return true;
  }
  return false;
}

bool image_loops_blindly(const struct image *image, uint32_t pc) {
  uint32_t begin = pc & ~1U;
  uint32_t end = begin;
  uint32_t target = 0;
  uint16_t next = halfword(image, end);
  while (is_idle(next) && end - begin < 2 * LOOP_MOST) { /* all of the loop is idle */
    end += 2;
    next = halfword(image, end);
  }
  if (!branch_target(next, end, &target) || target > begin || end - target >= 2 * LOOP_MOST) {
    return false;
  }
  for (uint32_t at = target; at < begin; at += 2) {
    if (!is_idle(halfword(image, at))) {
      return false;
    }
  }
  return true;
}
