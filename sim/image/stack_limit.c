/* How far down the main stack may grow: what the image says of it. */
#include <string.h>

#include "sim/image/object.h"

/* Names that linker scripts give to the lowest address of the stack: CMSIS and
 * its successors, Arm's libraries, cortex-m-rt, picolibc. */
static const char *const LIMIT_NAMES[] = {
    "__stack_limit", "__StackLimit", "__stack_limit__", "_stack_limit",
    "_sstack",       "_stack_end",   "__stack_end",     "__stack_low",
};

void stack_limit_note(struct image *image, const char *name, uint32_t address) {
  for (size_t i = 0; i < sizeof LIMIT_NAMES / sizeof LIMIT_NAMES[0]; i++) {
    if (strcmp(name, LIMIT_NAMES[i]) == 0 && image->stack_limit == 0) {
      image->stack_limit = address;
      image->stack_limit_name = LIMIT_NAMES[i];
    }
  }
}

/* The variable that ends nearest below the stack, or that is the stack. */
static const struct variable *nearest_below(const struct image *image, uint32_t top) {
  const struct variable *best = NULL;
  for (size_t i = 0; i < image->variable_count; i++) {
    const struct variable *variable = &image->variables[i];
    bool below = variable->address < top && elf_is_writable(image, variable->address);
    if (below &&
        (best == NULL || variable->address + variable->size > best->address + best->size)) {
      best = variable;
    }
  }
  return best;
}

uint32_t image_stack_limit(const struct image *image, uint32_t top, const char **source) {
  const char *ignored = NULL;
  const char **how = source != NULL ? source : &ignored;
  if (image->stack_limit != 0 && image->stack_limit < top) {
    *how = image->stack_limit_name;
    return image->stack_limit;
  }
  const struct variable *variable = nearest_below(image, top);
  *how = variable != NULL ? variable->name : NULL;
  if (variable == NULL) {
    return 0;
  }
  uint32_t end = variable->address + variable->size;
  return end < top ? end : variable->address; /* it is the stack itself */
}
