/* Files of boards: what is understood, what is noted, what is refused. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "board_sample.h"
#include "sim/machine/scs.h"

Test(board_config, every_chip_loads) {
  char **names = NULL;
  size_t count = board_chips(CHIPS, &names);
  cr_assert_geq(count, 9);
  for (size_t i = 0; i < count; i++) {
    struct board *board = board_create();
    struct error error = {""};
    cr_expect(board_read_chip(board, names[i], CHIPS, &error), "%s", error.message);
    cr_expect_eq(board->note_count, 0, "%s: %s", names[i],
                 board->note_count > 0 ? board->notes[0] : "");
    cr_expect(board->has_core, "%s", names[i]);
    cr_expect_str_eq(board->name, names[i]);
    cr_expect_not_null(board->summary);
    cr_expect_gt(board->part_count, 1);
    cr_expect_gt(board->model_count, 0);
    board_finish(board, NULL, 0);
    for (size_t k = 1; k < board->model_count; k++) {
      cr_expect_geq(board->models[k].address, board->models[k - 1].address);
    }
    board_destroy(board);
    free(names[i]);
  }
  free(names);
}

/* Three configurations as fuzzware's users write them. */
Test(board_config, fuzzware_configurations_load) {
  static const struct {
    const char *file;
    size_t parts, models, stubs, notes;
  } ROWS[] = {
      {"blinky.yml", 2, 0, 0, 0}, {"sensor.yml", 2, 5, 4, 2}, {"bridge.yml", 3, 2, 1, 4}};
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", CONFIGS, ROWS[i].file);
    struct board *board = board_create();
    struct error error = {""};
    cr_assert(board_read(board, path, &error), "%s", error.message);
    cr_expect_eq(board->part_count, ROWS[i].parts, "%s: %zu", path, board->part_count);
    cr_expect_eq(board->model_count, ROWS[i].models, "%s: %zu", path, board->model_count);
    cr_expect_eq(board->stub_count, ROWS[i].stubs, "%s: %zu", path, board->stub_count);
    cr_expect_eq(board->note_count, ROWS[i].notes, "%s: %zu %s", path, board->note_count,
                 board->note_count > 0 ? board->notes[0] : "");
    board_destroy(board);
  }
}

/* Names of its own, interrupts that are left out, patches that return a value. */
Test(board_config, fuzzware_keys_are_honoured) {
  static const uint16_t loop[] = {0xe7fe};
  struct sample s = sample_machine(
      "symbols: {0x101: start, 0x200: halt}\n"
      "nvic: {addr: 0x400, num_vecs: 48, disabled_irqs: [0, 3, 31]}\n"
      "handlers:\n"
      "  start: {handler: native.return_0x1}\n"
      "  patched: {addr: halt, handler: native.return_0x0}\n"
      "exit_at: {end: 0x300, other: start}\n"
      "memory_map: {dma: {base_addr: 0x20000100, size: 16, overlay: true}}\n",
      loop, 1, 0, NULL);
  struct machine_config config = machine_config_default(CORE_M3);
  struct error error = {""};
  cr_assert(board_apply(s.board, s.image, &config, &error), "%s", error.message);
  cr_expect_eq(s.board->vtor, 0x400);
  cr_expect_eq(s.board->part_count, 0);
  cr_expect_eq(config.absent_irqs[0], 0x80000009);
  cr_expect_eq(config.absent_irqs[1], UINT32_MAX, "IRQ 32 has vector 48");
  cr_assert_eq(config.stub_count, 4);
  cr_expect(config.stubs[0].address == 0x100 && config.stubs[1].address == 0x100);
  cr_expect(config.stubs[2].address == 0x200 && config.stubs[2].has_value &&
            config.stubs[2].value == 0);
  cr_expect(config.stubs[3].address == 0x300 && config.stubs[3].kind == STUB_EXIT);
  cr_assert_eq(s.board->note_count, 1);
  cr_expect_not_null(strstr(s.board->notes[0], ":7: 'overlay' is not used"), "%s",
                     s.board->notes[0]);
  s.board->runs_on = true;
  cr_assert(board_apply(s.board, s.image, &config, &error), "%s", error.message);
  cr_expect_eq(config.stub_count, 2);
  sample_free(&s);
}

/* What the configuration disables cannot be enabled, nor set pending. */
Test(board_config, disabled_interrupts_are_not_there) {
  static const uint16_t loop[] = {0xe7fe};
  struct sample s = sample_machine("nvic: {disabled_irqs: [3, 40]}\n", loop, 1, 0, NULL);
  struct machine_state *state = &s.machine->state;
  static const uint32_t writes[][2] = {
      {0x100, 0x0a}, {0x104, 0x300}, {0x200, 0x0a}, {0xf00, 40}};
  for (size_t i = 0; i < sizeof writes / sizeof *writes; i++) {
    scs_write(state, s.machine->core, writes[i][0], 4, writes[i][1]);
  }
  cr_expect_eq(scs_read(state, s.machine->core, 0x100, 4).value, 0x2);
  cr_expect_eq(scs_read(state, s.machine->core, 0x104, 4).value, 0x200);
  cr_expect_eq(scs_read(state, s.machine->core, 0x200, 4).value, 0x2);
  cr_expect_eq(scs_read(state, s.machine->core, 0x204, 4).value, 0);
  sample_free(&s);
}

Test(board_config, image_options_come_from_the_map) {
  struct board *board = sample_board(
      "memory_map:\n"
      "  rom: {base_addr: 0x08004000, size: 0x1000, "
      "file: ./app.bin, is_entry: true, ivt_offset: 0x100}\n"
      "core: m4\n");
  struct image_options options = {.has_base = false};
  board_image_options(board, "/else/where/app.bin", &options);
  cr_expect(options.has_base && options.base == 0x08004000);
  cr_expect(options.has_vtor && options.vtor == 0x08004100);
  cr_expect(options.has_core && options.core == CORE_M4);
  struct image_options given = {.has_base = true, .base = 1, .has_core = true, .core = CORE_M0};
  board_image_options(board, "app.bin", &given);
  cr_expect_eq(given.base, 1);
  cr_expect_eq(given.core, CORE_M0);
  board_destroy(board);
}

/* A few aliases, or one number, must not fill memory. */
Test(board_config, what_is_too_much_is_refused) {
  char *text = NULL;
  size_t size = 0;
  FILE *stream = open_memstream(&text, &size);
  fputs("registers:\n  - &r {address: 0x40000000, on-write: [&e {bits: 1}", stream);
  for (unsigned i = 0; i < 300; i++) {
    fputs(", *e", stream);
  }
  fputs("]}\n", stream);
  for (unsigned i = 0; i < 300; i++) {
    fputs("  - *r\n", stream);
  }
  fclose(stream);
  const struct {
    const char *yaml, *message;
  } rows[] = {
      {text, ": more than 65536 effects"},
      {"registers:\n  - {address: 0x40000000, array: 4000000000}\n",
       ":2:5: more than 262144 registers"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char *path = sample_file("large.yaml", rows[i].yaml, strlen(rows[i].yaml));
    struct board *board = board_create();
    struct error error = {""};
    cr_expect(!board_read(board, path, &error));
    cr_expect_not_null(strstr(error.message, rows[i].message), "%s", error.message);
    board_destroy(board);
    unlink(path);
    free(path);
  }
  free(text);
}

Test(board_config, notes_name_the_line) {
  static const char *const ROWS[][2] = {
      {"memory_mapp: {}\n",
       ":1: 'memory_mapp' is not known and not used; did you mean "
       "'memory_map'?"},
      {"core: m3\nlimits: {translation_blocks: 3}\n", ":2: 'limits' is not used: give --max"},
      {"\n\ninterrupt_triggers: {}\n", ":3: 'interrupt_triggers' is not used: every enabled"},
      {"mmio_models:\n  constantt: {}\n",
       ":2: 'constantt' is not known and not used; did you "
       "mean 'constant'?"},
      {"handlers:\n  f: {handler: a.b.c}\n", ":2: 'a.b.c' is not run: the function returns"},
      {"registers:\n  - {address: 0x40000000,\n     w1: 3}\n",
       ":3: 'w1' is not known and not "
       "used; did you mean 'w1c'?"},
      {"entry_point: 3\n", ":1: 'entry_point' is not used: the vector table"},
      {"memory_map:\n  a: {size: 16, overwrite: true}\n", ":2: 'overwrite' is not used"},
  };
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    struct board *board = sample_board(ROWS[i][0]);
    cr_assert_eq(board->note_count, 1, "row %zu: %zu", i, board->note_count);
    cr_expect_not_null(strstr(board->notes[0], ROWS[i][1]), "row %zu: %s", i, board->notes[0]);
    board_destroy(board);
  }
}

Test(board_config, refusals_name_line_and_column) {
  static const char *const ROWS[][2] = {
      {"", ": empty; a mapping"},
      {"core: [m3\n", ":2:1: not YAML: "},
      {"- core\n", ":1:1: a list where a mapping (key: value) is expected"},
      {"core: m9\n", ":1:7: 'm9' is no core; give one of m0"},
      {"core: {a: b}\n", ":1:7: '' is no core"},
      {"priority-bits: 9\n", ":1:16: 9 priority bits"},
      {"priority-bits: many\n", ":1:16: 'many' is no number"},
      {"memory_map: [1]\n", ":1:13: a list where a mapping"},
      {"memory_map:\n  rom: {base_addr: 0x0, size: big}\n", ":2:31: 'big' is no number"},
      {"memory_map:\n  rom: {base_addr: 0x0}\n", ":2:3: a part of memory without a size"},
      {"memory_map:\n  rom: {base_addr: 0x3ffff000, size: 0x2000}\n", ":2:3: memory at "},
      {"memory_map:\n  rom: {size: 0x1000, is_entry: maybe}\n", ":2:33: maybe is neither true"},
      {"interrupts: {300: X}\n", ":1:14: '300' is no interrupt number"},
      {"interrupts: {3: [X]}\n", ":1:17: a list where a text is expected"},
      {"registers:\n  - {constant: 3}\n", ":2:5: a register needs an address"},
      {"registers:\n  - {address: 0x40000001}\n", ":2:5: a register needs an address"},
      {"registers:\n  - {address: 0x40000000, set: []}\n", "an empty list of values"},
      {"registers:\n  - {address: 0x40000000, set: 3}\n", "a single value where a list"},
      {"registers:\n  - {address: 0x40000000, counter: 0}\n", "counter: give the instructions"},
      {"registers:\n  - {address: 0x140000000}\n", ":2:15: '0x140000000' does not fit 32 bits"},
      {"registers:\n  - {address: 0x40000000, on-write: [{repeats: true}]}\n",
       ":2:38: repeats: give the instructions"},
      {"registers:\n  - {address: 0x40000000, on-write: [{compares: true}]}\n",
       ":2:38: a timer has a tick"},
      {"lines: [{irq: 3}]\n", ":1:9: a line needs an irq"},
      {"lines: [{irq: 240}]\n", ":1:15: there are interrupts 0 to 239"},
      {"mmio_models: {constant: {a: {val: 3}}}\n", ":1:26: the model has no addr"},
      {"include: other.yaml\n", "other.yaml: cannot be read"},
  };
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    char *path = sample_file("bad.yaml", ROWS[i][0], strlen(ROWS[i][0]));
    struct board *board = board_create();
    struct error error = {""};
    cr_expect(!board_read(board, path, &error), "row %zu", i);
    cr_expect_not_null(strstr(error.message, ROWS[i][1]), "row %zu: %s", i, error.message);
    cr_expect_null(strchr(error.message, '\n'));
    board_destroy(board);
    unlink(path);
    free(path);
  }
}

Test(board_config, wrong_chips_are_refused) {
  struct board *board = board_create();
  struct error error = {""};
  cr_expect(!board_read_chip(board, "stm32", CHIPS, &error));
  cr_expect_not_null(strstr(error.message, "'stm32' is not a chip; give one of efm32hg,"), "%s",
                     error.message);
  cr_expect(!board_read_chip(board, "../README", CHIPS, &error));
  board_destroy(board);
}

static const char SVD[] =
    "<?xml version=\"1.0\"?>\n<device><peripherals>\n"
    "<peripheral><name>UART</name><baseAddress>0x40001000</baseAddress>\n"
    "<interrupt><name>UART_RX</name><value>5</value></interrupt>\n"
    "<registers><register><name>SR</name><addressOffset>0x4</addressOffset>\n"
    "<resetValue>0xC0</resetValue><fields><field><name>TXE</name></field></fields></register>\n"
    "<register><name>DR</name><addressOffset>0</addressOffset></register>\n"
    "</registers></peripheral></peripherals></device>\n";

Test(board_config, svd) {
  char *path = sample_file("part.svd", SVD, strlen(SVD));
  struct board *board = board_create();
  struct error error = {""};
  cr_assert(board_read_svd(board, path, &error), "%s", error.message);
  cr_expect_str_eq(board->irq_names[5], "UART_RX");
  cr_assert_eq(board->model_count, 2);
  cr_expect_eq(board->models[0].address, 0x40001004);
  cr_expect_eq(board->models[0].reset, 0xc0);
  cr_expect(board->models[0].plain && board->models[1].plain);
  cr_expect_str_eq(board->models[0].name, "UART.SR");
  cr_expect_str_eq(board->models[1].name, "UART.DR");
  board_destroy(board);
  unlink(path);
  free(path);
}

/* Arrays, clusters, small registers, and what is derived from something else. */
static const char SVD_ARRAYS[] =
    "<device><resetValue>0x11</resetValue><peripherals>\n"
    "<peripheral><name>DMA1</name><baseAddress>0x40020000</baseAddress>\n"
    "<interrupt><name>DMA1_CH1</name><value>11</value></interrupt><registers>\n"
    "<register><name>ISR</name><addressOffset>0</addressOffset><resetValue>0</resetValue>"
    "</register>\n"
    "<cluster><dim>2</dim><dimIncrement>0x14</dimIncrement><dimIndex>1-2</dimIndex>"
    "<name>CH%s</name><addressOffset>8</addressOffset>\n"
    "<register><name>CCR</name><addressOffset>0</addressOffset></register>\n"
    "<register><dim>3</dim><dimIncrement>4</dimIncrement><dimIndex>A,B,C</dimIndex>"
    "<name>M%s</name><addressOffset>4</addressOffset><resetValue>0x1234</resetValue>"
    "</register></cluster>\n"
    "<register derivedFrom=\"ISR\"><name>ISR2</name><addressOffset>0x40</addressOffset>"
    "</register>\n"
    "<register derivedFrom=\"DMA1.CH%s.CCR\"><name>FAR</name>"
    "<addressOffset>0x44</addressOffset></register>\n"
    "<register><name>LOW</name><addressOffset>0x48</addressOffset><size>16</size>"
    "<resetValue>0x1ABCD</resetValue></register>\n"
    "<register><name>HIGH</name><addressOffset>0x4a</addressOffset><size>16</size>"
    "<resetValue>#101</resetValue></register>\n"
    "</registers></peripheral>\n"
    "<peripheral derivedFrom=\"DMA1\"><name>DMA2</name><baseAddress>0x40030000</baseAddress>\n"
    "<registers><register><name>ISR</name><addressOffset>0</addressOffset>"
    "<resetValue>7</resetValue></register></registers></peripheral>\n"
    "<peripheral derivedFrom=\"Loop\"><name>Loop</name><baseAddress>0</baseAddress>"
    "</peripheral></peripherals></device>\n";

Test(board_config, svd_arrays) {
  static const struct {
    const char *name;
    uint32_t address, reset;
  } ROWS[] = {
      {"DMA1.ISR", 0x40020000, 0},          {"DMA1.CH1.CCR", 0x40020008, 0x11},
      {"DMA1.CH1.MA", 0x4002000c, 0x1234},  {"DMA1.CH1.MB", 0x40020010, 0x1234},
      {"DMA1.CH1.MC", 0x40020014, 0x1234},  {"DMA1.CH2.CCR", 0x4002001c, 0x11},
      {"DMA1.CH2.MA", 0x40020020, 0x1234},  {"DMA1.CH2.MC", 0x40020028, 0x1234},
      {"DMA1.ISR2", 0x40020040, 0},         {"DMA1.FAR", 0x40020044, 0x11},
      {"DMA1.LOW", 0x40020048, 0x0005abcd}, {"DMA2.ISR", 0x40030000, 7},
      {"DMA2.CH2.CCR", 0x4003001c, 0x11},   {"DMA2.LOW", 0x40030048, 0x0005abcd},
  };
  char *path = sample_file("arrays.svd", SVD_ARRAYS, strlen(SVD_ARRAYS));
  struct board *board = board_create();
  struct error error = {""};
  cr_assert(board_read_svd(board, path, &error), "%s", error.message);
  board_finish(board, NULL, 0);
  cr_expect_str_eq(board->irq_names[11], "DMA1_CH1");
  cr_expect_eq(board->model_count, 24, "%zu", board->model_count);
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    const struct register_model *model = registers_find(&board->registers, ROWS[i].address);
    cr_assert_not_null(model, "%s", ROWS[i].name);
    cr_expect_str_eq(model->name, ROWS[i].name);
    cr_expect_eq(model->reset, ROWS[i].reset, "%s: 0x%x", ROWS[i].name, model->reset);
  }
  board_destroy(board);
  unlink(path);
  free(path);
}

/* What never ends is cut. */
Test(board_config, svd_without_end) {
  static const char endless[] =
      "<device><peripherals><peripheral><name>A</name><baseAddress>0</baseAddress><registers>"
      "<cluster derivedFrom=\"A.B\"><dim>1000</dim><name>B</name>"
      "<cluster derivedFrom=\"A.B\"><dim>1000</dim><name>C</name></cluster>"
      "<register><name>R</name></register>"
      "</cluster></registers></peripheral></peripherals></device>";
  char *path = sample_file("endless.svd", endless, strlen(endless));
  struct board *board = board_create();
  struct error error = {""};
  cr_assert(board_read_svd(board, path, &error), "%s", error.message);
  cr_assert_eq(board->note_count, 1);
  cr_expect_not_null(strstr(board->notes[0], "more than 65536 registers"));
  board_destroy(board);
  unlink(path);
  free(path);
}

Test(board_config, svd_refusals) {
  static const char *const ROWS[][2] = {{"", "not XML"},
                                        {"<device>\n</wrong>", ":2:3: not XML"},
                                        {"<device/>", "no peripherals"}};
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    char *path = sample_file("bad.svd", ROWS[i][0], strlen(ROWS[i][0]));
    struct board *board = board_create();
    struct error error = {""};
    cr_expect(!board_read_svd(board, path, &error));
    cr_expect_not_null(strstr(error.message, ROWS[i][1]), "row %zu: %s", i, error.message);
    board_destroy(board);
    unlink(path);
    free(path);
  }
}

Test(board_config, names_reach_the_image) {
  static const uint16_t loop[] = {0xe7fe};
  struct sample s = sample_machine("interrupts: {4: ADC}\n", loop, 1, 0, NULL);
  struct image_options options = {.has_base = true};
  board_image_options(s.board, "x.bin", &options);
  char *path = sample_file("names.bin", "", 0);
  free(path);
  cr_expect_str_eq(options.irq_names[4], "ADC");
  cr_expect_null(options.irq_names[5]);
  sample_free(&s);
}

Test(board_config, unknown_function_is_refused) {
  static const uint16_t loop[] = {0xe7fe};
  struct sample s = sample_machine("core: m3\n", loop, 1, 0, NULL);
  struct board *board = sample_board("handlers:\n  no_such_function:\n");
  struct machine_config config = machine_config_default(CORE_M3);
  struct error error = {""};
  board_finish(board, NULL, 0);
  cr_expect(!board_apply(board, s.image, &config, &error));
  cr_expect_not_null(strstr(error.message,
                            "board.yaml:2: the image has no function "
                            "'no_such_function'"),
                     "%s", error.message);
  board_destroy(board);
  sample_free(&s);
}

/* Sections that stand in a scenario's program; its own keys are left alone. */
Test(board_config, programs_of_scenarios_have_boards) {
  static const char yaml[] =
      "name: a\nversion: 1\nprograms:\n"
      "  - image: a.hex\n"
      "    interrupts: [SysTick]\n"
      "    registers: [{address: 0x40000000, constant: 1}]\n"
      "  - image: b.hex\n"
      "    memory_map: {ram: {base_addr: 0x20000000, size: 0x1000}}\n"
      "    registers:\n"
      "      - {address: 0x40001000, sequence: [1, 2]}\n"
      "      - {address: 0x40001004, constnt: 3}\n"
      "    lines: [{irq: 3, status: 0x40001000}]\n"
      "    handlers: {wait: {}}\n"
      "    exit_at: {done: 0x1234}\n"
      "    invariants: [a <= 3, 'b != 0']\n"
      "    groups: {clock: [t.seconds, ticks]}\n"
      "  - image: c.hex\n"
      "    registers: soon\n"
      "  - groups: {clock: [ticks]}\n"
      "  - invariants: [[a]]\n";
  char *path = sample_file("scenario.yaml", yaml, sizeof yaml - 1);
  struct error error = {""};
  struct board *board = board_create();
  cr_assert(board_read_program(board, path, 1, &error), "%s", error.message);
  cr_expect_eq(board->model_count, 2);
  cr_expect_eq(board->models[0].address, 0x40001000);
  cr_expect(board->part_count == 1 && board->line_count == 1 && board->stub_count == 2);
  cr_assert_eq(board->note_count, 1);
  cr_expect_not_null(strstr(board->notes[0], ":11: 'constnt' is not known"), "%s",
                     board->notes[0]);
  cr_expect(!board_read_program(board, path, 2, &error));
  cr_expect_not_null(strstr(error.message, ":18:16: "), "%s", error.message);
  cr_assert_eq(board->claim_count, 4);
  cr_expect_str_eq(board->claims[1].text, "b != 0");
  cr_expect(board->claims[1].line == 15 && board->claims[1].column == 27);
  cr_expect(board->claims[3].kind == CLAIM_MEMBER && board->claims[3].group == 1);
  cr_expect(!board_read_program(board, path, 3, &error));
  cr_expect_not_null(strstr(error.message, ":19:14: a group has at least two members"), "%s",
                     error.message);
  cr_expect(!board_read_program(board, path, 4, &error));
  cr_expect_not_null(strstr(error.message, ":20:18: an expression such as"), "%s",
                     error.message);
  board_destroy(board);
  unlink(path);
  free(path);
}
