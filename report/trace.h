/* A replayed run for other programs: JSON lines of events, a value change dump
 * for wave viewers, and a trace for Chrome and Perfetto. Time is the boundary
 * count in all of them. */
#ifndef TORNWORD_REPORT_TRACE_H
#define TORNWORD_REPORT_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "report/recording.h"
#include "report/report.h"

enum trace_format { TRACE_JSONL, TRACE_VCD, TRACE_CHROME };

/* How many steps are told before the first access of the finding. */
enum { TRACE_BEFORE = 1000, TRACE_AFTER = 100 }; /* and behind the last */

struct trace {
  const struct report *report;
  const struct recording *recording;
  size_t count;                  /* steps of the run: the injected part is its end */
  const struct finding *finding; /* NULL: the run showed none */
  const char *token;
};

/* The trace of a recording; what the machine ran after the run was over is left
 * out. */
struct trace trace_of(const struct report *report, const struct recording *recording,
                      const struct finding *finding);

/* The function at pc, printable; "?" if none is known. */
const char *trace_function(const struct trace *trace, uint32_t pc);
/* The step's instruction in words. */
const char *trace_text(const struct trace *trace, size_t index);
/* The leaf of the finding; size 0 if it is not about data. */
struct leaf trace_leaf(const struct trace *trace);

bool trace_write(FILE *out, const struct trace *trace, enum trace_format format);

bool trace_jsonl(FILE *out, const struct trace *trace);
bool trace_vcd(FILE *out, const struct trace *trace);
bool trace_chrome(FILE *out, const struct trace *trace);

#endif
