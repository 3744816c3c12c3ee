/* tornword info: what was understood of an image. */
#include <stdio.h>
#include <unistd.h>

#include "cli/verbs.h"
#include "report/output.h"
#include "report/overview.h"
#include "session/session.h"

static bool write_info(struct session *session, struct error *error) {
  struct output output;
  if (session->options->format != FORMAT_TEXT && session->options->format != FORMAT_JSON) {
    return error_set(error, "--format: an overview is printed as text or json");
  }
  if (!output_open(&output, session->options->output, error)) {
    return false;
  }
  struct check nothing = {0};
  const struct report report = session_report(session, &nothing);
  if (session->options->format == FORMAT_TEXT) {
    overview_text(output.stream, &report);
  } else if (!overview_json(output.stream, &report)) {
    output_discard(&output);
    return error_set(error, "cannot write the report");
  }
  return output_close(&output, error);
}

static int run_info(const struct options *options) {
  struct session session;
  struct error error = {""};
  if (!session_open(&session, options, &error)) {
    return verb_refuse(VERB_INFO.name, &error);
  }
  bool written = write_info(&session, &error);
  session_close(&session);
  return written ? EXIT_CLEAN : verb_refuse(VERB_INFO.name, &error);
}

const struct verb VERB_INFO = {
    .name = "info",
    .summary = "say what was understood of an image",
    .groups = GROUP_IMAGE | GROUP_REPORT,
    .takes_image = true,
    .description =
        "Say what was understood of IMAGE: core, memory map, vector table, variables with "
        "their "
        "types, enumerations with their values, and what could not be understood. Nothing runs."
        "\v"
        "Examples:\n"
        "  tornword info firmware.elf\n"
        "  tornword info --format json firmware.elf",
    .run = run_info,
};
