/* The sections of the text report, in their order on the page. */
#ifndef TORNWORD_REPORT_SECTIONS_H
#define TORNWORD_REPORT_SECTIONS_H

#include "report/page.h"
#include "report/report.h"

/* Both sides with their stacks and code, and the interruption between them. */
void section_sides(const struct page *page, const struct report *report,
                   const struct finding *finding);

/* What the leaf is, and the value with its old and new bytes marked. */
void section_value(const struct page *page, const struct report *report,
                   const struct finding *finding);

/* One value of a leaf, in a line of its own: hex, its name or what is wrong with
 * it; and a row of marks if some of its bytes are new. */
struct leaf_value {
  const char *label;
  uint64_t value;
  uint8_t new_bytes; /* 0: no marks */
  const char *note;  /* instead of the value's name; NULL: none */
};
void section_leaf(const struct page *page, const struct report *report, uint32_t leaf,
                  const struct leaf_value *value);

/* A row of marks under a value printed by report_hex(..., grouped), beginning in
 * the column of its "0x": ^ under bytes of the newer write, ~ under the others. */
void section_marks(const struct page *page, unsigned size, uint8_t new_bytes);

/* One finding, whole: headline to Reproduce line. */
void section_finding(const struct page *page, const struct report *report,
                     const struct finding *finding);

/* What was decided and what was not. */
/* Suppressions and baseline, and what they matched; nothing without them. */
void section_waivers(const struct page *page, const struct report *report);
void section_certificate(const struct page *page, const struct report *report);

/* The SUMMARY line. */
void section_summary(const struct page *page, const struct report *report);

/* Words for a place: "inside the instruction at 0x124, after 1 of 2 words". */
const char *place_sentence(const struct report *report, const struct place *place);

/* "s" unless there is one. */
static inline const char *plural(uint64_t count) {
  return count == 1 ? "" : "s";
}

#endif
