/* Values of options: what is understood, what is refused and in which words. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/options.h"
#include "session/values.h"

Test(options, bad_values_are_refused_with_what_would_be_right) {
  static const struct {
    enum option_id id;
    const char *value;
    const char *message;
  } rows[] = {
      {OPTION_CORE, "m9", "--core: 'm9' is not a core; give one of m0, m0+, m3, m4, m4f, m7"},
      {OPTION_VTOR, "flash",
       "--vtor: 'flash' is not a number; give an address that is a multiple of 128, "
       "e.g. --vtor 0x08000000"},
      {OPTION_VTOR, "0x8000004",
       "--vtor: '0x8000004' is not a multiple of 128; give an address that is a multiple of "
       "128, "
       "e.g. --vtor 0x08000000"},
      {OPTION_VTOR, "0x100000000",
       "--vtor: '0x100000000' is not between 0 and 4294967295; give an address that is a "
       "multiple of 128, e.g. --vtor 0x08000000"},
      {OPTION_PRIORITY_BITS, "9",
       "--priority-bits: '9' is not between 2 and 8; give implemented priority bits, "
       "e.g. --priority-bits 3"},
      {OPTION_BKPT, "ignore", "--bkpt: 'ignore' is not known; give continue, stop or fault"},
      {OPTION_MAX_INSTRUCTIONS, "",
       "--max-instructions: '' is not a number; give instructions, "
       "e.g. --max-instructions 100000"},
      {OPTION_HORIZON, "abc",
       "--horizon: 'abc' is not a number; give instructions, e.g. --horizon 1000"},
      {OPTION_HORIZON, "0x",
       "--horizon: '0x' is not a number; give instructions, e.g. --horizon 1000"},
      {OPTION_HORIZON, "-1",
       "--horizon: '-1' is not a number; give instructions, e.g. --horizon 1000"},
      {OPTION_HORIZON, "12k",
       "--horizon: '12k' is not a number; give instructions, e.g. --horizon 1000"},
      {OPTION_HORIZON, "99999999999999999999",
       "--horizon: '99999999999999999999' is not a number; give instructions, "
       "e.g. --horizon 1000"},
      {OPTION_HORIZON, "0",
       "--horizon: '0' is not between 1 and 1000000000; give instructions, "
       "e.g. --horizon 1000"},
      {OPTION_DEPTH, "5",
       "--depth: '5' is not between 1 and 4; give injected interrupts per run, e.g. --depth 2"},
      {OPTION_SHARD, "5/4",
       "--shard: 5/4 is no shard; give its number and how many there are, up to 1024, "
       "e.g. --shard 1/4"},
      {OPTION_GDB, "65536",
       "--gdb: '65536' is not between 0 and 65535; give a port, 0 for any, e.g. --gdb=3333"},
      {OPTION_GDB, "gdb",
       "--gdb: 'gdb' is not a number; give a port, 0 for any, e.g. --gdb=3333"},
      {OPTION_PLACES, "beats", "--places: 'beats' is not known; give all or boundaries"},
      {OPTION_INTERRUPTS, "SysTick,UART",
       "--interrupts: 'UART' is not an exception; give names or numbers, "
       "e.g. --interrupts SysTick,irq5,20"},
      {OPTION_INTERRUPTS, "",
       "--interrupts: '' is not an exception; give names or numbers, "
       "e.g. --interrupts SysTick,irq5,20"},
      {OPTION_INTERRUPTS, "SysTick,",
       "--interrupts: '' is not an exception; give names or numbers, "
       "e.g. --interrupts SysTick,irq5,20"},
      {OPTION_INTERRUPTS, "3",
       "--interrupts: exception 3 cannot be injected; give NMI (2), PendSV (14), SysTick (15) "
       "or "
       "an interrupt (16 to 255)"},
      {OPTION_INTERRUPTS, "irq240",
       "--interrupts: 'irq240' is not an exception; give names or numbers, "
       "e.g. --interrupts SysTick,irq5,20"},
      {OPTION_FORMAT, "xml",
       "--format: 'xml' is not known; give text, json, html, sarif or junit"},
      {OPTION_OUTPUT, "", "--output: '' is not a file name; give one, e.g. out.json"},
      {OPTION_SEVERITY, "fatal",
       "--severity: 'fatal' is not known; give note, warning or error"},
      {OPTION_COLOR, "yes", "--color: 'yes' is not known; give auto, always or never"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct options options = options_default();
    struct error error = {""};
    cr_expect_not(options_set(&options, rows[i].id, rows[i].value, &error), "%s",
                  rows[i].value);
    cr_expect_str_eq(error.message, rows[i].message);
    cr_expect_not(options.given[rows[i].id], "%s", rows[i].value);
  }
}

Test(options, good_values_are_understood) {
  struct options options = options_default();
  struct error error = {""};
  static const struct {
    enum option_id id;
    const char *value;
  } rows[] = {{OPTION_CORE, "Cortex-M4F"},
              {OPTION_VTOR, "0x08000000"},
              {OPTION_PRIORITY_BITS, "8"},
              {OPTION_BKPT, "fault"},
              {OPTION_MAX_INSTRUCTIONS, "0x10"},
              {OPTION_HORIZON, "007"},
              {OPTION_DEPTH, "1"},
              {OPTION_PLACES, "boundaries"},
              {OPTION_FORMAT, "json"},
              {OPTION_GDB, "0"},
              {OPTION_SEVERITY, "error"}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cr_expect(options_set(&options, rows[i].id, rows[i].value, &error), "%s", error.message);
    cr_expect(options.given[rows[i].id]);
  }
  cr_expect_eq(options.core, CORE_M4F);
  cr_expect_eq(options.vtor, 0x08000000);
  cr_expect_eq(options.priority_bits, 8);
  cr_expect_eq(options.bkpt, BKPT_FAULT);
  cr_expect_eq(options.max_instructions, 16);
  cr_expect_eq(options.horizon, 7);
  cr_expect_not(options.beats);
  cr_expect_eq(options.format, FORMAT_JSON);
  cr_expect_eq(options.port, 0);
  cr_expect_eq(options.severity, SEVERITY_ERROR);
  cr_expect(options_set(&options, OPTION_GDB, NULL, &error)); /* its value may be left out */
  cr_expect_eq(options.port, 3333);
}

Test(options, interrupts_come_sorted_and_once) {
  uint16_t list[CONFIG_INTERRUPTS];
  unsigned count = 0;
  struct error error = {""};
  cr_assert(interrupts_parse("irq5,SysTick,NMI,0x14,21,systick", list, &count, &error), "%s",
            error.message);
  static const uint16_t expected[] = {2, 15, 20, 21};
  cr_assert_eq(count, 4);
  cr_expect_arr_eq(list, expected, sizeof expected);
}

Test(options, too_many_interrupts_are_refused) {
  char text[1024] = "";
  for (int i = 0; i <= CONFIG_INTERRUPTS; i++) {
    size_t length = strlen(text);
    snprintf(text + length, sizeof text - length, "%sirq%d", i > 0 ? "," : "", i);
  }
  uint16_t list[CONFIG_INTERRUPTS];
  unsigned count = 0;
  struct error error = {""};
  cr_expect_not(interrupts_parse(text, list, &count, &error));
  cr_expect_str_eq(error.message, "more than 64 exceptions are listed; give fewer");
}

Test(options, a_replay_repeats_what_shapes_the_run_and_nothing_else) {
  struct options options = options_default();
  struct error error = {""};
  struct texts texts = {0};
  cr_expect_str_eq(options_shape(&options, &texts), "");
  options_set(&options, OPTION_INTERRUPTS, "irq5,SysTick", &error);
  options_set(&options, OPTION_CORE, "m4", &error);
  options_set(&options, OPTION_SCENARIO, "my file.yaml", &error);
  options_set(&options, OPTION_PLACES, "boundaries", &error);
  options_set(&options, OPTION_HORIZON, "0x10", &error);
  options_set(&options, OPTION_FORMAT, "json", &error);
  options_set(&options, OPTION_QUIET, NULL, &error);
  cr_expect_str_eq(options_shape(&options, &texts),
                   "--core m4 --scenario 'my file.yaml' --interrupts 15,21 --places boundaries "
                   "--horizon 16 ");
  texts_free(&texts);
}

Test(options, given_options_overlay_the_defaults) {
  struct options options = options_default();
  struct error error = {""};
  struct explorer_options explorer = {.horizon = 5, .max_instructions = 6, .beats = true};
  options_apply(&options, &explorer);
  cr_expect_eq(explorer.horizon, 5);
  cr_expect(explorer.beats);
  options_set(&options, OPTION_HORIZON, "9", &error);
  options_set(&options, OPTION_PLACES, "boundaries", &error);
  options_set(&options, OPTION_INTERRUPTS, "NMI", &error);
  options_apply(&options, &explorer);
  cr_expect_eq(explorer.horizon, 9);
  cr_expect_eq(explorer.max_instructions, 6);
  cr_expect_not(explorer.beats);
  cr_expect_eq(explorer.interrupt_count, 1);
  cr_expect_eq(explorer.interrupts[0], 2);
}

Test(options, colour_follows_the_option_and_then_the_environment) {
  struct options options = options_default();
  setenv("TERM", "xterm", 1);
  unsetenv("NO_COLOR");
  setenv("CLICOLOR_FORCE", "1", 1);
  cr_expect(options_wants_color(&options, -1));
  setenv("NO_COLOR", "1", 1);
  cr_expect_not(options_wants_color(&options, -1), "NO_COLOR wins over CLICOLOR_FORCE");
  options.color = COLOR_ALWAYS;
  cr_expect(options_wants_color(&options, -1), "--color wins over NO_COLOR");
  options.color = COLOR_NEVER;
  unsetenv("NO_COLOR");
  cr_expect_not(options_wants_color(&options, -1));
  options.color = COLOR_AUTO;
  unsetenv("CLICOLOR_FORCE");
  cr_expect_not(options_wants_color(&options, -1), "no terminal");
}
