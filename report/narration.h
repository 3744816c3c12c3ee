/* A recorded run told step by step in two columns: the interrupted context on
 * the left, what preempted it on the right, and between them the bytes of the
 * finding's leaf as they change. */
#ifndef TORNWORD_REPORT_NARRATION_H
#define TORNWORD_REPORT_NARRATION_H

#include "report/page.h"
#include "report/recording.h"
#include "report/report.h"

/* How many steps are told before the first access of the finding. */
enum { NARRATION_BEFORE = 8 };

/* `finding` may be NULL: the run showed none. */
void narration_print(const struct page *page, const struct report *report,
                     const struct recording *recording, const struct finding *finding);

/* An access in words: "writes X byte 0..3 0xffffffff"; another event's name. */
const char *narration_event(const struct report *report, const struct event *event);

/* Which bytes of a leaf are of the write that is under way, behind one more write
 * to it. All of them: none is under way. */
uint8_t narration_follow(const struct leaf *leaf, uint8_t new_bytes, const struct event *event);

#endif
