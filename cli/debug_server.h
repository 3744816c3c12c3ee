/* A gdb server for one timeline: gdb's packets in, movements of the timeline and
 * what it looks like out. */
#ifndef TORNWORD_CLI_DEBUG_SERVER_H
#define TORNWORD_CLI_DEBUG_SERVER_H

#include "cli/debug_wire.h"
#include "report/report.h"
#include "sim/explore/timeline.h"

struct debugger {
  struct report report; /* on the finding that is debugged, if there is one */
  const struct finding *finding;
  struct timeline *timeline;
  struct wire wire;
  struct texts texts;        /* of one packet */
  unsigned level;            /* context that registers are asked of */
  struct timeline_stop stop; /* the last one */
  bool hardware;             /* breakpoints are told as hardware breakpoints */
  bool goes;                 /* the next continue goes to... */
  uint64_t goes_to;          /* this position (monitor go) */
  bool done;                 /* killed: no further debugger is waited for */
};

/* Serves one debugger after the other until one kills the program. False if no
 * further connection could be accepted. */
bool debug_serve(struct debugger *debugger, struct error *error);

/* debug_monitor.c: gdb's `monitor` command; writes what is printed there. */
void debug_monitor(struct debugger *debugger, FILE *out, const char *command);

#endif
