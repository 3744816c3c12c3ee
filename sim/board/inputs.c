/* input_registers and --input-registers: registers whose reads take bytes of the
 * stimulus where nothing describes them. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/board/readers.h"

static bool address(const char **at, uint32_t *value) {
  char *end = NULL;
  errno = 0;
  unsigned long long number = isdigit((unsigned char)**at) ? strtoull(*at, &end, 0) : 0;
  if (end == NULL || end == *at || errno != 0 || number > UINT32_MAX) {
    return false;
  }
  *value = (uint32_t)number;
  *at = end;
  return true;
}

/* "unmodelled", "0x40000000" or "0x40000000-0x4000ffff". */
static bool parse(const char *text, struct input_range *range) {
  if (strcmp(text, "unmodelled") == 0) {
    *range = (struct input_range){0x20000000, UINT32_MAX};
    return true;
  }
  const char *at = text;
  if (!address(&at, &range->first)) {
    return false;
  }
  range->first &= ~3U;
  range->last = range->first;
  if (*at == '-') {
    at++;
    if (!address(&at, &range->last)) {
      return false;
    }
  }
  return *at == '\0' && range->last >= range->first;
}

void board_add_range(struct board *board, uint32_t first, uint32_t last) {
  array_reserve((void **)&board->inputs, &board->input_capacity, board->input_count + 1,
                sizeof *board->inputs);
  board->inputs[board->input_count++] = (struct input_range){first, last};
}

bool board_add_inputs(struct board *board, const char *list, struct error *error) {
  char *text = duplicate_text(list);
  char *rest = text;
  bool good = true;
  for (char *item = strsep(&rest, ","); good && item != NULL; item = strsep(&rest, ",")) {
    struct input_range range;
    good = parse(item, &range);
    if (good) {
      board_add_range(board, range.first, range.last);
    } else {
      error_set(error,
                "'%.60s' is no register; give addresses, ranges or 'unmodelled', e.g. "
                "0x40004000-0x40004fff,0x40010000",
                item);
    }
  }
  free(text);
  return good;
}

static bool read_item(struct yaml *yaml, const yaml_node_t *node, void *user) {
  struct error error = {""};
  const char *text = yaml_scalar(node);
  return (text != NULL && board_add_inputs(user, text, &error)) ||
         yaml_refuse(yaml, node, "%s",
                     text != NULL ? error.message : "input_registers lists addresses");
}

bool read_input_registers(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return yaml_scalar(node) != NULL ? read_item(yaml, node, into)
                                   : yaml_items(yaml, node, read_item, into);
}
