/* Functions, inlined frames, source lines and exceptions. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "samples.h"

Test(image_frames, inlined_frames_innermost_first) {
  struct image *image = sample_load("frames.elf");
  const struct function *outer = image_function_named(image, "outer");
  cr_assert_not_null(outer);
  unsigned chains = 0;
  for (uint32_t pc = outer->low; pc < outer->high; pc += 2) {
    struct source_frame frames[4] = {{0}};
    size_t count = image_frames_at(image, pc | 1, frames, 4);
    cr_assert_geq(count, 1, "no frame at 0x%x", pc);
    cr_expect_str_eq(frames[count - 1].function, "outer");
    if (count != 3) {
      continue;
    }
    chains++;
    cr_expect_str_eq(frames[0].function, "inner");
    cr_expect_str_eq(frames[1].function, "middle");
    cr_expect_eq(frames[0].line, sample_line("frames.c", "mark: inner"));
    cr_expect_eq(frames[1].line, sample_line("frames.c", "mark: middle"));
    cr_expect_eq(frames[2].line, sample_line("frames.c", "mark: outer"));
    cr_expect_not_null(strstr(frames[0].file, "samples/frames.c"));
    cr_expect(!frames[0].library);
    struct source_frame line;
    cr_expect(image_line_at(image, pc, &line));
    cr_expect_eq(line.line, frames[0].line);
    cr_expect_eq(image_frames_at(image, pc, NULL, 0), 3, "counts beyond max");
  }
  cr_expect_gt(chains, 0);
  image_destroy(image);
}

Test(image_frames, every_instruction_has_its_own_function) {
  static const char *const FILES[] = {"shapes_o0.elf", "shapes_o2.elf", "shapes_dwarf4.elf",
                                      "frames.elf", "frames_o0.elf"};
  for (size_t file = 0; file < sizeof FILES / sizeof *FILES; file++) {
    struct image *image = sample_load(FILES[file]);
    const struct function *ids = image_function_named(image, "Reset_Handler");
    cr_assert_not_null(ids);
    for (uint32_t pc = ids->low; pc < ids->high; pc += 2) {
      struct source_frame frames[8];
      size_t count = image_frames_at(image, pc, frames, 8);
      const struct function *function = image_function_at(image, pc);
      cr_assert_eq(function, ids);
      cr_assert(count >= 1 && count <= 8);
      cr_expect_str_eq(frames[count - 1].function, "Reset_Handler");
      cr_expect_gt(frames[0].line, 0);
    }
    image_destroy(image);
  }
}

Test(image_frames, dropped_code_is_nowhere) {
  struct image *image = sample_load("shapes_o2.elf");
  unsigned first = sample_line("shapes.c", "int dropped(int value)");
  unsigned last = sample_line("shapes.c", "return dropped_data;");
  cr_expect_null(image_function_named(image, "dropped"));
  for (uint32_t pc = 0; pc < 0x400; pc += 2) {
    struct source_frame frames[8];
    size_t count = image_frames_at(image, pc, frames, 8);
    for (size_t i = 0; i < count && i < 8; i++) {
      cr_assert(frames[i].line < first || frames[i].line > last, "0x%x: line %u", pc,
                frames[i].line);
    }
  }
  struct source_frame frame;
  cr_expect(!image_line_at(image, 0, &frame), "the vector table is no code");
  image_destroy(image);
}

Test(image_frames, functions) {
  struct image *image = sample_load("frames.elf");
  const struct function *unsized = image_function_named(image, "unsized");
  cr_assert_not_null(unsized);
  cr_expect_eq(unsized->low & 1, 0);
  cr_expect_geq(unsized->high, unsized->low + 6, "reaches to the next symbol");
  cr_expect_eq(image_function_at(image, unsized->low + 5), unsized);
  cr_expect_null(image_function_at(image, 0x20000000));
  cr_expect_null(image_function_named(image, "inner"), "inlined away");
  cr_expect_not_null(image_function_named(image, "Uart_Handler"), "an alias");
  image_destroy(image);
  image = sample_load("stripped.elf");
  cr_expect_null(image_function_at(image, 0x100));
  cr_expect_eq(image_frames_at(image, 0x100, NULL, 0), 0);
  image_destroy(image);
}

static void expect_text(char *text, const char *expected) {
  cr_expect_not_null(text, "expected %s", expected);
  if (text != NULL) {
    cr_expect_str_eq(text, expected);
  }
  free(text);
}

Test(image_frames, exceptions_and_symbols) {
  struct image *image = sample_load("frames.elf");
  expect_text(image_exception_name(image, 0), "thread mode");
  expect_text(image_exception_name(image, 2), "NMI");
  expect_text(image_exception_name(image, 15), "SysTick");
  expect_text(image_exception_name(image, 16), "IRQ 0");
  expect_text(image_exception_name(image, 17), "IRQ 1 (Default_Handler)");
  expect_text(image_exception_name(image, 7), "exception 7");
  expect_text(image_exception_name(image, 300), "IRQ 284");
  uint32_t outer = image_function_named(image, "outer")->low;
  expect_text(image_symbol_text(image, outer), "outer");
  expect_text(image_symbol_text(image, outer + 2), "outer+0x2");
  expect_text(image_symbol_text(image, 0), "table_of_exceptions");
  cr_expect_null(image_symbol_text(image, 0x40000000));
  cr_expect_null(image_symbol_text(image, UINT32_MAX));
  image_destroy(image);
}

Test(image_frames, source_lines) {
  struct image *image = sample_load("frames.elf");
  struct source_frame frame;
  cr_assert(image_line_at(image, image_function_named(image, "outer")->low, &frame));
  unsigned line = sample_line("frames.c", "mark: inner");
  char *text = image_source_line(image, frame.file, line);
  cr_assert_not_null(text, "%s", frame.file);
  cr_expect_str_eq(text, "  sink = value; /* mark: inner */");
  free(text);
  cr_expect_null(image_source_line(image, frame.file, 100000));
  cr_expect_null(image_source_line(image, frame.file, 0));
  cr_expect_null(image_source_line(image, "/no/such/file.c", 1));
  cr_expect_null(image_source_line(image, NULL, 1));
  image_destroy(image);
}
