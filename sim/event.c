#include "sim/event.h"

const char *event_kind_name(enum event_kind kind) {
  static const char *const names[EVENT_KIND_COUNT] = {
      "read",         "write",      "entry",      "return",      "restart", "device-read",
      "device-write", "breakpoint", "sleep",      "fault",       "lockup",  "reset",
      "stack-low",    "spin",       "stack-read", "stack-write", "mask",    "priority",
      "call",         "leave",      "region",     "region-end",
  };
  return names[kind];
}
