#include "detectors/finding.h"

#include <string.h>

static const struct finding_traits TRAITS[FINDING_KIND_COUNT] = {
    [FINDING_TORN_WRITE] = {"torn-write",
                            "a write was interrupted halfway and its halves were read",
                            SEVERITY_ERROR, false},
    [FINDING_TORN_READ] = {"torn-read",
                           "a read was interrupted halfway and got halves of two values",
                           SEVERITY_ERROR, false},
    [FINDING_INVALID_ENUM] = {"invalid-enum", "a value was read that its type does not have",
                              SEVERITY_ERROR, false},
    [FINDING_LOST_UPDATE] = {"lost-update",
                             "a handler's write was overwritten with a stale value",
                             SEVERITY_ERROR, true},
    [FINDING_UNSYNCHRONISED] = {"unsynchronised",
                                "plain accesses of two contexts meet and nothing orders them",
                                SEVERITY_WARNING, false},
    [FINDING_FAULT] = {"fault", "the firmware faulted", SEVERITY_ERROR, false},
    [FINDING_LOCKUP] = {"lockup", "the processor locked up", SEVERITY_ERROR, false},
    [FINDING_TRACE] = {"trace", "an access was seen (example detector)", SEVERITY_NOTE, false},
};

const struct finding_traits *finding_traits(enum finding_kind kind) {
  return &TRAITS[kind];
}

bool finding_kind_by_name(const char *name, enum finding_kind *kind) {
  for (unsigned i = 0; i < FINDING_KIND_COUNT; i++) {
    if (strcmp(name, TRAITS[i].name) == 0) {
      *kind = (enum finding_kind)i;
      return true;
    }
  }
  return false;
}

const char *severity_name(enum severity severity) {
  static const char *const names[] = {"note", "warning", "error"};
  return names[severity];
}

struct access access_of(const struct event *event) {
  return (struct access){
      .op = event->kind,
      .size = event->size,
      .beat = event->beat,
      .flags = event->flags,
      .context = event->context,
      .pc = event->pc,
      .address = event->address,
      .boundary = event->boundary,
      .value = event->value,
  };
}
