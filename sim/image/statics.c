/* Static locals: variables whose qualified name begins with a function's. In C the
 * function is the scope, in Rust a namespace of the function's name. */
#include <stdlib.h>
#include <string.h>

#include "sim/image/object.h"

/* "next_id::id" is of "next_id"; NULL if no function of that name has code. */
static const struct function *owner_of(struct image *image, const char *variable) {
  const char *last = NULL;
  for (const char *at = strstr(variable, "::"); at != NULL; at = strstr(at + 2, "::")) {
    last = at;
  }
  if (last == NULL) {
    return NULL;
  }
  size_t length = (size_t)(last - variable);
  for (size_t i = 0; i < image->function_count; i++) {
    const char *name = image->functions[i].function.name;
    if (strncmp(name, variable, length) == 0 && name[length] == '\0') {
      return &image->functions[i].function;
    }
  }
  return NULL;
}

static int compare_addresses(const void *left, const void *right) {
  uint32_t a = *(const uint32_t *)left;
  uint32_t b = *(const uint32_t *)right;
  return (a > b) - (a < b);
}

void statics_load(struct image *image) {
  image->owners = allocate(image->variable_count + 1, sizeof *image->owners);
  for (size_t i = 0; i < image->variable_count; i++) {
    const struct variable *variable = &image->variables[i];
    const struct function *owner =
        variable->leaf_count > 0 ? owner_of(image, variable->name) : NULL;
    if (owner != NULL) {
      image->owners[image->owner_count++] = owner->low;
    }
    for (uint32_t leaf = 0; owner != NULL && leaf < variable->leaf_count; leaf++) {
      image->leaves[variable->first_leaf + leaf].owner = owner->low;
    }
  }
  if (image->owner_count > 0) {
    qsort(image->owners, image->owner_count, sizeof *image->owners, compare_addresses);
  }
}

bool image_has_statics(const struct image *image, uint32_t pc) {
  return image->owner_count > 0 && bsearch(&pc, image->owners, image->owner_count,
                                           sizeof *image->owners, compare_addresses) != NULL;
}
