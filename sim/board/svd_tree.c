#include "sim/board/svd_tree.h"

#include <ctype.h>
#include <expat.h>
#include <string.h>

enum { DEEPEST = 24, TEXT = 200 };

/* What the file is read into: `open` is the innermost element that is kept, `last`
 * the newest within each open one. */
struct reading {
  struct arena *arena;
  struct svd_element top;
  struct svd_element *open;
  struct svd_element *last[DEEPEST];
  unsigned depth;
  unsigned skipped; /* elements open within one that is left out */
  char text[TEXT];
  size_t length;
};

static const char *kept_tag(const char *name) {
  static const char *const TAGS[] = {
      "device",     "peripherals", "peripheral",   "registers", "register", "cluster",
      "interrupt",  "name",        "baseAddress",  "value",     "size",     "addressOffset",
      "resetValue", "dim",         "dimIncrement", "dimIndex"};
  for (size_t i = 0; i < sizeof TAGS / sizeof *TAGS; i++) {
    if (strcmp(TAGS[i], name) == 0) {
      return TAGS[i];
    }
  }
  return NULL;
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attributes) {
  struct reading *r = user;
  const char *tag = kept_tag(name);
  if (r->skipped > 0 || tag == NULL || r->depth + 1 == DEEPEST) {
    r->skipped++;
    return;
  }
  struct svd_element *element = arena_allocate(r->arena, 1, sizeof *element);
  *element = (struct svd_element){.tag = tag, .text = "", .outer = r->open};
  for (; attributes[0] != NULL; attributes += 2) {
    if (strcmp(attributes[0], "derivedFrom") == 0) {
      element->derived_from = arena_text(r->arena, attributes[1]);
    }
  }
  if (r->last[r->depth] != NULL) {
    r->last[r->depth]->next = element;
  } else {
    r->open->inner = element;
  }
  r->last[r->depth++] = element;
  r->last[r->depth] = NULL;
  r->open = element;
  r->length = 0;
}

static void XMLCALL on_text(void *user, const XML_Char *text, int length) {
  struct reading *r = user;
  for (int i = 0; i < length && r->skipped == 0 && r->length < TEXT - 1; i++) {
    if (!isspace((unsigned char)text[i])) {
      r->text[r->length++] = text[i];
    }
  }
}

static void XMLCALL on_end(void *user, const XML_Char *name) {
  struct reading *r = user;
  (void)name;
  if (r->skipped > 0) {
    r->skipped--;
    return;
  }
  r->text[r->length] = '\0';
  if (r->length > 0) {
    r->open->text = arena_text(r->arena, r->text);
  }
  r->length = 0;
  r->open = r->open->outer;
  r->depth--;
}

static bool parse(struct reading *r, FILE *stream, const char *path, struct error *error) {
  XML_Parser parser = XML_ParserCreate(NULL);
  XML_SetUserData(parser, r);
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

struct svd_element *svd_tree_read(struct arena *arena, FILE *stream, const char *path,
                                  struct error *error) {
  struct reading r = {.arena = arena, .top = {.tag = "", .text = ""}};
  r.open = &r.top;
  if (!parse(&r, stream, path, error)) {
    return NULL;
  }
  struct svd_element *top = arena_allocate(arena, 1, sizeof *top);
  *top = r.top;
  for (struct svd_element *element = top->inner; element != NULL; element = element->next) {
    element->outer = top;
  }
  return top;
}

struct svd_element *svd_tree_find(const struct svd_element *element, const char *tag) {
  for (struct svd_element *inner = element->inner; inner != NULL; inner = inner->next) {
    if (strcmp(inner->tag, tag) == 0) {
      return inner;
    }
  }
  return NULL;
}
