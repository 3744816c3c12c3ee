/* Two builds compared, as text and as JSON: the report of tornword info --compare. */
#ifndef TORNWORD_REPORT_COMPARISON_H
#define TORNWORD_REPORT_COMPARISON_H

#include <stdbool.h>
#include <stdio.h>

#include "report/texts.h"
#include "sim/compare/comparison.h"

/* Variables that lost accesses which contexts share (comparison_counts). */
size_t comparison_count(const struct comparison *comparison);

/* Names of contexts, "thread mode, SysTick_Handler". */
const char *comparison_contexts(const struct comparison *comparison, uint64_t contexts,
                                struct texts *texts);

/* What a comparison of code that does not run leaves out: one sentence each, NULL behind
 * the last. */
extern const char *const COMPARISON_LIMITS[];

void comparison_text(FILE *out, const struct comparison *comparison, struct texts *texts,
                     bool color);
bool comparison_json(FILE *out, const struct comparison *comparison, struct texts *texts);

#endif
