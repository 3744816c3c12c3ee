#include "sim/explore/expression.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 10, NESTED_MOST = 16 };

static const struct operator_row {
  const char *text; /* longer ones ahead of their beginnings */
  enum term_kind kind;
  int level; /* binds tighter the higher it is */
} OPERATORS[] = {
    {"||", TERM_OR, 0},         {"&&", TERM_AND, 1},
    {"==", TERM_EQUAL, 5},      {"!=", TERM_UNEQUAL, 5},
    {"<<", TERM_SHIFT_LEFT, 7}, {">>", TERM_SHIFT_RIGHT, 7},
    {"<=", TERM_LESS_EQUAL, 6}, {">=", TERM_GREATER_EQUAL, 6},
    {"<", TERM_LESS, 6},        {">", TERM_GREATER, 6},
    {"|", TERM_OR_BITS, 2},     {"^", TERM_XOR_BITS, 3},
    {"&", TERM_AND_BITS, 4},    {"+", TERM_ADD, 8},
    {"-", TERM_SUBTRACT, 8},    {"*", TERM_MULTIPLY, 9},
    {"/", TERM_DIVIDE, 9},      {"%", TERM_REMAINDER, 9},
};

struct parser {
  const char *text;
  const char *at;
  const struct expression_names *names;
  struct term *terms;
  uint32_t count;
  unsigned nested;
  struct error *error;
};

static void skip_spaces(struct parser *p) {
  p->at += strspn(p->at, " \t\r\n");
}

static bool add(struct parser *p, struct term term) {
  if (p->count == INVARIANT_TERMS) {
    return error_set(p->error, "the expression is too long; split it at an &&");
  }
  p->terms[p->count++] = term;
  return true;
}

static bool is_name_start(char c) {
  return isalpha((unsigned char)c) || c == '_' || c == '$' || c == '{';
}

/* "ring::HEAD", "next_id::id", "{impl#0}": everything up to a member or an index. */
static const char *skip_word(const char *at) {
  while (isalnum((unsigned char)*at) || (*at != '\0' && strchr("_$#{}", *at) != NULL) ||
         (at[0] == ':' && at[1] == ':')) {
    at += *at == ':' ? 2 : 1;
  }
  return at;
}

/* ".member", ".0" or "[3]"; NULL: neither. */
static const char *skip_step(const char *at) {
  if (*at == '.') {
    const char *end = skip_word(at + 1);
    return end > at + 1 ? end : NULL;
  }
  if (*at != '[') {
    return NULL;
  }
  const char *end = at + 1 + strspn(at + 1, "0123456789");
  return end > at + 1 && *end == ']' ? end + 1 : NULL;
}

uint32_t expression_name(const char *text, char name[EXPRESSION_NAME]) {
  const char *end = text;
  if (is_name_start(*text)) {
    end = skip_word(text);
    for (const char *next = skip_step(end); next != NULL; next = skip_step(end)) {
      end = next;
    }
  }
  size_t length = (size_t)(end - text);
  if (length >= EXPRESSION_NAME) {
    return 0;
  }
  memcpy(name, text, length);
  name[length] = '\0';
  return (uint32_t)length;
}

static bool parse_number(struct parser *p) {
  char *end = NULL;
  errno = 0;
  unsigned long long number = strtoull(p->at, &end, 0);
  end += strspn(end, "uUlL");
  if (errno == ERANGE || isalnum((unsigned char)*end) || *end == '_' || *end == '.') {
    return error_set(p->error, "a number is decimal, 0x... or 0..., of at most 64 bits");
  }
  bool wide = number > UINT32_MAX;
  bool is_signed = number <= INT32_MAX || (wide && number <= INT64_MAX);
  bool marked = memchr(p->at, 'u', (size_t)(end - p->at)) != NULL ||
                memchr(p->at, 'U', (size_t)(end - p->at)) != NULL;
  p->at = end;
  return add(p, (struct term){.kind = TERM_NUMBER,
                              .size = wide ? 8 : 4,
                              .is_signed = is_signed && !marked,
                              .number = number});
}

static bool parse_name(struct parser *p) {
  char name[EXPRESSION_NAME];
  struct term term = {0};
  uint32_t length = expression_name(p->at, name);
  if (length == 0) {
    return error_set(p->error, "the name is too long");
  }
  if (!p->names->resolve(p->names->owner, name, &term, p->error) || !add(p, term)) {
    return false;
  }
  p->at += length;
  if (*p->at == '[') {
    return error_set(p->error, "an index is a number here, such as %.100s[0]", name);
  }
  if (*p->at == '(') {
    return error_set(p->error, "functions cannot be called here");
  }
  return true;
}

static bool parse_level(struct parser *p, int level);

static bool parse_unary(struct parser *p) {
  static const char SIGNS[] = "!-~";
  static const enum term_kind KINDS[] = {TERM_NOT, TERM_NEGATE, TERM_INVERT};
  skip_spaces(p);
  const char *sign = *p->at != '\0' ? strchr(SIGNS, *p->at) : NULL;
  bool open = *p->at == '(';
  if (sign == NULL && !open) {
    return isdigit((unsigned char)*p->at) ? parse_number(p)
           : is_name_start(*p->at)
               ? parse_name(p)
               : error_set(p->error, *p->at == '\0'
                                         ? "the expression ends where a value is missing"
                                         : "a value is missing: a number, a variable or (");
  }
  if (p->nested++ == NESTED_MOST) {
    return error_set(p->error, "nested too deeply");
  }
  p->at++;
  if (open ? !parse_level(p, 0) : !parse_unary(p)) {
    return false;
  }
  p->nested--;
  if (!open) {
    return add(p, (struct term){.kind = (uint8_t)KINDS[sign - SIGNS]});
  }
  skip_spaces(p);
  if (*p->at != ')') {
    return error_set(p->error, "a ) is missing");
  }
  p->at++;
  return true;
}

static const struct operator_row *operator_at(const char *text) {
  for (size_t i = 0; i < sizeof OPERATORS / sizeof OPERATORS[0]; i++) {
    if (strncmp(text, OPERATORS[i].text, strlen(OPERATORS[i].text)) == 0) {
      return &OPERATORS[i];
    }
  }
  return NULL;
}

static bool parse_level(struct parser *p, int level) {
  if (level == LEVELS) {
    return parse_unary(p);
  }
  if (!parse_level(p, level + 1)) {
    return false;
  }
  for (;;) {
    skip_spaces(p);
    const struct operator_row *row = operator_at(p->at);
    if (row == NULL || row->level != level) {
      return true;
    }
    p->at += strlen(row->text);
    if (!parse_level(p, level + 1) || !add(p, (struct term){.kind = (uint8_t)row->kind})) {
      return false;
    }
  }
}

/* How many values are open at most while it is worked out. */
static unsigned depth_of(const struct term *terms, uint32_t count) {
  unsigned depth = 0;
  unsigned most = 0;
  for (uint32_t i = 0; i < count; i++) {
    bool value = terms[i].kind <= TERM_ASLEEP;
    depth += value ? 1U : 0U;
    depth -= terms[i].kind >= TERM_MULTIPLY ? 1U : 0U;
    most = depth > most ? depth : most;
  }
  return most;
}

bool expression_parse(const char *text, const struct expression_names *names,
                      struct term *terms, uint32_t *count, uint32_t *at, struct error *error) {
  struct parser p = {.text = text, .at = text, .names = names, .terms = terms, .error = error};
  bool parsed = parse_level(&p, 0);
  skip_spaces(&p);
  *at = (uint32_t)(p.at - text);
  *count = p.count;
  if (!parsed) {
    return false;
  }
  if (*p.at == '=') {
    return error_set(error, "= assigns nothing here; compare with ==");
  }
  if (*p.at != '\0') {
    return error_set(error, "an operator is missing, or one that is not known stands here");
  }
  return depth_of(terms, p.count) <= INVARIANT_STACK || error_set(error, "nested too deeply");
}
