/* A page of text for people: ink, indentation and lines of at most PAGE_WIDTH
 * columns. Without colour every ink is the empty string. */
#ifndef TORNWORD_REPORT_PAGE_H
#define TORNWORD_REPORT_PAGE_H

#include <stdbool.h>
#include <stdio.h>

enum { PAGE_WIDTH = 100 };

enum ink {
  INK_OFF,
  INK_BOLD,
  INK_DIM,
  INK_ERROR,
  INK_WARNING,
  INK_NOTE,
  INK_NEW,
  INK_OLD,
  INK_GOOD
};

struct page {
  FILE *out;
  bool color;
};

/* The escape sequence for an ink, or "". */
const char *page_ink(const struct page *page, enum ink ink);

/* Prints text in lines broken at spaces, the first behind `head`, the others
 * indented by `indent` columns. `head` is not measured beyond `indent`. */
void page_paragraph(const struct page *page, const char *head, int indent, const char *text);

/* How much of a UTF-8 text fits in so many columns, in bytes. */
int page_fit(const char *text, int columns);

#endif
