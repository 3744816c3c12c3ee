#include <inttypes.h>
#include <string.h>

#include "report/comparison.h"
#include "report/page.h"

const char *const COMPARISON_LIMITS[] = {
    "nothing ran: loads and stores are counted in the code, where their address follows from "
    "it; pointers out of memory, of callers and of results are not followed",
    "code that was inlined counts as of the function that it was written in; a count that only "
    "fell is no change",
    "who runs a function is known from calls by name alone",
    NULL,
};

struct telling {
  struct page page;
  const struct comparison *comparison;
  struct texts *texts;
};

size_t comparison_count(const struct comparison *comparison) {
  size_t count = 0;
  for (size_t i = 0; i < comparison->variable_count; i++) {
    count += comparison_counts(&comparison->variables[i]);
  }
  return count;
}

static const char *context_name(const struct comparison *comparison, unsigned bit,
                                struct texts *texts) {
  if (bit == CONTEXT_THREAD) {
    return "thread mode";
  }
  if (bit == CONTEXT_POINTER) {
    return "code that no call names";
  }
  return texts_clean(texts, comparison->before->handlers[bit - 1]->name);
}

const char *comparison_contexts(const struct comparison *comparison, uint64_t contexts,
                                struct texts *texts) {
  const char *list = "";
  for (unsigned bit = 0; bit <= CONTEXT_POINTER; bit++) {
    if ((contexts >> bit & 1) != 0) {
      list = texts_print(texts, "%s%s%s", list, list[0] != '\0' ? ", " : "",
                         context_name(comparison, bit, texts));
    }
  }
  return list;
}

static const char *where(const struct telling *t, const struct variable *variable) {
  return variable->file == NULL
             ? ""
             : texts_print(t->texts, ", declared at %s:%u",
                           texts_clean(t->texts, variable->file), variable->line);
}

static const char *type_of(const struct telling *t, const struct variable *variable) {
  return variable->type != NULL ? texts_clean(t->texts, variable->type) : "unknown type";
}

static void print_title(const struct telling *t, const struct variable_pair *pair) {
  const struct variable *variable = pair->before;
  fputs(page_ink(&t->page, INK_WARNING), t->page.out);
  page_paragraph(
      &t->page, "WARNING: tornword: vanished-access of ", 2,
      texts_print(t->texts, "%s (%s, %u byte%s%s)", texts_clean(t->texts, variable->name),
                  type_of(t, variable), variable->size, variable->size == 1 ? "" : "s",
                  where(t, variable)));
  fputs(page_ink(&t->page, INK_OFF), t->page.out);
  page_paragraph(&t->page, "  ", 2,
                 texts_print(t->texts, "used by %s",
                             comparison_contexts(t->comparison, pair->contexts, t->texts)));
}

static const char *count_text(const struct telling *t, struct use_count count) {
  return count.in_loops > 0
             ? texts_print(t->texts, "%u (%u in loops)", count.instructions, count.in_loops)
             : texts_print(t->texts, "%u", count.instructions);
}

/* "loads 2 (1 in loops), now 1"; "" where there never was one. */
static const char *counts_text(const struct telling *t, const char *ahead, const char *what,
                               struct use_count before, struct use_count after) {
  return before.instructions + after.instructions == 0
             ? ""
             : texts_print(t->texts, "%s%s %s, now %s", ahead, what, count_text(t, before),
                           count_text(t, after));
}

static void print_counts(const struct telling *t, const struct use_pair *pair) {
  static const struct use none = {0};
  const struct use *before = pair->before != NULL ? pair->before : &none;
  const struct use *after = pair->after != NULL ? pair->after : &none;
  const struct use *named = pair->before != NULL ? pair->before : pair->after;
  page_paragraph(
      &t->page, "    ", 6,
      texts_print(
          t->texts, "%s in %s%s%s", texts_clean(t->texts, named->leaf),
          texts_clean(t->texts, named->function),
          counts_text(t, ": ", "loads", before->loads, after->loads),
          counts_text(t,
                      before->loads.instructions + after->loads.instructions > 0 ? "; " : ": ",
                      "stores", before->stores, after->stores)));
}

static const char *change_text(const struct telling *t, const struct use_pair *pair) {
  static const struct {
    unsigned change;
    const char *text;
  } rows[] = {
      {CHANGE_LOADS, "loads it no more"},
      {CHANGE_LOOP_LOADS, "loads it in no loop any more"},
      {CHANGE_STORES, "stores it no more"},
      {CHANGE_LOOP_STORES, "stores it in no loop any more"},
  };
  const char *list = "";
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if ((pair->changes & rows[i].change) != 0) {
      list = texts_print(t->texts, "%s%s%s", list, list[0] != '\0' ? ", " : "", rows[i].text);
    }
  }
  return list;
}

static void print_change(const struct telling *t, const struct use_pair *pair) {
  const struct use *after = pair->after;
  if (pair->changes == 0) {
    return;
  }
  const char *text =
      texts_print(t->texts, "%s: %s", texts_clean(t->texts, pair->before->leaf),
                  texts_print(t->texts, "%s %s", texts_clean(t->texts, pair->before->function),
                              change_text(t, pair)));
  bool loads = (pair->changes & (CHANGE_LOADS | CHANGE_LOOP_LOADS)) != 0;
  if (loads && after != NULL && after->waits != 0) {
    text = texts_print(t->texts, "%s, and has a loop that reads nothing, at 0x%08x", text,
                       after->waits);
  }
  page_paragraph(&t->page, "  ", 2, text);
}

static void print_storage(const struct telling *t, const struct variable_pair *pair) {
  if (pair->after == NULL) {
    page_paragraph(&t->page, "  ", 2,
                   pair->described
                       ? "no storage is left of it, and so no access"
                       : "nothing is left of it: the second build does not name it");
  } else if ((pair->changes & CHANGE_LAYOUT) != 0) {
    page_paragraph(&t->page, "  ", 2,
                   texts_print(t->texts, "it is %s, %u byte%s, now %s, %u byte%s",
                               type_of(t, pair->before), pair->before->size,
                               pair->before->size == 1 ? "" : "s", type_of(t, pair->after),
                               pair->after_size, pair->after_size == 1 ? "" : "s"));
  }
}

static void print_details(const struct telling *t, const struct variable_pair *pair) {
  print_storage(t, pair);
  for (size_t i = 0; i < pair->count; i++) {
    print_change(t, &t->comparison->pairs[pair->first + i]);
  }
  for (size_t i = 0; i < pair->count; i++) {
    print_counts(t, &t->comparison->pairs[pair->first + i]);
  }
}

static void print_others(const struct telling *t) {
  bool titled = false;
  for (size_t i = 0; i < t->comparison->variable_count; i++) {
    const struct variable_pair *pair = &t->comparison->variables[i];
    if (pair->changes == 0 || comparison_counts(pair)) {
      continue;
    }
    if (!titled) {
      fprintf(t->page.out, "%sOther changes%s\n", page_ink(&t->page, INK_BOLD),
              page_ink(&t->page, INK_OFF));
      titled = true;
    }
    const char *why = (pair->changes & ~(unsigned)CHANGE_LAYOUT) == 0 ? "no access is lost"
                      : !pair->shared    ? "one context alone uses it, or none stores it"
                      : pair->deliberate ? "volatile or atomic: the code around it is gone"
                                         : "pointers to it may reach it";
    page_paragraph(
        &t->page, "  ", 4,
        texts_print(t->texts, "%s (%s%s): %s", texts_clean(t->texts, pair->before->name),
                    type_of(t, pair->before), where(t, pair->before), why));
    print_details(t, pair);
  }
}

static void print_builds(const struct telling *t) {
  const struct uses *builds[] = {t->comparison->before, t->comparison->after};
  static const char *const names[] = {"Before  ", "After   "};
  for (unsigned i = 0; i < 2; i++) {
    page_paragraph(
        &t->page, names[i], 8,
        texts_print(t->texts,
                    "%s: %zu loads and stores of variables, %zu at addresses that are "
                    "not known",
                    texts_clean(t->texts, image_path(builds[i]->image)), builds[i]->known,
                    builds[i]->unknown));
  }
  fputc('\n', t->page.out);
}

void comparison_text(FILE *out, const struct comparison *comparison, struct texts *texts,
                     bool color) {
  const struct telling t = {{out, color}, comparison, texts};
  size_t lost = comparison_count(comparison);
  print_builds(&t);
  for (size_t i = 0; i < comparison->variable_count; i++) {
    if (comparison_counts(&comparison->variables[i])) {
      print_title(&t, &comparison->variables[i]);
      print_details(&t, &comparison->variables[i]);
      fputc('\n', out);
    }
  }
  print_others(&t);
  fprintf(out, "%sNot covered%s\n", page_ink(&t.page, INK_BOLD), page_ink(&t.page, INK_OFF));
  for (size_t i = 0; COMPARISON_LIMITS[i] != NULL; i++) {
    page_paragraph(&t.page, "  ", 2, COMPARISON_LIMITS[i]);
  }
  const char *summary =
      texts_print(texts, "%zu of %zu variables lost accesses where contexts meet; %zu are new",
                  lost, comparison->variable_count, comparison->added);
  page_paragraph(&t.page, "SUMMARY: tornword: ", 2, summary);
}
