/* tornword run: the image as it is, semihosting output on stdout. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/progress.h"
#include "cli/verbs.h"
#include "session/session.h"

enum { RUN_INSTRUCTIONS = 10000000, CODE_LOCKUP = 1 };

static void print_output(void *argument, const char *bytes, size_t size) {
  fwrite(bytes, 1, size, argument);
}

static int exit_code(const struct certificate *certificate) {
  switch (certificate->end) {
    case END_EXIT:
      return certificate->exit_code & 0xff;
    case END_LOCKUP:
      return CODE_LOCKUP;
    case END_BOUND:
    case END_CLOSED:
    case END_SLEEP:
    case END_RESET:
    case END_STOP:
    case END_STUCK:
    case END_INPUT:
      break;
  }
  return 0;
}

static int run_session(struct session *session) {
  if (!session->options->given[OPTION_MAX_INSTRUCTIONS]) {
    session->explorer.max_instructions = RUN_INSTRUCTIONS;
  }
  struct error error = {""};
  if (!session_survey(session, false, &error)) {
    return verb_refuse(VERB_RUN.name, &error);
  }
  session->explorer.output = print_output;
  session->explorer.output_argument = stdout;
  struct progress clock;
  progress_start(&clock, true);
  struct certificate certificate = {0};
  bool ran = explorer_run(session->image, &session->explorer, &certificate, &error);
  if (ran && (fflush(stdout) != 0 || ferror(stdout) != 0)) {
    ran = error_set(&error, "cannot write the firmware's output to stdout");
  }
  int code = EXIT_INPUT;
  if (!ran) {
    verb_refuse(VERB_RUN.name, &error);
  } else {
    code = exit_code(&certificate);
    if (!session->options->given[OPTION_QUIET]) {
      fprintf(stderr, "tornword run: %" PRIu64 " instructions, %" PRIu64 " exceptions; %s\n",
              certificate.instructions, certificate.natural, run_end_text(certificate.end));
    }
  }
  if (ran && session->options->given[OPTION_STATS]) {
    progress_stats(&clock, &certificate);
  }
  certificate_free(&certificate);
  return code;
}

static int run_run(const struct options *options) {
  struct session session;
  struct error error = {""};
  if (!session_open(&session, options, &error)) {
    return verb_refuse(VERB_RUN.name, &error);
  }
  int code = run_session(&session);
  session_close(&session);
  return code;
}

const struct verb VERB_RUN = {
    .name = "run",
    .summary = "run the image as it is, with its semihosting output on stdout",
    .groups = GROUP_IMAGE | GROUP_RUN | GROUP_EFFORT,
    .takes_image = true,
    .description =
        "Run IMAGE with the interrupts that come by themselves, print what it writes by "
        "semihosting, and say on stderr how it ended. Nothing is injected and nothing checked."
        "\v"
        "Example:\n"
        "  tornword run firmware.elf\n"
        "As a cargo runner, in .cargo/config.toml:\n"
        "  runner = \"tornword run\"\n"
        "\n"
        "Exit codes: the firmware's own if it exits by semihosting, 1 after a lockup, 2 for "
        "bad "
        "usage or input, else 0.",
    .run = run_run,
};
