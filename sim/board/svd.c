/* CMSIS-SVD: names and numbers of interrupts, reset values of registers.
 *
 * Known gaps: arrays of registers (dim), clusters, and what one peripheral or
 * register inherits from another (derivedFrom) beyond a peripheral's registers
 * are not unfolded; access and side effects of fields are not used. */
#include <errno.h>
#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/board/board.h"
#include "sim/board/yaml.h"

enum { DEPTH = 16, TEXT = 200 };

struct svd {
  struct board *board;
  char stack[DEPTH][24]; /* names of the open elements */
  unsigned depth;
  char text[TEXT];
  size_t length;
  char peripheral[64], interrupt[64], name[64];
  uint64_t base, value, offset, reset;
  bool has_reset;
  size_t registers, interrupts;
};

static bool inside(const struct svd *svd, unsigned above, const char *element) {
  return svd->depth > above && svd->depth - 1 - above < DEPTH &&
         strcmp(svd->stack[svd->depth - 1 - above], element) == 0;
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attributes) {
  struct svd *svd = user;
  (void)attributes;
  if (svd->depth < DEPTH) {
    snprintf(svd->stack[svd->depth], sizeof svd->stack[0], "%s", name);
  }
  svd->depth++;
  svd->length = 0;
  if (strcmp(name, "register") == 0) {
    svd->has_reset = false;
  }
}

static void XMLCALL on_text(void *user, const XML_Char *text, int length) {
  struct svd *svd = user;
  size_t room = TEXT - 1 - svd->length;
  size_t part = (size_t)length < room ? (size_t)length : room;
  memcpy(svd->text + svd->length, text, part);
  svd->length += part;
}

static void keep(char *into, const struct svd *svd) {
  snprintf(into, 64, "%.63s", svd->text);
}

static void end_register(struct svd *svd) {
  uint64_t address = svd->base + svd->offset;
  if (!svd->has_reset || svd->reset == 0 || (address & 3) != 0 || address > UINT32_MAX ||
      strchr(svd->name, '%') != NULL) {
    return;
  }
  struct register_model *model = board_add_model(svd->board);
  model->address = (uint32_t)address;
  model->reset = (uint32_t)svd->reset;
  model->plain = true;
  model->name = arena_format(&svd->board->arena, "%s.%s", svd->peripheral, svd->name);
  svd->registers++;
}

static void end_interrupt(struct svd *svd) {
  if (svd->value < BOARD_IRQS) {
    svd->board->irq_names[svd->value] = arena_text(&svd->board->arena, svd->interrupt);
    svd->interrupts++;
  }
}

static void take_text(struct svd *svd, const char *name) {
  uint64_t number = 0;
  bool is_number = yaml_number(svd->text, &number);
  if (inside(svd, 1, "peripheral") && strcmp(name, "name") == 0) {
    keep(svd->peripheral, svd);
  } else if (inside(svd, 1, "peripheral") && strcmp(name, "baseAddress") == 0 && is_number) {
    svd->base = number;
  } else if (inside(svd, 1, "interrupt") && strcmp(name, "name") == 0) {
    keep(svd->interrupt, svd);
  } else if (inside(svd, 1, "interrupt") && strcmp(name, "value") == 0 && is_number) {
    svd->value = number;
  } else if (inside(svd, 1, "register") && strcmp(name, "name") == 0) {
    keep(svd->name, svd);
  } else if (inside(svd, 1, "register") && strcmp(name, "addressOffset") == 0 && is_number) {
    svd->offset = number;
  } else if (inside(svd, 1, "register") && strcmp(name, "resetValue") == 0 && is_number) {
    svd->reset = number;
    svd->has_reset = true;
  }
}

static void XMLCALL on_end(void *user, const XML_Char *name) {
  struct svd *svd = user;
  svd->text[svd->length] = '\0';
  take_text(svd, name);
  svd->length = 0;
  if (strcmp(name, "register") == 0 && !inside(svd, 2, "cluster")) {
    end_register(svd);
  } else if (strcmp(name, "interrupt") == 0) {
    end_interrupt(svd);
  }
  svd->depth--;
}

static bool parse(struct svd *svd, FILE *stream, const char *path, struct error *error) {
  XML_Parser parser = XML_ParserCreate(NULL);
  XML_SetUserData(parser, svd);
  XML_SetElementHandler(parser, on_start, on_end);
  XML_SetCharacterDataHandler(parser, on_text);
  char bytes[4096];
  bool good = true;
  for (bool last = false; good && !last;) {
    size_t count = fread(bytes, 1, sizeof bytes, stream);
    last = count < sizeof bytes;
    good = XML_Parse(parser, bytes, (int)count, last) == XML_STATUS_OK;
  }
  if (!good) {
    error_set(error, "%s:%lu:%lu: not XML: %s; an SVD file is expected", path,
              (unsigned long)XML_GetCurrentLineNumber(parser),
              (unsigned long)XML_GetCurrentColumnNumber(parser) + 1,
              XML_ErrorString(XML_GetErrorCode(parser)));
  }
  XML_ParserFree(parser);
  return good;
}

bool board_read_svd(struct board *board, const char *path, struct error *error) {
  FILE *stream = fopen(path, "rb");
  if (stream == NULL) {
    return error_set(error, "%s: cannot be read: %s", path, strerror(errno));
  }
  struct svd *svd = allocate(1, sizeof *svd);
  svd->board = board;
  bool read = parse(svd, stream, path, error);
  if (read && svd->registers + svd->interrupts == 0) {
    read = error_set(error,
                     "%s: no peripherals with registers or interrupts; an SVD file is "
                     "expected",
                     path);
  }
  free(svd);
  fclose(stream);
  return read;
}
