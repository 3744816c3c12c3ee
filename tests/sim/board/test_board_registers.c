/* Register models on the bus: what a read gives, what a write does, and that all
 * of it is taken back. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board_sample.h"
#include "sim/machine/peripherals.h"

static const uint16_t LOOP[] = {0xe7fe}; /* b . */

static struct sample driven(const char *yaml, const char *input) {
  return sample_machine(yaml, LOOP, 1, 0, input);
}

static uint32_t read_word(struct sample *s, uint32_t address) {
  s->machine->run = &s->run;
  return (uint32_t)machine_device_read(s->machine, address, 4);
}

static void write_word(struct sample *s, uint32_t address, uint32_t value) {
  s->machine->run = &s->run;
  machine_device_write(s->machine, address, 4, value);
}

static void pass_time(struct sample *s, uint64_t instructions) {
  s->machine->state.time += instructions;
  peripherals_advance(s->machine);
}

static bool is_pending(const struct sample *s, unsigned irq) {
  return exception_bit(s->machine->state.exceptions.pending, 16 + irq);
}

Test(board_registers, sources) {
  struct sample s = driven(
      "registers:\n"
      "  - {address: 0x40000000, constant: 0x55}\n"
      "  - {address: 0x40000004, set: [1, 2, 3]}\n"
      "  - {address: 0x40000008, sequence: [7, 8]}\n"
      "  - {address: 0x4000000c, counter: 10}\n"
      "  - {address: 0x40000010, reset: 9, ones: 0x100, zeros: 1}\n",
      NULL);
  write_word(&s, 0x40000000, 0xffffffff);
  cr_expect_eq(read_word(&s, 0x40000000), 0x55);
  for (uint32_t i = 0; i < 6; i++) {
    cr_expect_eq(read_word(&s, 0x40000004), 1 + i % 3);
    cr_expect_eq(read_word(&s, 0x40000008), i == 0 ? 7 : 8);
  }
  cr_expect_eq(read_word(&s, 0x4000000c), 0);
  pass_time(&s, 25);
  cr_expect_eq(read_word(&s, 0x4000000c), 2);
  cr_expect_eq(read_word(&s, 0x40000010), 0x108);
  write_word(&s, 0x40000014, 5); /* no model */
  cr_expect_eq(read_word(&s, 0x40000014), 5);
  sample_free(&s);
}

Test(board_registers, lanes) {
  struct sample s = driven("registers:\n  - {address: 0x40000000, reset: 0x44332211}\n", NULL);
  s.machine->run = &s.run;
  cr_expect_eq(machine_device_read(s.machine, 0x40000001, 1), 0x22);
  cr_expect_eq(machine_device_read(s.machine, 0x40000002, 2), 0x4433);
  machine_device_write(s.machine, 0x40000003, 1, 0xaa);
  cr_expect_eq(read_word(&s, 0x40000000), 0xaa332211);
  sample_free(&s);
}

Test(board_registers, clearing) {
  struct sample s = driven(
      "registers:\n"
      "  - {address: 0x40000000, reset: 0xff, w1c: 0x0f}\n"
      "  - {address: 0x40000004, reset: 0xff, rc_w0: 0x0f}\n"
      "  - {address: 0x40000008, reset: 0xff, rc_r: 0x0f}\n"
      "  - {address: 0x4000000c, reset: 0xf0, read-only: 0xf0}\n",
      NULL);
  write_word(&s, 0x40000000, 0xf3);
  cr_expect_eq(read_word(&s, 0x40000000), 0xfc);
  write_word(&s, 0x40000004, 0x3);
  cr_expect_eq(read_word(&s, 0x40000004), 0x03);
  write_word(&s, 0x40000004, 0xf);
  cr_expect_eq(read_word(&s, 0x40000004), 0x03, "rc_w0: nothing sets a bit");
  cr_expect_eq(read_word(&s, 0x40000008), 0xff);
  cr_expect_eq(read_word(&s, 0x40000008), 0xf0);
  write_word(&s, 0x4000000c, 0x0f);
  cr_expect_eq(read_word(&s, 0x4000000c), 0xff);
  sample_free(&s);
}

Test(board_registers, aliases) {
  struct sample s = driven(
      "registers:\n"
      "  - {address: 0x40000000}\n"
      "  - {address: 0x40000004, sets: 0x40000000}\n"
      "  - {address: 0x40000008, clears: 0x40000000}\n"
      "  - {address: 0x4000000c, toggles: 0x40000000}\n",
      NULL);
  write_word(&s, 0x40000004, 0xf0);
  write_word(&s, 0x40000008, 0x30);
  write_word(&s, 0x4000000c, 0x81);
  cr_expect_eq(read_word(&s, 0x40000000), 0x41);
  cr_expect_eq(read_word(&s, 0x40000004), 0x41);
  sample_free(&s);
}

static const char UART[] =
    "registers:\n"
    "  - name: DR\n"
    "    address: 0x40000000\n"
    "    output: true\n"
    "    input: {status: 0x40000004, bits: 0x20, empty: 0x10, after: 100}\n"
    "    on-write: [{after: 10, in: 0x40000004, set: 0x80}]\n"
    "  - {name: SR, address: 0x40000004, reset: 0x10, rc_w0: 0x80}\n"
    "  - {name: CR, address: 0x40000008}\n"
    "  - name: CMD\n"
    "    address: 0x4000000c\n"
    "    on-write: [{bits: 1, irq: 3}, {bits-clear: 1, irq: 4}]\n"
    "lines:\n"
    "  - {irq: 1, status: 0x40000004, status-bits: 0x20, enable: 0x40000008, enable-bits: 1}\n"
    "  - {irq: 1, status: 0x40000004, status-bits: 0x80, enable: 0x40000008, enable-bits: 2}\n";

struct output {
  char text[8];
  size_t length;
};

static void take_output(void *owner, const char *bytes, size_t size) {
  struct output *output = owner;
  memcpy(output->text + output->length, bytes, size);
  output->length += size;
}

Test(board_registers, uart) {
  struct sample s = driven(UART, "hi");
  struct output output = {.length = 0};
  s.machine->host.owner = &output;
  s.machine->host.output = take_output;
  write_word(&s, 0x40000000, 'o');
  write_word(&s, 0x40000000, 'k');
  cr_expect_eq(output.length, 2);
  cr_expect_eq(memcmp(output.text, "ok", 2), 0);
  cr_expect_eq(read_word(&s, 0x40000004), 0x10);
  pass_time(&s, 100);
  cr_expect_eq(read_word(&s, 0x40000004), 0xa0);
  cr_expect_eq(read_word(&s, 0x40000000), 'h');
  cr_expect_eq(read_word(&s, 0x40000004), 0x90);
  pass_time(&s, 99);
  cr_expect_eq(read_word(&s, 0x40000004), 0x90);
  pass_time(&s, 1);
  cr_expect_eq(read_word(&s, 0x40000000), 'i');
  pass_time(&s, 1000);
  cr_expect_eq(read_word(&s, 0x40000004), 0x90, "no third byte");
  sample_free(&s);
}

/* Each chip prints what is written to its first UART and receives what is sent;
 * its status says when. */
Test(board_registers, chips_have_terminals) {
  static const struct {
    const char *chip;
    uint32_t data, receive, status, ready; /* bits of status that change by a byte */
    uint32_t start;                        /* written before anything comes; 0: nothing */
  } ROWS[] = {
      {"lm3s6965", 0x4000c000, 0x4000c000, 0x4000c018, 0x10, 0},
      {"mps2-an385", 0x40004000, 0x40004000, 0x40004004, 0x2, 0},
      {"mps2-an386", 0x40004000, 0x40004000, 0x40004004, 0x2, 0},
      {"nrf51", 0x4000251c, 0x40002518, 0x40002108, 0x1, 0x40002000},
      {"stm32f1", 0x40013804, 0x40013804, 0x40013800, 0x20, 0},
      {"stm32f4", 0x40011004, 0x40011004, 0x40011000, 0x20, 0},
      {"lpc1756", 0x4000c000, 0x4000c000, 0x4000c014, 0x1, 0},
  };
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    char yaml[512];
    snprintf(yaml, sizeof yaml, "include: %s/%s.yaml\n", CHIPS, ROWS[i].chip);
    struct sample s = driven(yaml, "x");
    struct output output = {.length = 0};
    s.machine->host.owner = &output;
    s.machine->host.output = take_output;
    write_word(&s, ROWS[i].data, 'o');
    cr_expect(output.length == 1 && output.text[0] == 'o', "%s", ROWS[i].chip);
    uint32_t before = read_word(&s, ROWS[i].status);
    if (ROWS[i].start != 0) {
      write_word(&s, ROWS[i].start, 1);
    }
    pass_time(&s, 200000);
    uint32_t after = read_word(&s, ROWS[i].status);
    cr_expect_eq((before ^ after) & ROWS[i].ready, ROWS[i].ready, "%s: 0x%x then 0x%x",
                 ROWS[i].chip, before, after);
    cr_expect_eq(read_word(&s, ROWS[i].receive) & 0xff, 'x', "%s", ROWS[i].chip);
    sample_free(&s);
  }
}

Test(board_registers, interrupts) {
  struct sample s = driven(UART, "x");
  pass_time(&s, 100);
  cr_expect(!is_pending(&s, 1), "not enabled");
  write_word(&s, 0x40000008, 1);
  cr_expect(is_pending(&s, 1));
  cr_expect(exception_bit(s.machine->state.exceptions.line, 17));
  read_word(&s, 0x40000000);
  cr_expect(!exception_bit(s.machine->state.exceptions.line, 17), "the line falls");
  write_word(&s, 0x4000000c, 1);
  cr_expect(is_pending(&s, 3));
  cr_expect(!is_pending(&s, 4));
  write_word(&s, 0x4000000c, 2);
  cr_expect(is_pending(&s, 4));
  sample_free(&s);
}

Test(board_registers, an_injected_interrupt_brings_more_along) {
  struct sample s = driven(
      "registers:\n"
      "  - {address: 0x40000000, rc_w0: 1}\n"
      "  - {address: 0x40000004, reset: 0xf3}\n"
      "lines:\n"
      "  - {irq: 1, status: 0x40000000, status-bits: 1,"
      " with: {in: 0x40000004, clear: 0xff, set: 4}}\n",
      NULL);
  cr_expect_eq(read_word(&s, 0x40000004), 0xf3);
  machine_inject(s.machine, 17);
  cr_expect_eq(read_word(&s, 0x40000004), 4);
  write_word(&s, 0x40000004, 9);
  machine_inject(s.machine, 17); /* its cause still stands: nothing happened anew */
  cr_expect_eq(read_word(&s, 0x40000004), 9);
  sample_free(&s);
}

/* The handler looks for its cause, and is not called again for one that it leaves. */
Test(board_registers, an_injected_interrupt_has_a_cause) {
  struct sample s = driven(UART, "");
  machine_inject(s.machine, 17);
  cr_expect_eq(read_word(&s, 0x40000004), 0x10, "neither line is enabled");
  write_word(&s, 0x40000008, 2);
  machine_inject(s.machine, 17);
  cr_expect_eq(read_word(&s, 0x40000004), 0x90, "the second line's bit");
  cr_expect(is_pending(&s, 1));
  cr_expect(!exception_bit(s.machine->state.exceptions.line, 17));
  sample_free(&s);
}

Test(board_registers, effects_on_the_register_itself) {
  struct sample s = driven(
      "registers:\n"
      "  - on-write: [{bits: 1, set: 2}, {bits-clear: 1, clear: 2}]\n"
      "    read-only: 2\n"
      "    address: 0x40000000\n",
      NULL);
  write_word(&s, 0x40000000, 1);
  cr_expect_eq(read_word(&s, 0x40000000), 3);
  write_word(&s, 0x40000000, 4);
  cr_expect_eq(read_word(&s, 0x40000000), 4);
  sample_free(&s);
}

Test(board_registers, timers) {
  struct sample s = driven(
      "registers:\n"
      "  - {address: 0x40000000}\n"
      "  - name: CC\n"
      "    address: 0x40000004\n"
      "    on-write:\n"
      "      - {in: 0x40000008, set: 1, compares: true, tick: 4, width: 8, repeats: true,\n"
      "         while: 0x40000000}\n"
      "  - {name: EVENT, address: 0x40000008}\n"
      "  - {address: 0x4000000c, on-write: [{in: 0x40000010, captures: true, tick: 4, width: "
      "8}]}\n"
      "  - {address: 0x40000014, on-write: [{after: 5, repeats: true, irq: 2, while: "
      "0x40000000}]}\n",
      NULL);
  pass_time(&s, 40); /* the timer shows 10 */
  write_word(&s, 0x40000000, 1);
  write_word(&s, 0x40000004, 12);
  pass_time(&s, 7);
  cr_expect_eq(read_word(&s, 0x40000008), 0);
  pass_time(&s, 1);
  cr_expect_eq(read_word(&s, 0x40000008), 1);
  write_word(&s, 0x40000008, 0);
  write_word(&s, 0x4000000c, 1);
  cr_expect_eq(read_word(&s, 0x40000010), 12);
  pass_time(&s, 1023);
  cr_expect_eq(read_word(&s, 0x40000008), 0);
  pass_time(&s, 1);
  cr_expect_eq(read_word(&s, 0x40000008), 1, "once around");
  write_word(&s, 0x40000014, 1);
  pass_time(&s, 5);
  cr_expect(is_pending(&s, 2));
  write_word(&s, 0x40000000, 0);
  pass_time(&s, 2000);
  cr_expect_eq(peripherals_due(&s.machine->devices), PERIPHERALS_NEVER, "nothing runs on");
  sample_free(&s);
}

/* Everything that a register can do, in a probe's place. */
Test(board_registers, taken_back) {
  struct sample s = driven(UART, "abc");
  struct devices *d = &s.machine->devices;
  pass_time(&s, 100);
  write_word(&s, 0x40000008, 2);
  struct devices before = *d;
  struct device_register *slots = malloc(d->capacity * sizeof *slots);
  memcpy(slots, d->slots, d->capacity * sizeof *slots);
  struct device_event events[8];
  cr_assert(d->set->effect_count <= sizeof events / sizeof events[0]);
  memcpy(events, d->events, d->event_count * sizeof *events);
  struct machine_state state = s.machine->state;
  struct snapshot *snapshot = snapshot_create(s.machine);
  snapshot_save(snapshot, s.machine);
  for (unsigned i = 0; i < 50; i++) {
    write_word(&s, 0x40000000, 'a' + i);
    pass_time(&s, 37);
    read_word(&s, 0x40000000);
    write_word(&s, 0x40000004, i);
    write_word(&s, 0x40000008, i);
    write_word(&s, 0x4000000c, i);
    write_word(&s, 0x40000100 + 4 * i, i);
    read_word(&s, 0x40000100);
  }
  cr_expect_eq(d->taken[STREAM_COMMON], 3);
  snapshot_restore(snapshot, s.machine);
  cr_expect_eq(memcmp(slots, d->slots, d->capacity * sizeof *slots), 0);
  cr_expect_eq(d->count, before.count);
  cr_expect_eq(d->due, before.due);
  cr_expect_eq(d->event_count, before.event_count);
  cr_expect_eq(memcmp(d->events, events, d->event_count * sizeof *events), 0);
  cr_expect_eq(d->taken[STREAM_COMMON], before.taken[STREAM_COMMON]);
  cr_expect_eq(s.machine->state.device_hash, state.device_hash);
  cr_expect_eq(memcmp(&s.machine->state.exceptions, &state.exceptions, sizeof state.exceptions),
               0);
  snapshot_destroy(snapshot);
  free(slots);
  sample_free(&s);
}

/* bl +4; b .; function: movs r0, #1; bx lr */
static const uint16_t CALLS[] = {0xf000, 0xf801, 0xe7fe, 0x2001, 0x4770};

static struct machine_state run_to(struct sample *s, uint64_t limit) {
  struct run run = {.mode = RUN_SPINE, .limit = limit};
  machine_continue(s->machine, &run);
  s->run.stop = run.stop;
  return s->machine->state;
}

Test(board_registers, stubs) {
  static const struct {
    const char *yaml;
    enum machine_stop stop;
    uint32_t r0;
    int exit_code;
  } ROWS[] = {
      {"registers: []\n", STOP_CLOSED, 1, 0},
      {"handlers: {f: {addr: 0x106, value: 7}}\n", STOP_CLOSED, 7, 0},
      {"handlers: {f: {addr: 0x107}}\n", STOP_CLOSED, 0, 0},
      {"handlers: {f: {addr: 0x106, value-of: 0x40000000}}\n"
       "registers: [{address: 0x40000000, sequence: [5]}]\n",
       STOP_CLOSED, 5, 0},
      {"handlers: {f: {addr: 0x106, do_return: false}}\n", STOP_CLOSED, 1, 0},
      {"exit_at: {f: 0x106}\n", STOP_EXIT, 0, 0},
      {"exit_at: {f: {addr: 0x106, value: 3}}\n", STOP_EXIT, 0, 3},
      {"exit_at: {f: {addr: 0x106, crash: true}}\n", STOP_LOCKUP, 0, 0},
  };
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    struct sample s = sample_machine(ROWS[i].yaml, CALLS, 5, 0, NULL);
    struct machine_state state = run_to(&s, 1000);
    struct cpu_registers registers;
    cpu_get(s.machine->cpu, &registers);
    cr_expect_eq(s.run.stop, ROWS[i].stop, "row %zu: stop %u", i, s.run.stop);
    cr_expect_eq(registers.r[0], ROWS[i].r0, "row %zu: r0 %u", i, registers.r[0]);
    cr_expect_eq(state.exit_code, ROWS[i].exit_code, "row %zu", i);
    sample_free(&s);
  }
}

Test(board_registers, fingerprints_differ) {
  static const char *const YAML[] = {
      "registers: []\n",
      "registers: [{address: 0x40000000, constant: 1}]\n",
      "registers: [{address: 0x40000000, constant: 2}]\n",
      "registers: [{address: 0x40000000, set: [1, 2]}]\n",
      "registers: [{address: 0x40000000, set: [1, 3]}]\n",
      "handlers: {f: {addr: 0x106, value: 7}}\n",
      "handlers: {f: {addr: 0x106, value: 8}}\n",
      "memory_map: {ram: {base_addr: 0x20000000, size: 0x2000}}\n",
      "memory_map: {ram: {base_addr: 0x20000000, size: 0x3000}}\n",
  };
  enum { ROWS = sizeof YAML / sizeof *YAML };
  uint16_t prints[ROWS];
  for (size_t i = 0; i < ROWS; i++) {
    struct sample s = sample_machine(YAML[i], CALLS, 5, 0, NULL);
    prints[i] = machine_config_fingerprint(&s.machine->config);
    for (size_t k = 0; k < i; k++) {
      cr_expect_neq(prints[i], prints[k], "rows %zu and %zu", i, k);
    }
    sample_free(&s);
  }
}
