/* The page's files (cli/page), embedded when the program is built. */
#ifndef TORNWORD_CLI_PAGE_PARTS_H
#define TORNWORD_CLI_PAGE_PARTS_H

#include <stddef.h>

struct page_part {
  const char *name; /* NULL behind the last */
  const unsigned char *bytes;
  size_t size; /* 0: the data stand here */
};

/* In the order in which they are written. */
extern const struct page_part page_parts[];

#endif
