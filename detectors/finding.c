#include "detectors/finding.h"

#include <string.h>

static const struct finding_traits TRAITS[FINDING_KIND_COUNT] = {
    [FINDING_TORN_WRITE] = {.name = "torn-write",
                            .summary =
                                "a write was interrupted halfway and its halves were read",
                            .severity = SEVERITY_ERROR},
    [FINDING_TORN_READ] = {.name = "torn-read",
                           .summary =
                               "a read was interrupted halfway and got halves of two values",
                           .severity = SEVERITY_ERROR},
    [FINDING_INVALID_ENUM] = {.name = "invalid-enum",
                              .summary = "a value was read that its type does not have",
                              .severity = SEVERITY_ERROR},
    [FINDING_LOST_UPDATE] = {.name = "lost-update",
                             .summary = "a handler's write was overwritten with a stale value",
                             .severity = SEVERITY_ERROR,
                             .harm = HARM_SHOWN},
    [FINDING_UNSYNCHRONISED] = {.name = "unsynchronised",
                                .summary = "plain accesses of two contexts meet and nothing "
                                           "orders them",
                                .severity = SEVERITY_WARNING},
    [FINDING_FAULT] = {.name = "fault",
                       .summary = "the firmware faulted",
                       .severity = SEVERITY_ERROR,
                       .fatal = true,
                       .distant = true},
    [FINDING_LOCKUP] = {.name = "lockup",
                        .summary = "the processor locked up",
                        .severity = SEVERITY_ERROR,
                        .fatal = true,
                        .distant = true},
    [FINDING_STACK_OVERFLOW] = {.name = "stack-overflow",
                                .summary = "the stack grew over its end into other memory",
                                .severity = SEVERITY_ERROR,
                                .distant = true},
    [FINDING_DEADLOCK] = {.name = "deadlock",
                          .summary = "a handler waits for what only the code that it "
                                     "interrupted can do",
                          .severity = SEVERITY_ERROR,
                          .fatal = true,
                          .distant = true},
    [FINDING_UNINITIALISED_READ] = {.name = "uninitialised-read",
                                    .summary =
                                        "a handler read memory that nobody had written yet",
                                    .severity = SEVERITY_ERROR},
    [FINDING_INCONSISTENT_SNAPSHOT] = {.name = "inconsistent-snapshot",
                                       .summary = "members of one object were read in a "
                                                  "combination that never was",
                                       .severity = SEVERITY_WARNING,
                                       .harm = HARM_UNLESS_SERIAL},
    [FINDING_DOUBLE_FETCH] = {.name = "double-fetch",
                              .summary = "a handler changed a variable between two reads of "
                                         "one function",
                              .severity = SEVERITY_WARNING,
                              .harm = HARM_UNLESS_SERIAL},
    [FINDING_NON_SERIALISABLE] = {.name = "non-serialisable",
                                  .summary = "a region that the scenario names came out as in "
                                             "neither order of it and the handler",
                                  .severity = SEVERITY_ERROR,
                                  .harm = HARM_COMPARED},
    [FINDING_BROKEN_INVARIANT] = {.name = "broken-invariant",
                                  .summary = "what the scenario says is always true was "
                                             "false where it could be seen",
                                  .severity = SEVERITY_ERROR},
    [FINDING_FLAG_RMW] = {.name = "flag-rmw",
                          .summary = "a register was read and written back, and a flag that "
                                     "rose meanwhile was cleared",
                          .severity = SEVERITY_ERROR},
    [FINDING_VANISHED_ACCESS] = {.name = "vanished-access",
                                 .summary =
                                     "a loop waits for a variable that the compiler left "
                                     "no read of in it",
                                 .severity = SEVERITY_WARNING},
    [FINDING_NON_REENTRANT] = {.name = "non-reentrant",
                               .summary = "a function was entered again while it worked on its "
                                          "static variable",
                               .severity = SEVERITY_WARNING},
    [FINDING_STACK_ESCAPE] = {.name = "stack-escape",
                              .summary = "a handler touched the stack of the code that it "
                                         "interrupted",
                              .severity = SEVERITY_WARNING},
    [FINDING_SPLIT_SECTION] = {.name = "split-section",
                               .summary = "a critical section was opened before its end, and "
                                          "a handler came in between",
                               .severity = SEVERITY_WARNING},
    [FINDING_TRACE] = {.name = "trace",
                       .summary = "an access was seen (example detector)",
                       .severity = SEVERITY_NOTE},
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

bool access_writes(const struct access *access) {
  return access->op == EVENT_WRITE || access->op == EVENT_STACK_WRITE ||
         access->op == EVENT_DEVICE_WRITE;
}
