/* tornword debug: the run as it is, for gdb. */
#include "cli/debug.h"

#include <stdio.h>

#include "cli/debug_server.h"
#include "cli/verbs.h"

static void print_output(void *argument, const char *bytes, size_t size) {
  fwrite(bytes, 1, size, argument);
  fflush(argument);
}

static void say_where(struct session *session, const struct debugger *debugger) {
  const char *image = texts_quote(&session->texts, session->path);
  fprintf(stderr,
          "Waiting for gdb on localhost:%u; in another terminal:\n"
          "  gdb-multiarch -ex 'target remote localhost:%u' %s\n",
          debugger->wire.port, debugger->wire.port, image);
  fflush(stderr);
}

static bool serve(struct session *session, const struct debug_subject *subject,
                  struct error *error) {
  struct explorer_options options = session->explorer;
  static const struct check none;
  if (!session->options->given[OPTION_MAX_INSTRUCTIONS]) {
    options.max_instructions = UINT64_MAX;
  }
  options.output = print_output;
  options.output_argument = stdout;
  struct debugger debugger = {
      .report = session_report(session, subject->check != NULL ? subject->check : &none),
      .finding = subject->finding,
  };
  debugger.timeline = timeline_create(session->image, &options, subject->schedule, error);
  if (debugger.timeline == NULL) {
    return false;
  }
  if (subject->finding != NULL) {
    timeline_mark(debugger.timeline, report_harm(subject->finding));
    if (session->options->given[OPTION_UNTIL_FINDING]) {
      timeline_go(debugger.timeline, report_harm(subject->finding) + 1);
    }
  }
  bool good = wire_listen(&debugger.wire, session->options->port, error);
  if (good) {
    say_where(session, &debugger);
    good = debug_serve(&debugger, error);
    wire_close(&debugger.wire);
  }
  timeline_destroy(debugger.timeline);
  return good;
}

int debug_session(struct session *session, const struct debug_subject *subject) {
  struct error error = {""};
  return serve(session, subject, &error) ? EXIT_CLEAN : verb_refuse(subject->verb, &error);
}

static int run_debug(const struct options *options) {
  struct session session;
  struct error error = {""};
  if (!session_open(&session, options, &error)) {
    return verb_refuse(VERB_DEBUG.name, &error);
  }
  const struct debug_subject subject = {.verb = VERB_DEBUG.name};
  int code = session_survey(&session, true, &error) ? debug_session(&session, &subject)
                                                    : verb_refuse(VERB_DEBUG.name, &error);
  session_close(&session);
  return code;
}

const struct verb VERB_DEBUG = {
    .name = "debug",
    .summary = "let gdb go forward and back through a run",
    .groups = GROUP_IMAGE | GROUP_RUN | GROUP_DEBUG,
    .takes_image = true,
    .description =
        "Run IMAGE under gdb, with the interrupts that come by themselves: breakpoints, "
        "watchpoints, and back in time (reverse-continue, reverse-stepi). In gdb, 'monitor "
        "help' lists what tornword adds: making an interrupt pending at any place among it. "
        "To debug a finding, add --gdb to its Reproduce line."
        "\v"
        "Example:\n"
        "  tornword debug firmware.elf\n"
        "  gdb-multiarch -ex 'target remote localhost:3333' firmware.elf\n"
        "\n"
        "Ends when gdb kills the program, or with Ctrl-C.",
    .run = run_debug,
};
