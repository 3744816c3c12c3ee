/* Whole programs of others, and one firmware in every format. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/board/board.h"
#include "sim/explore/explorer.h"

#define MICROPYTHON "/usr/share/firmware-microbit-micropython/firmware.hex"
#define TOBOOT "/usr/lib/firmware-tomu/toboot"
#define UBERTOOTH "/usr/src/ubertooth-firmware-source.tar.gz"

enum { COMMAND = 1024 };

/* What a command prints. Caller frees. */
static char *output_of(const char *command) {
  FILE *pipe = popen(command, "r");
  cr_assert_not_null(pipe);
  char *text = NULL;
  size_t size = 0;
  FILE *memory = open_memstream(&text, &size);
  for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) {
    fputc(c != '\0' ? c : '.', memory); /* MicroPython's first byte */
  }
  fclose(memory);
  pclose(pipe);
  return text;
}

static void need(const char *file, const char *package) {
  if (access(file, R_OK) != 0) {
    cr_skip_test("%s is absent: install %s", file, package);
  }
}

Test(real_programs, micropython_answers, .timeout = 300) {
  need(MICROPYTHON, "firmware-microbit-micropython");
  static const char input[] = FOLDER "/typed";
  FILE *stream = fopen(input, "w");
  cr_assert_not_null(stream);
  fputs("6*7\r", stream);
  fclose(stream);
  char *text =
      output_of(TORNWORD " run --chip nrf51 --max-instructions 12000000 --input " FOLDER
                         "/typed " MICROPYTHON " 2>&1");
  cr_expect_not_null(strstr(text, "MicroPython v1.9.2"), "%s", text);
  cr_expect_not_null(strstr(text, "\r\n>>> 6*7\r\n42\r\n>>> "), "%s", text);
  free(text);
}

/* Byte for byte what QEMU's micro:bit says. */
Test(real_programs, micropython_as_in_qemu, .timeout = 300) {
  need(MICROPYTHON, "firmware-microbit-micropython");
  need("/usr/bin/qemu-system-arm", "qemu-system-arm");
  cr_assert_eq(system("printf '6*7\r' >" FOLDER "/typed_too"), 0);
  char *ours = output_of(TORNWORD
                         " run --quiet --chip nrf51 --max-instructions 12000000 "
                         "--input " FOLDER "/typed_too " MICROPYTHON);
  char *theirs = output_of(
      "(sleep 5; printf '6*7\r'; sleep 3) | timeout 10 qemu-system-arm "
      "-M microbit -device loader,file=" MICROPYTHON
      " -nographic -serial stdio -monitor none 2>/dev/null");
  cr_expect_str_eq(ours, theirs);
  free(ours);
  free(theirs);
}

static struct board *board_of(const char *chip) {
  struct board *board = board_create();
  struct error error = {""};
  cr_assert(board_read_chip(board, chip, CHIPS, &error), "%s", error.message);
  board_finish(board, (const uint8_t *)"1\r", 2);
  return board;
}

/* Devices with side effects stand in the probes' paths: UART0's data register in
 * its handler among them. The spine must not notice. */
Test(real_programs, probes_leave_registers_alone, .timeout = 300) {
  enum { INSTRUCTIONS = 30000 };
  need(MICROPYTHON, "firmware-microbit-micropython");
  struct board *board = board_of("nrf51");
  struct image_options image_options = {.has_base = false};
  struct error error = {""};
  board_image_options(board, MICROPYTHON, &image_options);
  struct image *image = image_load(MICROPYTHON, &image_options, &error);
  cr_assert_not_null(image, "%s", error.message);
  struct explorer_options options = explorer_options_default(image);
  cr_assert(board_apply(board, image, &options.machine, &error), "%s", error.message);
  options.max_instructions = INSTRUCTIONS;
  struct certificate bare = {0};
  struct check check;
  cr_assert(explorer_run(image, &options, &bare, &error), "%s", error.message);
  cr_assert(explorer_check(image, &options, &check, &error), "%s", error.message);
  cr_expect_gt(check.certificate.decided[DECISION_PROBED], 1000);
  cr_expect_eq(check.certificate.state_hash, bare.state_hash);
  cr_expect_eq(check.certificate.instructions, bare.instructions);
  check_free(&check);
  certificate_free(&bare);
  image_destroy(image);
  board_destroy(board);
}

/* The findings that docs/real-programs.md judges: a tick that is due as the timer overflows
 * tears the time. Neither more nor fewer. */
Test(real_programs, micropython_loses_time, .timeout = 300) {
  static const char *const KINDS[] = {"torn-write", "torn-read", "torn-read"};
  enum { COUNT = sizeof KINDS / sizeof *KINDS };
  need(MICROPYTHON, "firmware-microbit-micropython");
  char *text = output_of(
      "{ sed '/irq: 9/d' " CHIPS
      "/nrf51.yaml; echo '  - {irq: 9, status: 0x40009140, "
      "enable: 0x40009300, enable-bits: 0x10000, with: {in: 0x4000914c, set: 1}}'; } >" FOLDER
      "/at-once.yaml; " TORNWORD " check --format json --config " FOLDER
      "/at-once.yaml --max-instructions 20000 " MICROPYTHON);
  json_t *report = json_loads(text, 0, NULL);
  const json_t *findings = json_object_get(report, "findings");
  cr_assert_eq(json_array_size(findings), COUNT, "%.2000s", text);
  for (size_t i = 0; i < COUNT; i++) {
    const json_t *finding = json_array_get(findings, i);
    cr_expect_str_eq(json_string_value(json_object_get(finding, "kind")), KINDS[i]);
    cr_expect_str_eq(json_string_value(json_object_get(finding, "variable")), "0x20000118");
  }
  json_decref(report);
  free(text);
}

/* The same bytes as ELF, hex and raw: the same run. */
Test(real_programs, toboot_in_three_formats, .timeout = 120) {
  need(TOBOOT ".elf", "firmware-tomu");
  static const char run[] = TORNWORD " run --chip efm32hg --max-instructions 1000000 ";
  char *texts[3];
  const char *const files[] = {"--base 0 " TOBOOT ".bin", TOBOOT ".ihex", TOBOOT ".elf"};
  for (size_t i = 0; i < 3; i++) {
    char command[COMMAND];
    snprintf(command, sizeof command, "%s%s 2>&1", run, files[i]);
    texts[i] = output_of(command);
    cr_expect_str_eq(texts[i], texts[0]);
  }
  cr_expect_not_null(strstr(texts[0], "exceptions"), "%s", texts[0]);
  for (size_t i = 0; i < 3; i++) {
    free(texts[i]);
  }
}

/* Built as its package builds it. */
Test(real_programs, ubertooth_main_loop, .timeout = 300) {
  need(UBERTOOTH, "ubertooth-firmware-source");
  need("/usr/include/ubertooth/ubertooth_interface.h", "libubertooth-dev");
  cr_assert_eq(system("cd " FOLDER " && tar xf " UBERTOOTH " && make -s -C "
                      "ubertooth-firmware-source/bluetooth_rxtx >make.log 2>&1"),
               0, "see " FOLDER "/make.log");
  char *text = output_of(TORNWORD
                         " check --format json --chip ubertooth-one "
                         "--max-instructions 60000 " FOLDER
                         "/ubertooth-firmware-source/bluetooth_rxtx/"
                         "bluetooth_rxtx.elf");
  json_t *report = json_loads(text, 0, NULL);
  const json_t *certificate = json_object_get(report, "certificate");
  const json_t *interrupts = json_object_get(certificate, "interrupts");
  bool timer = false;
  for (size_t i = 0; i < json_array_size(interrupts); i++) {
    const json_t *entry = json_array_get(interrupts, i);
    const char *name = json_string_value(json_object_get(entry, "name"));
    timer |= strcmp(name, "IRQ 1 (TIMER0_IRQHandler)") == 0 &&
             json_integer_value(json_object_get(entry, "taken")) > 0;
  }
  cr_expect(timer, "TIMER0 was never served: %.2000s", text);
  cr_expect_gt(json_integer_value(json_object_get(certificate, "instructions")), 50000);
  json_decref(report);
  free(text);
}

static json_t *findings_of(const char *options, const char *file) {
  char command[COMMAND];
  snprintf(command, sizeof command,
           TORNWORD " check --format json --core m3 --max-instructions 4000 %s " FOLDER "/%s",
           options, file);
  char *text = output_of(command);
  json_error_t error;
  json_t *report = json_loads(text, 0, &error);
  cr_assert_not_null(report, "%s: %s\n%.300s", file, error.text, text);
  json_t *findings = json_incref(json_object_get(report, "findings"));
  for (size_t i = 0; i < json_array_size(findings); i++) {
    json_object_del(json_array_get(findings, i), "schedule"); /* holds the file's digest */
    json_object_del(json_array_get(findings, i), "reproduce");
  }
  json_decref(report);
  free(text);
  return findings;
}

/* UF2 blocks of 256 bytes, from the bytes of a raw file at 0. */
static void write_uf2(const char *from, const char *to) {
  enum { DATA = 256, ROOM = 476, LARGEST = 1 << 16 };
  uint8_t *bytes = calloc(1, LARGEST);
  FILE *input = fopen(from, "rb");
  FILE *output = fopen(to, "wb");
  cr_assert(bytes != NULL && input != NULL && output != NULL);
  uint32_t count = (uint32_t)(fread(bytes, 1, LARGEST, input) + DATA - 1) / DATA;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t head[8] = {0x0a324655, 0x9e5d5157, 0, i * DATA, DATA, i, count, 0};
    const uint32_t end = 0x0ab16f30;
    static const uint8_t rest[ROOM - DATA];
    fwrite(head, sizeof head, 1, output);
    fwrite(bytes + i * DATA, DATA, 1, output);
    fwrite(rest, sizeof rest, 1, output);
    fwrite(&end, sizeof end, 1, output);
  }
  fclose(input);
  fclose(output);
  free(bytes);
}

static void compare_findings(const json_t *want, const char *options, const char *file) {
  json_t *got = findings_of(options, file);
  cr_expect(json_equal(want, got), "%s", file);
  json_decref(got);
}

/* The same check, byte for byte, of the same firmware in every format. */
Test(real_programs, every_format_gives_the_same_check, .timeout = 300) {
  static const char *const ROWS[][2] = {
      {"firmware.hex", "ihex"}, {"firmware.srec", "srec"}, {"firmware.bin", "binary"}};
  if (OBJCOPY[0] != '/') {
    cr_skip_test("arm-none-eabi-objcopy is absent");
  }
  cr_assert_eq(system("cp " FIRMWARE_DIR "/torn_enum-m3-O2.elf " FOLDER "/firmware.elf"), 0);
  json_t *want = findings_of("", "firmware.elf");
  cr_assert_gt(json_array_size(want), 0);
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    char command[COMMAND];
    snprintf(command, sizeof command, OBJCOPY " -O %s " FOLDER "/firmware.elf " FOLDER "/%s",
             ROWS[i][1], ROWS[i][0]);
    cr_assert_eq(system(command), 0);
    bool raw = strcmp(ROWS[i][1], "binary") == 0;
    compare_findings(want,
                     raw ? "--base 0 --symbols " FOLDER "/firmware.elf"
                         : "--symbols " FOLDER "/firmware.elf",
                     ROWS[i][0]);
  }
  write_uf2(FOLDER "/firmware.bin", FOLDER "/firmware.uf2");
  compare_findings(want, "--symbols " FOLDER "/firmware.elf", "firmware.uf2");
  json_decref(want);
}
