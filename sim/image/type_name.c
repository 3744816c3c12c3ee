/* Types in words, as the source's language writes them.
 *
 * C writes types around the declared name: each step hands down what stands
 * inside, so "pointer to array of 4" becomes "(*)[4]". */
#include <dwarf.h>
#include <string.h>

#include "sim/image/types.h"

enum {
  DEEPEST_TYPE = 24,
  PARAMETER_DEPTH = 8, /* counted for each: functions that take functions end soon */
};

static const char *declare(struct dies *dies, Dwarf_Die *die, const char *inner,
                           unsigned depth);

static const char *join(struct dies *dies, const char *type, const char *inner) {
  return inner[0] == '\0' ? type : arena_format(dies->arena, "%.400s %.200s", type, inner);
}

static const char *declare_target(struct dies *dies, Dwarf_Die *die, const char *inner,
                                  unsigned depth) {
  Dwarf_Die target;
  if (!die_type(die, &target)) {
    return join(dies, die_is_rust(die) ? "()" : "void", inner);
  }
  return declare(dies, &target, inner, depth + 1);
}

static int target_tag(Dwarf_Die *die) {
  Dwarf_Die target;
  return die_type(die, &target) ? dwarf_tag(&target) : DW_TAG_invalid;
}

static const char *declare_pointer(struct dies *dies, Dwarf_Die *die, const char *sign,
                                   const char *inner, unsigned depth) {
  const char *name = die_name(die);
  if (name != NULL) { /* Rust names its pointers: "&u32" */
    return join(dies, arena_text(dies->arena, name), inner);
  }
  int tag = target_tag(die);
  bool wrapped = tag == DW_TAG_array_type || tag == DW_TAG_subroutine_type;
  const char *inside = wrapped ? arena_format(dies->arena, "(%s%.200s)", sign, inner)
                               : arena_format(dies->arena, "%s%.200s", sign, inner);
  return declare_target(dies, die, inside, depth);
}

/* gcc qualifies an array and its elements alike: once is enough. */
static bool repeats_qualifier(Dwarf_Die *die) {
  Dwarf_Die array;
  return die_type(die, &array) && dwarf_tag(&array) == DW_TAG_array_type &&
         target_tag(&array) == dwarf_tag(die);
}

static const char *declare_qualified(struct dies *dies, Dwarf_Die *die, const char *word,
                                     const char *inner, unsigned depth) {
  if (target_tag(die) == DW_TAG_pointer_type) { /* of the pointer, not of its target */
    return declare_target(dies, die, join(dies, word, inner), depth);
  }
  const char *target = declare_target(dies, die, inner, depth);
  return repeats_qualifier(die) ? target : arena_format(dies->arena, "%s %.400s", word, target);
}

static const char *declare_array(struct dies *dies, Dwarf_Die *die, const char *inner,
                                 unsigned depth) {
  bool rust = die_is_rust(die);
  const char *sizes = "";
  uint32_t count = 0;
  Dwarf_Die child;
  for (bool more = die_child(die, &child); more; more = die_sibling(&child)) {
    if (dwarf_tag(&child) == DW_TAG_subrange_type && strlen(sizes) < 100) {
      count = subrange_count(&child);
      sizes = count > 0 ? arena_format(dies->arena, "%s[%u]", sizes, count)
                        : arena_format(dies->arena, "%s[]", sizes);
    }
  }
  if (rust) {
    const char *element = declare_target(dies, die, "", depth);
    return arena_format(dies->arena, "[%.400s; %u]", element, count);
  }
  return declare_target(dies, die, arena_format(dies->arena, "%.200s%s", inner, sizes), depth);
}

static const char *declare_function(struct dies *dies, Dwarf_Die *die, const char *inner,
                                    unsigned depth) {
  const char *list = "";
  Dwarf_Die child;
  for (bool more = die_child(die, &child); more; more = die_sibling(&child)) {
    const char *comma = list[0] != '\0' ? ", " : "";
    if (dwarf_tag(&child) == DW_TAG_formal_parameter && strlen(list) < 150) {
      list = arena_format(dies->arena, "%s%s%.60s", list, comma,
                          declare_target(dies, &child, "", depth + PARAMETER_DEPTH));
    } else if (dwarf_tag(&child) == DW_TAG_unspecified_parameters && comma[0] != '\0') {
      list = arena_format(dies->arena, "%s, ...", list);
    }
  }
  const char *inside =
      arena_format(dies->arena, "%.200s(%s)", inner, list[0] != '\0' ? list : "void");
  return declare_target(dies, die, inside, depth);
}

static bool is_c(Dwarf_Die *die) {
  Dwarf_Die unit;
  int language = dwarf_diecu(die, &unit, NULL, NULL) != NULL ? dwarf_srclang(&unit) : -1;
  return language == DW_LANG_C89 || language == DW_LANG_C || language == DW_LANG_C99 ||
         language == DW_LANG_C11;
}

static const char *named(struct dies *dies, Dwarf_Die *die, const char *keyword) {
  const char *name = dies_qualified(dies, die);
  if (name == NULL) {
    return keyword[0] != '\0' ? arena_format(dies->arena, "%s <anonymous>", keyword)
                              : "<anonymous>";
  }
  bool plain = keyword[0] == '\0' || !is_c(die);
  return plain ? name : arena_format(dies->arena, "%s %s", keyword, name);
}

static const char *declare(struct dies *dies, Dwarf_Die *die, const char *inner,
                           unsigned depth) {
  if (depth > DEEPEST_TYPE) {
    return "...";
  }
  switch (dwarf_tag(die)) {
    case DW_TAG_pointer_type:
      return declare_pointer(dies, die, "*", inner, depth);
    case DW_TAG_reference_type:
      return declare_pointer(dies, die, "&", inner, depth);
    case DW_TAG_rvalue_reference_type:
      return declare_pointer(dies, die, "&&", inner, depth);
    case DW_TAG_const_type:
      return declare_qualified(dies, die, "const", inner, depth);
    case DW_TAG_volatile_type:
      return declare_qualified(dies, die, "volatile", inner, depth);
    case DW_TAG_atomic_type:
      return declare_qualified(dies, die, "_Atomic", inner, depth);
    case DW_TAG_restrict_type:
      return declare_qualified(dies, die, "restrict", inner, depth);
    case DW_TAG_array_type:
      return declare_array(dies, die, inner, depth);
    case DW_TAG_subroutine_type:
      return declare_function(dies, die, inner, depth);
    case DW_TAG_structure_type:
      return join(dies, named(dies, die, "struct"), inner);
    case DW_TAG_class_type:
      return join(dies, named(dies, die, "class"), inner);
    case DW_TAG_union_type:
      return join(dies, named(dies, die, "union"), inner);
    case DW_TAG_enumeration_type:
      return join(dies, named(dies, die, "enum"), inner);
    default: /* typedefs, base types and what DWARF may still define */
      return join(dies, named(dies, die, ""), inner);
  }
}

const char *type_name(struct dies *dies, Dwarf_Die *die) {
  return declare(dies, die, "", 0);
}
