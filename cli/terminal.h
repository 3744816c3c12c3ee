/* A terminal in full-screen mode: keys in, whole screens out (POSIX termios and
 * the escape sequences of ECMA-48). */
#ifndef TORNWORD_CLI_TERMINAL_H
#define TORNWORD_CLI_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>
#include <termios.h>

struct terminal {
  struct termios before;
};

/* Both stdin and stdout are terminals that know escape sequences. */
bool terminal_is_there(void);

bool terminal_open(struct terminal *terminal);
void terminal_close(const struct terminal *terminal);

/* Shows text from the top; what is too wide or too long for the screen is cut,
 * `last` stands in the bottom line. */
void terminal_show(const char *text, const char *last);

enum key {
  KEY_FORWARD,
  KEY_BACK,
  KEY_PAGE_FORWARD,
  KEY_PAGE_BACK,
  KEY_FIRST,
  KEY_LAST,
  KEY_FINDING,
  KEY_PLACE,
  KEY_QUIT,
  KEY_OTHER
};
/* Waits for a key. KEY_QUIT at the end of the input. */
enum key terminal_key(void);

#endif
