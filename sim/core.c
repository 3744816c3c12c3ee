#include "sim/core.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static const struct core_traits TRAITS[CORE_COUNT] = {
    [CORE_M0] = {"m0", "Cortex-M0", false, false, false, false, 2, 32, 0x410cc200},
    [CORE_M0PLUS] = {"m0+", "Cortex-M0+", false, true, false, false, 2, 32, 0x410cc601},
    [CORE_M3] = {"m3", "Cortex-M3", true, true, false, true, 3, 240, 0x412fc231},
    [CORE_M4] = {"m4", "Cortex-M4", true, true, false, true, 4, 240, 0x410fc241},
    [CORE_M4F] = {"m4f", "Cortex-M4F", true, true, true, true, 4, 240, 0x410fc241},
    [CORE_M7] = {"m7", "Cortex-M7", true, true, true, true, 4, 240, 0x411fc272},
};

const struct core_traits *core_traits(enum core core) {
  assert((unsigned)core < CORE_COUNT);
  return &TRAITS[core];
}

bool core_by_name(const char *name, enum core *core) {
  static const char prefix[] = "cortex-";
  if (strncasecmp(name, prefix, sizeof prefix - 1) == 0) {
    name += sizeof prefix - 1;
  }
  for (unsigned i = 0; i < CORE_COUNT; i++) {
    if (strcasecmp(name, TRAITS[i].name) == 0) {
      *core = (enum core)i;
      return true;
    }
  }
  if (strcasecmp(name, "m0plus") == 0) {
    *core = CORE_M0PLUS;
    return true;
  }
  return false;
}

const char *core_names(void) {
  return "m0, m0+, m3, m4, m4f, m7";
}
