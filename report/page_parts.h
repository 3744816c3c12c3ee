/* Files embedded when the program is built: the HTML report's page (report/page),
 * and the documentation that reports quote. */
#ifndef TORNWORD_REPORT_PAGE_PARTS_H
#define TORNWORD_REPORT_PAGE_PARTS_H

#include <stddef.h>

struct page_part {
  const char *name; /* NULL behind the last */
  const unsigned char *bytes;
  size_t size; /* 0: the data stand here */
};

/* In the order in which they are written. */
extern const struct page_part page_parts[];

/* The pages of the documentation on the kinds of findings (docs/kinds): "torn-write.md". */
extern const struct page_part kind_pages[];

#endif
