/* What an image's strings may do to a terminal: nothing. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/page.h"
#include "report/texts.h"

Test(texts, clean_escapes_controls_and_broken_utf8) {
  static const struct {
    const char *text, *clean;
  } rows[] = {
      {"plain text", "plain text"},
      {"", ""},
      {"a\x1b[31mb\n\x7f", "a\\x1b[31mb\\x0a\\x7f"},
      {"na\xc3\xafve \xe2\x82\xac \xf0\x9f\x98\x80",
       "na\xc3\xafve \xe2\x82\xac \xf0\x9f\x98\x80"},
      {"\xc2\x9b"
       "31m",
       "\\xc2\\x9b31m"}, /* CSI as a C1 control */
      {"\xc3", "\\xc3"},
      {"\xe2\x82", "\\xe2\\x82"},
      {"\xff\xfe", "\\xff\\xfe"},
      {"\xe0\x80\x80", "\\xe0\\x80\\x80"},          /* overlong */
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},          /* a surrogate */
      {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* above U+10FFFF */
  };
  struct texts texts = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cr_expect_str_eq(texts_clean(&texts, rows[i].text), rows[i].clean);
  }
  cr_expect_str_eq(texts_clean(&texts, NULL), "?");
  texts_free(&texts);
}

Test(texts, quote_makes_one_shell_word) {
  struct texts texts = {0};
  cr_expect_str_eq(texts_quote(&texts, "build/app-m3.elf"), "build/app-m3.elf");
  cr_expect_str_eq(texts_quote(&texts, "my app.elf"), "'my app.elf'");
  cr_expect_str_eq(texts_quote(&texts, "it's"), "'it'\\''s'");
  cr_expect_str_eq(texts_quote(&texts, "$(reboot)"), "'$(reboot)'");
  cr_expect_str_eq(texts_quote(&texts, ""), "''");
  texts_free(&texts);
}

Test(texts, a_paragraph_breaks_at_spaces_within_the_page) {
  char *text = NULL;
  size_t size = 0;
  const struct page page = {open_memstream(&text, &size), false};
  char words[400] = "";
  for (int i = 0; i < 60; i++) {
    strcat(words, i > 0 ? " words" : "words");
  }
  page_paragraph(&page, "  Head: ", 8, words);
  fclose(page.out);
  int lines = 0;
  for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
    cr_expect_leq(strlen(line), PAGE_WIDTH);
    cr_expect_neq(line[strlen(line) - 1], ' ');
    cr_expect(strncmp(line, lines == 0 ? "  Head: words" : "        words", 13) == 0, "%s",
              line);
    lines++;
  }
  cr_expect_eq(lines, 4);
  free(text);
}
