#include "report/page.h"

#include <string.h>

const char *page_ink(const struct page *page, enum ink ink) {
  static const char *const codes[] = {
      [INK_OFF] = "\x1b[0m",      [INK_BOLD] = "\x1b[1m",       [INK_DIM] = "\x1b[2m",
      [INK_ERROR] = "\x1b[1;31m", [INK_WARNING] = "\x1b[1;33m", [INK_NOTE] = "\x1b[1;36m",
      [INK_NEW] = "\x1b[0;1;35m", [INK_OLD] = "\x1b[0;36m",     [INK_GOOD] = "\x1b[1;32m",
  };
  return page->color ? codes[ink] : "";
}

int page_fit(const char *text, int columns) {
  int bytes = 0;
  while (text[bytes] != '\0') {
    if (((unsigned char)text[bytes] & 0xc0) != 0x80 && columns-- == 0) {
      break;
    }
    bytes++;
  }
  return bytes;
}

void page_paragraph(const struct page *page, const char *head, int indent, const char *text) {
  fputs(head, page->out);
  int room = PAGE_WIDTH - indent;
  while (page_fit(text, room) < (int)strlen(text)) {
    int cut = page_fit(text, room);
    while (cut > 0 && text[cut] != ' ') {
      cut--;
    }
    if (cut == 0) {
      break; /* a word longer than the line */
    }
    fprintf(page->out, "%.*s\n%*s", cut, text, indent, "");
    text += cut + 1;
  }
  fprintf(page->out, "%s\n", text);
}
