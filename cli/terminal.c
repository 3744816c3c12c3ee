#include "cli/terminal.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { ESCAPE = 0x1b, CTRL_C = 3, CTRL_D = 4, DEFAULT_ROWS = 24, SEQUENCE_WAIT = 50 };

bool terminal_is_there(void) {
  const char *kind = getenv("TERM");
  return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && kind != NULL &&
         strcmp(kind, "dumb") != 0;
}

static void put(const char *text) {
  fputs(text, stdout);
  fflush(stdout);
}

bool terminal_open(struct terminal *terminal) {
  if (tcgetattr(STDIN_FILENO, &terminal->before) != 0) {
    return false;
  }
  struct termios raw = terminal->before;
  raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
  raw.c_iflag &= ~(tcflag_t)(ICRNL | IXON);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) != 0) {
    return false;
  }
  put("\x1b[?1049h\x1b[?25l\x1b[?7l"); /* other screen, no cursor, no wrapping */
  return true;
}

void terminal_close(const struct terminal *terminal) {
  put("\x1b[?7h\x1b[?25h\x1b[?1049l");
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal->before);
}

static unsigned rows(void) {
  struct winsize size = {0};
  bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 1;
  return known ? size.ws_row : DEFAULT_ROWS;
}

void terminal_show(const char *text, const char *last) {
  unsigned left = rows() - 1;
  fputs("\x1b[H", stdout);
  while (*text != '\0' && left > 0) {
    size_t length = strcspn(text, "\n");
    fwrite(text, 1, length, stdout);
    fputs("\x1b[K\r\n", stdout); /* clear to the line's end */
    text += length + (text[length] == '\n' ? 1 : 0);
    left--;
  }
  fputs("\x1b[J", stdout); /* and to the screen's end */
  printf("\x1b[%u;1H%s\x1b[K", rows(), last);
  fflush(stdout);
}

/* The next byte of input, or -1; `wait` in milliseconds, negative: for ever. */
static int next_byte(int wait) {
  struct pollfd poller = {.fd = STDIN_FILENO, .events = POLLIN};
  unsigned char byte = 0;
  int ready = 0;
  do {
    ready = poll(&poller, 1, wait);
  } while (ready < 0 && errno == EINTR);
  return ready > 0 && read(STDIN_FILENO, &byte, 1) == 1 ? byte : -1;
}

/* Behind ESC: "[C", "OC", "[5~". */
static enum key sequence_key(void) {
  static const struct {
    char final;
    enum key key;
  } finals[] = {{'A', KEY_BACK}, {'B', KEY_FORWARD}, {'C', KEY_FORWARD},
                {'D', KEY_BACK}, {'H', KEY_FIRST},   {'F', KEY_LAST}};
  static const enum key numbers[] = {KEY_OTHER,        KEY_FIRST, KEY_OTHER,
                                     KEY_OTHER,        KEY_LAST,  KEY_PAGE_BACK,
                                     KEY_PAGE_FORWARD, KEY_FIRST, KEY_LAST};
  int byte = next_byte(SEQUENCE_WAIT);
  int number = 0;
  if (byte < 0) {
    return KEY_QUIT; /* ESC alone */
  }
  while ((byte = next_byte(SEQUENCE_WAIT)) >= '0' && byte <= ';') {
    number = byte <= '9' ? byte - '0' : number;
  }
  if (byte == '~') {
    return number < (int)(sizeof numbers / sizeof numbers[0]) ? numbers[number] : KEY_OTHER;
  }
  for (size_t i = 0; i < sizeof finals / sizeof finals[0]; i++) {
    if (finals[i].final == byte) {
      return finals[i].key;
    }
  }
  return KEY_OTHER;
}

enum key terminal_key(void) {
  static const struct {
    const char *bytes;
    enum key key;
  } keys[] = {{" nlj\r\n", KEY_FORWARD}, {"phkb\x7f\b", KEY_BACK}, {"g", KEY_FIRST},
              {"G", KEY_LAST},           {"f", KEY_FINDING},       {"i", KEY_PLACE},
              {"q", KEY_QUIT},           {"d", KEY_PAGE_FORWARD},  {"u", KEY_PAGE_BACK}};
  int byte = next_byte(-1);
  if (byte == ESCAPE) {
    return sequence_key();
  }
  if (byte <= 0 || byte == CTRL_C || byte == CTRL_D) {
    return KEY_QUIT;
  }
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    if (strchr(keys[i].bytes, byte) != NULL) {
      return keys[i].key;
    }
  }
  return KEY_OTHER;
}
