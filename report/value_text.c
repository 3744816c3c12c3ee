/* The leaf of a finding and its value, byte by byte. */
#include <inttypes.h>
#include <stdio.h>

#include "report/sections.h"

enum { VALUES_SHOWN = 8, LABEL = 8 };

/* What the values of each kind of finding are called. */
struct labels {
  const char *value; /* NULL: the value says nothing */
  const char *expected[SIGHTING_EXPECTED];
  const char *value_note, *expected_note; /* instead of the value's name in its type */
};

static const struct labels LABELS[FINDING_KIND_COUNT] = {
    [FINDING_TORN_WRITE] = {.value = "read", .expected = {"old", "new", "or", "or"}},
    [FINDING_TORN_READ] = {.value = "read", .expected = {"old", "new", "or", "or"}},
    [FINDING_INVALID_ENUM] = {.value = "read"}, /* expected: the valid values, listed below */
    [FINDING_LOST_UPDATE] = {.value = "now",
                             .expected = {"lost", "or", "or", "or"},
                             .value_note =
                                 "computed from what was read before the handler came",
                             .expected_note = "the handler's, overwritten"},
    [FINDING_TRACE] = {.value = "value", .expected = {"or", "or", "or", "or"}},
};

static bool is_new(uint8_t new_bytes, unsigned byte) {
  return (new_bytes >> byte & 1) != 0;
}

/* The ink of a byte, where it differs from that of the byte above it. */
static const char *run_ink(const struct page *page, uint8_t new_bytes, unsigned byte,
                           unsigned size) {
  bool same = byte + 1 < size && is_new(new_bytes, byte + 1) == is_new(new_bytes, byte);
  return same ? "" : page_ink(page, is_new(new_bytes, byte) ? INK_NEW : INK_OLD);
}

void section_marks(const struct page *page, unsigned size, uint8_t new_bytes) {
  fputs("  ", page->out);
  for (unsigned i = size; i-- > 0;) {
    fprintf(page->out, "%s%s%s", run_ink(page, new_bytes, i, size),
            is_new(new_bytes, i) ? "^^" : "~~", i == 4 ? " " : "");
  }
  fprintf(page->out, "%s  %s^ new%s  %s~ old%s\n", page_ink(page, INK_OFF),
          page_ink(page, INK_NEW), page_ink(page, INK_OFF), page_ink(page, INK_OLD),
          page_ink(page, INK_OFF));
}

/* The digits, each byte in the ink of the write it came from. */
static void print_digits(const struct page *page, const struct report *report, uint64_t value,
                         unsigned size, uint8_t new_bytes) {
  if (!page->color || new_bytes == 0) {
    fputs(report_hex(report, value, size, true), page->out);
    return;
  }
  fputs("0x", page->out);
  for (unsigned i = size; i-- > 0;) {
    fprintf(page->out, "%s%02x%s%s", run_ink(page, new_bytes, i, size),
            (unsigned)(value >> (8 * i) & 0xff), i == 0 ? page_ink(page, INK_OFF) : "",
            i == 4 ? "_" : "");
  }
}

static const char *value_words(const struct report *report, uint32_t index, uint64_t value) {
  const struct leaf_table *table = &report->check->leaves;
  const char *name = image_value_name(report->image, table, index, value);
  if (name != NULL) {
    return texts_clean(report->texts, name);
  }
  struct leaf leaf = leaf_get(table, index);
  return leaf_allows(&leaf, value) ? "" : "not a value of this type";
}

void section_leaf(const struct page *page, const struct report *report, uint32_t index,
                  const struct leaf_value *shown) {
  struct leaf leaf = leaf_get(&report->check->leaves, index);
  const char *words =
      shown->note != NULL ? shown->note : value_words(report, index, shown->value);
  fprintf(page->out, "    %-*s", LABEL, shown->label);
  print_digits(page, report, shown->value, leaf.size, shown->new_bytes);
  fprintf(page->out, "%s%s\n", words[0] != '\0' ? "  " : "", words);
  if (shown->new_bytes != 0) {
    fprintf(page->out, "    %*s", LABEL, "");
    section_marks(page, leaf.size, shown->new_bytes);
  }
}

/* All values, as far as there are not too many, with their names. */
static const char *value_list(const struct report *report, uint32_t index,
                              const struct leaf *leaf) {
  struct texts *texts = report->texts;
  const char *list = "";
  for (uint32_t i = 0; i < leaf->value_count && i < VALUES_SHOWN; i++) {
    const char *name =
        image_value_name(report->image, &report->check->leaves, index, leaf->values[i]);
    const char *hex = report_hex(report, leaf->values[i], leaf->size, true);
    list = texts_print(texts, "%s%s%s%s%s", list, i > 0 ? ", " : "",
                       name != NULL ? texts_clean(texts, name) : "", name != NULL ? " = " : "",
                       hex);
  }
  if (leaf->value_count > VALUES_SHOWN) {
    list = texts_print(texts, "%s and %u more", list, leaf->value_count - VALUES_SHOWN);
  }
  return list;
}

static void print_valid(const struct page *page, const struct report *report, uint32_t index) {
  struct leaf leaf = leaf_get(&report->check->leaves, index);
  const char *head = texts_print(report->texts, "    %-*s", LABEL, "valid");
  if (leaf.kind == LEAF_BOOL) {
    page_paragraph(page, head, LABEL + 4, "0 and 1");
  } else if (leaf.kind == LEAF_CHARACTER && leaf.size == 4) {
    page_paragraph(page, head, LABEL + 4, "0 to 0x10ffff but not 0xd800 to 0xdfff");
  } else if (leaf.kind == LEAF_ENUM && leaf.value_count > 0) {
    const char *any = (leaf.flags & LEAF_FLAGS) != 0 ? "any OR of " : "";
    page_paragraph(page, head, LABEL + 4,
                   texts_print(report->texts, "%s%s", any, value_list(report, index, &leaf)));
  }
}

/* A torn write may have been seen by no one yet: then its value is what is left. */
static const char *value_label(const struct sighting *sighting) {
  bool unread = sighting->kind == FINDING_TORN_WRITE &&
                access_writes(&sighting->access[sighting->intruder]);
  return unread ? "left" : LABELS[sighting->kind].value;
}

/* Types are named as they are declared; a word of memory has none. */
static const char *article(const struct report *report, uint32_t leaf) {
  return leaf_get(&report->check->leaves, leaf).kind == LEAF_UNTYPED ? "a " : "";
}

void section_value(const struct page *page, const struct report *report,
                   const struct finding *finding) {
  const struct sighting *sighting = &finding->sighting;
  struct leaf_words leaf;
  if (!report_leaf(report, sighting->leaf, &leaf)) {
    return;
  }
  const char *declared = leaf.file == NULL ? ""
                                           : texts_print(report->texts, ", declared at %s:%u",
                                                         leaf.file, leaf.line);
  page_paragraph(page, "  ", 4,
                 texts_print(report->texts, "%s is %s%s%s, %u byte%s at 0x%08x%s", leaf.name,
                             article(report, sighting->leaf), leaf.qualifiers, leaf.type,
                             leaf.size, plural(leaf.size), leaf.address, declared));
  const struct labels *labels = &LABELS[sighting->kind];
  if (labels->value == NULL || leaf.size > 8) {
    return;
  }
  for (unsigned i = 0; i < sighting->expected_count && i < SIGHTING_EXPECTED; i++) {
    if (labels->expected[i] != NULL) {
      const struct leaf_value expected = {labels->expected[i], sighting->expected[i], 0,
                                          labels->expected_note};
      section_leaf(page, report, sighting->leaf, &expected);
    }
  }
  uint8_t whole = (uint8_t)((1U << leaf.size) - 1U);
  bool torn = sighting->new_bytes != 0 && sighting->new_bytes != whole;
  const struct leaf_value value = {value_label(sighting), sighting->value,
                                   torn ? sighting->new_bytes : (uint8_t)0, labels->value_note};
  section_leaf(page, report, sighting->leaf, &value);
  print_valid(page, report, sighting->leaf);
}
