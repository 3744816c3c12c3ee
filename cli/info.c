/* tornword info: what was understood of an image. */
#include <stdio.h>
#include <unistd.h>

#include "cli/verbs.h"
#include "report/comparison.h"
#include "report/output.h"
#include "report/overview.h"
#include "session/session.h"
#include "sim/compare/comparison.h"

static bool check_format(const struct session *session, struct error *error) {
  return session->options->format == FORMAT_TEXT || session->options->format == FORMAT_JSON ||
         error_set(error, "--format: an overview is printed as text or json");
}

static bool write_info(struct session *session, struct error *error) {
  struct output output;
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

static bool write_comparison(struct session *session, const struct comparison *comparison,
                             struct error *error) {
  struct output output;
  const struct check nothing = {0};
  if (!output_open(&output, session->options->output, error)) {
    return false;
  }
  const struct report report = session_report(session, &nothing);
  if (session->options->format == FORMAT_TEXT) {
    comparison_text(output.stream, comparison, report.texts, report.color);
  } else if (!comparison_json(output.stream, comparison, report.texts)) {
    output_discard(&output);
    return error_set(error, "cannot write the report");
  }
  return output_close(&output, error);
}

/* How many variables lost accesses, or -1 with the error set. */
static long compare(struct session *session, struct error *error) {
  const struct image_options options = {.has_core = true, .core = image_core(session->image)};
  struct image *other = image_load(session->options->compare, &options, error);
  if (other == NULL) {
    return -1;
  }
  struct uses before;
  struct uses after;
  struct comparison comparison;
  uses_of(other, session->decoder, &before);
  uses_of(session->image, session->decoder, &after);
  long lost = -1;
  if (comparison_of(&before, &after, &comparison, error)) {
    bool written = write_comparison(session, &comparison, error);
    lost = written ? (long)comparison_count(&comparison) : -1;
    comparison_free(&comparison);
  }
  uses_free(&before);
  uses_free(&after);
  image_destroy(other);
  return lost;
}

static int run_info(const struct options *options) {
  struct session session;
  struct error error = {""};
  if (!session_open(&session, options, &error)) {
    return verb_refuse(VERB_INFO.name, &error);
  }
  bool written = check_format(&session, &error);
  long lost = 0;
  if (written && options->given[OPTION_COMPARE]) {
    lost = compare(&session, &error);
    written = lost >= 0;
  } else if (written) {
    written = write_info(&session, &error);
  }
  session_close(&session);
  return !written ? verb_refuse(VERB_INFO.name, &error) : lost > 0 ? EXIT_FINDINGS : EXIT_CLEAN;
}

const struct verb VERB_INFO = {
    .name = "info",
    .summary = "say what was understood of an image",
    .groups = GROUP_IMAGE | GROUP_REPORT | GROUP_COMPARE,
    .takes_image = true,
    .description =
        "Say what was understood of IMAGE: core, memory map, vector table, variables with "
        "their "
        "types, enumerations with their values, and what could not be understood. Nothing "
        "runs. "
        "With --compare: which accesses to its variables it lost against another build of the "
        "same program."
        "\v"
        "Examples:\n"
        "  tornword info firmware.elf\n"
        "  tornword info --format json firmware.elf\n"
        "  tornword info --compare firmware-O0.elf firmware-O2.elf",
    .run = run_info,
};
