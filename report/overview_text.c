#include <inttypes.h>

#include "report/model.h"
#include "report/overview.h"
#include "report/page.h"
#include "report/sections.h"

enum { FIRST_HANDLER = 2, LEAVES_SHOWN = 16, TITLE = 10 };

static void print_identity(const struct page *page, const struct report *report) {
  struct texts *texts = report->texts;
  const struct image *image = report->image;
  fprintf(page->out, "%sImage     %s%s\n", page_ink(page, INK_BOLD),
          texts_clean(texts, image_path(image)), page_ink(page, INK_OFF));
  fprintf(page->out, "SHA-256   %s\n", image_sha256_text(image));
  const char *core = texts_print(texts, "%s, from %s", core_traits(image_core(image))->title,
                                 texts_clean(texts, image_core_source(image)));
  page_paragraph(page, "Core      ", TITLE, core);
}

static void print_memory(const struct page *page, const struct report *report) {
  const struct segment *segments = NULL;
  size_t count = image_segments(report->image, &segments);
  fprintf(page->out, "\n%sMemory%s\n", page_ink(page, INK_BOLD), page_ink(page, INK_OFF));
  for (size_t i = 0; i < count; i++) {
    const struct segment *segment = &segments[i];
    fprintf(page->out, "  0x%08x..0x%08x  r%c%c  %7u bytes", segment->run_address,
            segment->run_address + (segment->memory_size > 0 ? segment->memory_size - 1 : 0),
            segment->writable ? 'w' : '-', segment->executable ? 'x' : '-',
            segment->memory_size);
    if (segment->size == 0) {
      fputs(", no bytes in the file", page->out);
    } else if (segment->address != segment->run_address) {
      fprintf(page->out, ", %u of them stored at 0x%08x", segment->size, segment->address);
    }
    fputc('\n', page->out);
  }
}

static void print_vectors(const struct page *page, const struct report *report) {
  struct texts *texts = report->texts;
  const uint32_t *words = NULL;
  size_t count = image_vector_words(report->image, &words);
  fprintf(page->out, "\n%sVectors%s   0x%08x, found by %s, %zu words; initial SP 0x%08x\n",
          page_ink(page, INK_BOLD), page_ink(page, INK_OFF), image_vectors(report->image),
          texts_clean(texts, image_vectors_source(report->image)), count,
          count > 0 ? words[0] : 0);
  for (size_t i = 1; i < count; i++) {
    if (words[i] == 0) {
      continue;
    }
    const char *name = i < FIRST_HANDLER ? "Reset" : report_exception(report, (unsigned)i);
    const struct function *function = image_function_at(report->image, words[i] & ~1U);
    fprintf(page->out, "  %3zu  %-24s 0x%08x  %s\n", i, name, words[i] & ~1U,
            function != NULL ? texts_clean(texts, function->name) : "");
  }
}

static void print_leaves(const struct page *page, const struct report *report,
                         const struct variable *variable) {
  struct texts *texts = report->texts;
  const struct leaf_table *table = image_leaves(report->image);
  if (variable->leaf_count < 2) {
    return;
  }
  for (uint32_t i = 0; i < variable->leaf_count && i < LEAVES_SHOWN; i++) {
    uint32_t index = variable->first_leaf + i;
    struct leaf leaf = leaf_get(table, index);
    fprintf(page->out, "%s    0x%08x  %5u  %s: %s%s\n", page_ink(page, INK_DIM), leaf.address,
            leaf.size, texts_adopt(texts, image_leaf_name(report->image, table, index)),
            texts_clean(texts, image_leaf_type(report->image, table, index)),
            page_ink(page, INK_OFF));
  }
  if (variable->leaf_count > LEAVES_SHOWN) {
    fprintf(page->out, "%s    and %u more%s\n", page_ink(page, INK_DIM),
            variable->leaf_count - LEAVES_SHOWN, page_ink(page, INK_OFF));
  }
}

static void print_variables(const struct page *page, const struct report *report) {
  struct texts *texts = report->texts;
  const struct variable *variables = NULL;
  size_t count = image_variables(report->image, &variables);
  uint32_t leaves = image_leaves(report->image)->count;
  fprintf(page->out, "\n%sVariables%s %zu, with %u lea%s\n", page_ink(page, INK_BOLD),
          page_ink(page, INK_OFF), count, leaves, leaves == 1 ? "f" : "ves");
  for (size_t i = 0; i < count; i++) {
    const struct variable *variable = &variables[i];
    const char *where =
        variable->file == NULL
            ? ""
            : texts_print(texts, ", %s:%u", texts_clean(texts, variable->file), variable->line);
    fprintf(page->out, "  0x%08x  %5u  %s: %s%s\n", variable->address, variable->size,
            texts_clean(texts, variable->name),
            variable->type != NULL ? texts_clean(texts, variable->type) : "unknown type",
            where);
    print_leaves(page, report, variable);
  }
}

/* Each enumeration once: at its first leaf. */
static bool is_first_of_type(const struct leaf_table *table, uint32_t index) {
  for (uint32_t i = 0; i < index; i++) {
    if (table->leaves[i].kind == LEAF_ENUM &&
        table->leaves[i].values == table->leaves[index].values) {
      return false;
    }
  }
  return true;
}

static void print_enums(const struct page *page, const struct report *report) {
  struct texts *texts = report->texts;
  const struct leaf_table *table = image_leaves(report->image);
  bool titled = false;
  for (uint32_t i = 0; i < table->count; i++) {
    const struct leaf *leaf = &table->leaves[i];
    if (leaf->kind != LEAF_ENUM || !is_first_of_type(table, i)) {
      continue;
    }
    if (!titled) {
      fprintf(page->out, "\n%sEnumerations%s with storage\n", page_ink(page, INK_BOLD),
              page_ink(page, INK_OFF));
      titled = true;
    }
    fprintf(page->out, "  %s%s\n", texts_clean(texts, image_leaf_type(report->image, table, i)),
            (leaf->flags & LEAF_FLAGS) != 0 ? " (flags: any OR of its values)" : "");
    for (uint32_t value = 0; value < leaf->value_count; value++) {
      const char *name = image_value_name(report->image, table, i, leaf->values[value]);
      fprintf(page->out, "    %s  %s\n",
              report_hex(report, leaf->values[value], leaf->size, true),
              name != NULL ? texts_clean(texts, name) : "");
    }
  }
}

static void print_notes(const struct page *page, const struct report *report) {
  const char *const *notes = NULL;
  size_t count = image_notes(report->image, &notes);
  if (count > 0) {
    fprintf(page->out, "\n%sNotes%s\n", page_ink(page, INK_BOLD), page_ink(page, INK_OFF));
  }
  for (size_t i = 0; i < count; i++) {
    page_paragraph(page, "  ", 4, texts_clean(report->texts, notes[i]));
  }
}

static void print_model(const struct page *page, const struct report *report) {
  enum { FEATURE = 20 };
  struct model_row rows[MODEL_ROWS];
  size_t count = model_rows(image_core(report->image), rows);
  fprintf(page->out, "\n%sModel%s of this core (docs/fidelity.md)\n", page_ink(page, INK_BOLD),
          page_ink(page, INK_OFF));
  for (size_t i = 0; i < count; i++) {
    page_paragraph(page, texts_print(report->texts, "  %-18s", rows[i].feature), FEATURE,
                   rows[i].how);
  }
}

void overview_text(FILE *out, const struct report *report) {
  const struct page page = {out, report->color};
  print_identity(&page, report);
  print_memory(&page, report);
  print_vectors(&page, report);
  print_variables(&page, report);
  print_enums(&page, report);
  print_notes(&page, report);
  print_model(&page, report);
}
