/* Variables and their leaves, as every compiler and DWARF version tells them. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "samples.h"

enum { V = LEAF_VOLATILE, A = LEAF_ATOMIC, F = LEAF_FLAGS, X = LEAF_CLOSED };

struct row {
  const char *name;
  unsigned size; /* 0: as the compiler likes */
  enum leaf_kind kind;
  unsigned flags;
  const char *type;
  const char *key; /* NULL: as the name */
};

static const struct row LEAVES[] = {
    {"state", 0, LEAF_ENUM, V, "volatile enum state", NULL},
    {"flags", 0, LEAF_ENUM, F, "enum flags", NULL},
    {"wide", 4, LEAF_ENUM, 0, "enum wide", NULL},
    {"point.x", 2, LEAF_INTEGER, V | LEAF_SIGNED, "int16_t", NULL},
    {"point.y", 2, LEAF_INTEGER, V | LEAF_SIGNED, "volatile int16_t", NULL},
    {"counter", 4, LEAF_INTEGER, A, "atomic_counter", NULL},
    {"ticks", 8, LEAF_INTEGER, V, "volatile uint64_t", NULL},
    {"control", 2, LEAF_INTEGER, V, "hardware_register", NULL},
    {"matrix[1][2]", 4, LEAF_INTEGER, 0, "uint32_t", "matrix[][]"},
    {"table[1]", 4, LEAF_POINTER, 0, "int (*)(void)", "table[]"},
    {"row", 4, LEAF_POINTER, 0, "uint32_t (*)[3]", NULL},
    {"open[5]", 1, LEAF_INTEGER, 0, "uint8_t", "open[]"},
    {"next_id::id", 4, LEAF_INTEGER, 0, "uint32_t", NULL},
    {"hidden::id", 1, LEAF_INTEGER, 0, "uint8_t", NULL},
    {"node.next", 4, LEAF_POINTER, 0, "struct node *", NULL},
    {"node.name", 4, LEAF_POINTER, V, "const char *volatile", NULL},
    {"node.call", 4, LEAF_POINTER, 0, "void (*)(int, char)", NULL},
    {"node.points[1][2].y", 2, LEAF_INTEGER, V | LEAF_SIGNED, "volatile int16_t",
     "node.points[][].y"},
    {"node.fields.{ready,error}", 1, LEAF_BITFIELD, 0, "unsigned int", NULL},
    {"node.fields.tail", 1, LEAF_INTEGER, 0, "uint8_t", NULL},
    {"node.fields.{low,high}", 2, LEAF_BITFIELD, 0, "uint16_t", NULL},
    {"node.view", 4, LEAF_UNION, 0, "union view", NULL},
    {"node.large+0x10", 4, LEAF_UNION, 0, "union large", "node.large"},
    {"node.ratio", 8, LEAF_FLOAT, 0, "double", NULL},
    {"node.on", 1, LEAF_BOOL, X, "_Bool", NULL},
    {"node.inside", 1, LEAF_INTEGER, 0, "uint8_t", NULL},
    {"node.{half,parts}", 2, LEAF_UNION, 0, "union <anonymous>", NULL},
};

static const struct row RUST_LEAVES[] = {
    {"shapes::X", 8, LEAF_ENUM, X, "shapes::Enum", NULL},
    {"shapes::SIGNED[1]", 2, LEAF_ENUM, X, "shapes::Signed", "shapes::SIGNED[]"},
    {"shapes::NUMBER.discriminant", 4, LEAF_ENUM, X,
     "discriminant of core::option::Option<u32>", NULL},
    {"shapes::NUMBER.Some", 4, LEAF_INTEGER, 0, "u32", NULL},
    {"shapes::TRUTH", 1, LEAF_ENUM, X, "core::option::Option<bool>", NULL},
    {"shapes::NICHE", 2, LEAF_ENUM, X, "core::option::Option<shapes::Signed>", NULL},
    {"shapes::REFERENCE", 4, LEAF_POINTER, 0, "core::option::Option<&u32>", NULL},
    {"shapes::LETTER", 4, LEAF_CHARACTER, 0, "char", NULL},
    {"shapes::SHAPE.discriminant", 0, LEAF_ENUM, X, "discriminant of shapes::Shape", NULL},
    {"shapes::SHAPE.{variants}", 4, LEAF_UNION, 0, "shapes::Shape", NULL},
    {"shapes::SHAPE.Far.__0", 8, LEAF_INTEGER, 0, "u64", NULL},
    {"shapes::GRID[1][2]", 1, LEAF_INTEGER, 0, "u8", "shapes::GRID[][]"},
    {"shapes::LATER.__1", 4, LEAF_INTEGER, 0, "u32", NULL},
    {"shapes::FLAG", 1, LEAF_BOOL, A | X, "core::sync::atomic::AtomicBool", NULL},
    {"shapes::COUNT", 4, LEAF_INTEGER, A, "core::sync::atomic::AtomicU32", NULL},
    {"shapes::inner::HIDDEN", 4, LEAF_INTEGER, 0, "u32", NULL},
};

static uint32_t leaf_named(const struct image *image, const char *name) {
  const struct leaf_table *table = image_leaves(image);
  for (uint32_t i = 0; i < table->count; i++) {
    char *text = image_leaf_name(image, table, i);
    bool same = strcmp(text, name) == 0;
    free(text);
    if (same) {
      return i;
    }
  }
  return LEAF_NONE;
}

static void check_row(const struct image *image, const char *file, const struct row *row) {
  const struct leaf_table *table = image_leaves(image);
  uint32_t index = leaf_named(image, row->name);
  cr_expect_neq(index, LEAF_NONE, "%s: no leaf %s", file, row->name);
  if (index == LEAF_NONE) {
    return;
  }
  struct leaf leaf = leaf_get(table, index);
  bool lost = strcmp(file, "shapes_dwarf4.elf") == 0 && (row->flags & A) != 0;
  const char *type = image_leaf_type(image, table, index);
  char *key = image_leaf_key(image, table, index);
  cr_expect(row->size == 0 || leaf.size == row->size, "%s: %s has %u bytes", file, row->name,
            leaf.size);
  cr_expect_eq(leaf.kind, row->kind, "%s: %s is of kind %u", file, row->name, leaf.kind);
  cr_expect(lost || (leaf.flags & ~(LEAF_MEMBER | LEAF_ELEMENT)) == row->flags,
            "%s: %s has flags %u", file, row->name, leaf.flags);
  bool same = strcmp(type, row->type) == 0 || (leaf.kind == LEAF_BITFIELD && type[0] != '\0');
  cr_expect(same, "%s: %s is a %s", file, row->name, type);
  cr_expect_str_eq(key, row->key != NULL ? row->key : row->name);
  cr_expect_eq(image_leaf_at(image, leaf.address), index);
  cr_expect_eq(image_leaf_at(image, leaf.address + leaf.size - 1U), index);
  free(key);
}

static void check_order(const struct image *image, const char *file) {
  const struct leaf_table *table = image_leaves(image);
  const struct variable *variables = NULL;
  size_t count = image_variables(image, &variables);
  for (uint32_t i = 0; i < table->count; i++) {
    struct leaf leaf = leaf_get(table, i);
    cr_assert(
        i == 0 || leaf.address >= table->leaves[i - 1].address + table->leaves[i - 1].size,
        "%s: leaves overlap at 0x%x", file, leaf.address);
    cr_assert_lt(leaf.variable, count);
    const struct variable *variable = &variables[leaf.variable];
    cr_assert(i >= variable->first_leaf && i < variable->first_leaf + variable->leaf_count);
    cr_assert(leaf.address >= 0x20000000, "%s: leaf in flash", file);
  }
}

static const char *const FILES[] = {
    "shapes_o0.elf", "shapes_o2.elf",  "shapes_dwarf4.elf", "shapes_lto.elf",
    "shapes_m0.elf", "shapes_m4f.elf", "shapes_clang.elf",
};

Test(image_leaves, all_shapes_in_all_builds) {
  for (size_t file = 0; file < sizeof FILES / sizeof *FILES; file++) {
    if (!sample_exists(FILES[file])) {
      continue; /* no clang */
    }
    struct image *image = sample_load(FILES[file]);
    for (size_t i = 0; i < sizeof LEAVES / sizeof *LEAVES; i++) {
      check_row(image, FILES[file], &LEAVES[i]);
    }
    check_order(image, FILES[file]);
    image_destroy(image);
  }
}

Test(image_leaves, rust_shapes) {
  if (!sample_exists("rust_shapes.elf")) {
    return; /* no rustc that builds it */
  }
  struct image *image = sample_load("rust_shapes.elf");
  for (size_t i = 0; i < sizeof RUST_LEAVES / sizeof *RUST_LEAVES; i++) {
    check_row(image, "rust_shapes.elf", &RUST_LEAVES[i]);
  }
  check_order(image, "rust_shapes.elf");
  const struct leaf_table *table = image_leaves(image);
  uint32_t niche = leaf_named(image, "shapes::NICHE");
  struct leaf leaf = leaf_get(table, niche);
  cr_expect_eq(leaf.value_count, 3);
  cr_expect_str_eq(image_value_name(image, table, niche, 1), "None");
  cr_expect_str_eq(image_value_name(image, table, niche, 0xfffd), "Signed::Minus");
  leaf = leaf_get(table, leaf_named(image, "shapes::TRUTH"));
  cr_expect(leaf_allows(&leaf, 2) && !leaf_allows(&leaf, 3));
  image_destroy(image);
}

Test(image_leaves, pieces_of_a_variable) {
  struct image *image = sample_load("pieces.elf");
  const struct leaf_table *table = image_leaves(image);
  cr_assert_eq(table->count, 2, "%u leaves", table->count);
  cr_expect_eq(leaf_named(image, "PAIR.second"), 0, "in front");
  cr_expect_eq(leaf_named(image, "PAIR.first"), 1);
  cr_expect_eq(leaf_named(image, "PAIR.lost"), LEAF_NONE);
  cr_expect_eq(table->leaves[0].size, 8);
  cr_expect_eq(table->leaves[1].address, table->leaves[0].address + 8);
  cr_expect_str_eq(image_leaf_type(image, table, 0), "u64");
  image_destroy(image);
}

Test(image_leaves, enum_values) {
  struct image *image = sample_load("shapes_o2.elf");
  const struct leaf_table *table = image_leaves(image);
  uint32_t index = leaf_named(image, "state");
  struct leaf state = leaf_get(table, index);
  cr_assert_eq(state.value_count, 4);
  for (uint32_t i = 1; i < state.value_count; i++) {
    cr_expect_lt(state.values[i - 1], state.values[i]);
  }
  cr_expect_str_eq(image_value_name(image, table, index, 1), "STATE_BUSY");
  cr_expect_str_eq(image_value_name(image, table, index, 0xff), "STATE_LOST", "cut to a byte");
  cr_expect_null(image_value_name(image, table, index, 3));
  cr_expect(!leaf_allows(&state, 3));
  struct leaf flags = leaf_get(table, leaf_named(image, "flags"));
  cr_expect(leaf_allows(&flags, 7) && !leaf_allows(&flags, 8));
  image_destroy(image);
}

Test(image_leaves, variables) {
  struct image *image = sample_load("shapes_o2.elf");
  const struct variable *variables = NULL;
  size_t count = image_variables(image, &variables);
  unsigned seen = 0;
  for (size_t i = 0; i < count; i++) {
    const struct variable *variable = &variables[i];
    cr_expect_str_neq(variable->name, "dropped_data", "the linker dropped it");
    cr_expect(i == 0 || variables[i - 1].address <= variable->address);
    if (strcmp(variable->name, "node") == 0) {
      seen++;
      cr_expect_str_eq(variable->type, "struct node");
      cr_expect_not_null(strstr(variable->file, "samples/shapes.c"));
      cr_expect_eq(variable->line, sample_line("shapes.c", "struct node node;"));
      cr_expect(!variable->from_symbol);
    } else if (strcmp(variable->name, "constant") == 0) {
      seen++;
      cr_expect_str_eq(variable->type, "const int [3]");
      cr_expect_eq(variable->leaf_count, 0, "in flash");
    } else if (strcmp(variable->name, "next_id::id") == 0) {
      seen++; /* once, however often it was inlined */
    }
  }
  cr_expect_eq(seen, 3);
  image_destroy(image);
}

Test(image_leaves, vanished) {
  static const struct {
    const char *file;
    bool vanished;
  } ROWS[] = {{"shapes_o0.elf", false}, {"shapes_o2.elf", true}, {"shapes_dwarf4.elf", true}};
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    struct image *image = sample_load(ROWS[i].file);
    const struct variable *variables = NULL;
    size_t count = image_vanished(image, &variables);
    cr_assert_eq(count, ROWS[i].vanished ? 1 : 0, "%s: %zu", ROWS[i].file, count);
    if (count > 0) {
      cr_expect_str_eq(variables[0].name, "vanished");
      cr_expect_eq(variables[0].line, sample_line("shapes.c", "static int vanished;"));
    }
    image_destroy(image);
  }
}

Test(image_leaves, symbols_stand_in_for_types) {
  struct image *image = sample_load("symbols_only.elf");
  const struct leaf_table *table = image_leaves(image);
  uint32_t ticks = leaf_named(image, "ticks");
  cr_assert_neq(ticks, LEAF_NONE);
  struct leaf leaf = leaf_get(table, ticks);
  cr_expect(leaf.size == 8 && leaf.kind == LEAF_UNTYPED);
  uint32_t word = leaf_named(image, "matrix+0x8");
  cr_assert_neq(word, LEAF_NONE);
  char *key = image_leaf_key(image, table, word);
  cr_expect_str_eq(key, "matrix");
  cr_expect_str_eq(image_leaf_type(image, table, word), "word of memory");
  const struct variable *variables = NULL;
  cr_assert_gt(image_variables(image, &variables), 0);
  cr_expect(variables[leaf.variable].from_symbol);
  free(key);
  image_destroy(image);
}

Test(image_leaves, untyped_words_have_names) {
  struct image *image = sample_load("shapes_o2.elf");
  struct leaf_table table = *image_leaves(image);
  struct leaf node = leaf_get(&table, leaf_named(image, "node.name"));
  table.word_base = node.address;
  table.word_count = 1024;
  char *name = image_leaf_name(image, &table, table.count);
  cr_expect_str_eq(name, "node+0x4");
  free(name);
  name = image_leaf_name(image, &table, table.count + 1000);
  cr_expect_eq(strncmp(name, "0x2000", 6), 0, "%s", name);
  cr_expect_str_eq(image_leaf_type(image, &table, table.count), "word of memory");
  free(name);
  image_destroy(image);
}
