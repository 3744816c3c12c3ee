/* The program itself on bad input: one line on stderr, nothing on stdout, exit
 * code 2, and no file left behind. */
#include <criterion/criterion.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/verbs.h"

enum { OUTPUT = 8192 };

/* Runs the shell command and returns its exit code and what it printed. */
static int run(const char *command, char output[OUTPUT]) {
  FILE *pipe = popen(command, "r");
  cr_assert(pipe != NULL);
  size_t size = fread(output, 1, OUTPUT - 1, pipe);
  output[size] = '\0';
  int status = pclose(pipe);
  cr_assert(WIFEXITED(status), "%s", command);
  return WEXITSTATUS(status);
}

/* With stdout in a file: what was printed there is shown behind the line, and
 * then it is not one line any more. */
static void expect_refusal(const char *arguments, const char *message) {
  char command[1024];
  char output[OUTPUT];
  snprintf(
      command, sizeof command,
      "out=$(mktemp); %s %s 2>&1 >\"$out\"; code=$?; cat \"$out\"; rm \"$out\"; exit $code",
      TORNWORD, arguments);
  cr_expect_eq(run(command, output), 2, "tornword %s", arguments);
  const char *newline = strchr(output, '\n');
  cr_expect(newline != NULL && newline[1] == '\0', "one line on stderr only: tornword %s: %s",
            arguments, output);
  cr_expect(strstr(output, message) != NULL, "tornword %s: %s", arguments, output);
}

Test(refusals, a_verdict_has_its_exit_code) {
  cr_expect_eq(verdict_exit_code(VERDICT_CLEAN), 0);
  cr_expect_eq(verdict_exit_code(VERDICT_FINDINGS), 1);
  cr_expect_eq(verdict_exit_code(VERDICT_PARTIAL), 3);
}

Test(refusals, of_the_command_line) {
  static const struct {
    const char *arguments, *message;
  } rows[] = {
      {"chekc a.elf", "tornword: 'chekc' is no verb; did you mean check?"},
      {"xyzzy a.elf", "tornword: 'xyzzy' is no verb"},
      {"fuzz a.elf", "tornword fuzz: no folder for test cases; add --corpus DIR"},
      {"check",
       "tornword check: no IMAGE given; add the firmware's ELF file, e.g. tornword check "
       "firmware.elf"},
      {"run",
       "tornword run: no IMAGE given; add the firmware's ELF file, e.g. tornword run "
       "firmware.elf"},
      {"debug", "tornword debug: no IMAGE given"},
      {"debug --gdb=99999 a.elf", "tornword debug: --gdb: '99999' is not between"},
      {"replay", "tornword replay: no TOKEN given"},
      {"replay tw1-00000000-0000-i1x15", "tornword replay: no IMAGE given"},
      {"check a.elf b.elf", "tornword check: 'b.elf' is one argument too many"},
      {"chips a.elf", "tornword chips: 'a.elf' is one argument too many"},
      {"check --horizon abc a.elf",
       "tornword check: --horizon: 'abc' is not a number; give instructions, e.g. --horizon "
       "1000"},
      {"check --scenario " SOURCE_DIR "/scenarios/torn_enum.yaml",
       "tornword check: no IMAGE given, and " SOURCE_DIR "/scenarios/torn_enum.yaml does not "
       "name just one with image: add the firmware's file"},
      {"check --ram much a.elf", "tornword check: --ram: 'much' is not known"},
      {"check --core m9 a.elf", "tornword check: --core: 'm9' is not a core"},
      {"replay nonsense /bin/true", "tornword replay: "},
      {"replay tw9-00000000-0000-i1x15 /bin/true", "tornword replay: "},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    expect_refusal(rows[i].arguments, rows[i].message);
  }
}

Test(refusals, of_unknown_options_name_the_help) {
  char output[OUTPUT];
  cr_expect_eq(run(TORNWORD " check --bogus a.elf 2>&1", output), 2);
  cr_expect(strstr(output, "tornword check --help") != NULL, "%s", output);
  cr_expect_eq(run(TORNWORD " run --format json a.elf 2>&1", output), 2,
               "run has no report: %s", output);
  cr_expect_eq(run(TORNWORD " 2>&1", output), 2);
  cr_expect(strstr(output, "Usage: tornword VERB") != NULL, "%s", output);
}

Test(refusals, help_is_no_refusal) {
  char output[OUTPUT];
  static const char *const commands[] = {"--help",       "--version",    "check --help",
                                         "run --help",   "info --help",  "replay --help",
                                         "debug --help", "chips --help", "chips"};
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
    char command[256];
    snprintf(command, sizeof command, "%s %s 2>/dev/null", TORNWORD, commands[i]);
    cr_expect_eq(run(command, output), 0, "%s", commands[i]);
    cr_expect_neq(output[0], '\0', "%s", commands[i]);
  }
}

/* A small Arm image: header, one segment of `size` bytes at 0. */
struct small_elf {
  Elf32_Ehdr header;
  Elf32_Phdr segment;
  uint32_t words[16];
};

static struct small_elf small_elf(uint32_t sp, uint32_t reset) {
  struct small_elf elf = {
      .header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB,
                             EV_CURRENT},
                 .e_type = ET_EXEC,
                 .e_machine = EM_ARM,
                 .e_version = EV_CURRENT,
                 .e_phoff = sizeof(Elf32_Ehdr),
                 .e_flags = EF_ARM_EABI_VER5,
                 .e_ehsize = sizeof(Elf32_Ehdr),
                 .e_phentsize = sizeof(Elf32_Phdr),
                 .e_phnum = 1},
      .segment = {.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_align = 4},
      .words = {sp, reset, 0xe7fee7fe, 0xe7fee7fe},
  };
  elf.segment.p_offset = offsetof(struct small_elf, words);
  elf.segment.p_filesz = elf.segment.p_memsz = sizeof elf.words;
  return elf;
}

static void expect_image_refusal(const char *name, const void *bytes, size_t size,
                                 const char *message) {
  char path[64];
  snprintf(path, sizeof path, "/tmp/tornword-%s-%d.elf", name, (int)getpid());
  FILE *file = fopen(path, "w");
  cr_assert(file != NULL);
  fwrite(bytes, 1, size, file);
  fclose(file);
  static const char *const verbs[] = {"check", "run", "debug", "info"};
  for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
    char arguments[128];
    snprintf(arguments, sizeof arguments, "%s %s", verbs[i], path);
    expect_refusal(arguments, message);
  }
  unlink(path);
}

Test(refusals, of_images) {
  expect_refusal("check /no/such/file.elf", "/no/such/file.elf: cannot open");
  expect_refusal("check /tmp", "/tmp: not a regular file");
  expect_refusal("check /bin/true", "/bin/true: a 64-bit ELF file");
  expect_image_refusal("empty", "", 0, "empty file");
  expect_image_refusal("text", "int main;\n", 10, "not an ELF file");
  struct small_elf elf = small_elf(0x20001000, 0x9);
  expect_image_refusal("truncated", &elf, sizeof elf - 20, "truncated");
  expect_image_refusal("header", &elf, 20, "truncated");
  elf.header.e_phnum = 0;
  expect_image_refusal("unloadable", &elf, sizeof elf, "program header");
  elf = small_elf(0, 0);
  expect_image_refusal("zeros", &elf, sizeof elf, "all zeros");
  elf = small_elf(0x20001000, 0x8);
  expect_image_refusal("even", &elf, sizeof elf, "no Thumb bit");
  elf = small_elf(0x20001000, 0x9);
  elf.header.e_machine = EM_386;
  expect_image_refusal("other", &elf, sizeof elf, "an Arm Cortex-M image is expected");
}

Test(refusals, leave_no_output_file) {
  char output[OUTPUT];
  char command[512];
  snprintf(command, sizeof command, "%s info --output /no/such/directory/out /bin/true 2>&1",
           TORNWORD);
  cr_expect_eq(run(command, output), 2);
  snprintf(command, sizeof command, "/tmp/tornword-out-%d.json", (int)getpid());
  char whole[1024];
  snprintf(whole, sizeof whole, "%s check --output %s /bin/true 2>&1", TORNWORD, command);
  cr_expect_eq(run(whole, output), 2);
  struct stat status;
  cr_expect_neq(stat(command, &status), 0, "%s was written", command);
}
