/* tornword replay: one schedule, told step by step. */
#include <stdio.h>

#include "cli/debug.h"
#include "cli/narration.h"
#include "cli/output.h"
#include "cli/sections.h"
#include "cli/session.h"
#include "cli/trace.h"
#include "cli/verbs.h"

/* The finding to tell: the first that the report shows. */
static const struct finding *told(const struct report *report) {
  for (size_t i = 0; i < report->check->finding_count; i++) {
    if (report_shows(report, &report->check->findings[i])) {
      return &report->check->findings[i];
    }
  }
  return NULL;
}

static void print_schedule(const struct page *page, const struct report *report,
                           const struct schedule *schedule) {
  fprintf(page->out, "%sReplay of %s in %s%s\n", page_ink(page, INK_BOLD),
          texts_clean(report->texts, report->token),
          texts_clean(report->texts, image_path(report->image)), page_ink(page, INK_OFF));
  for (unsigned i = 0; i < schedule->count; i++) {
    const struct injection *injection = &schedule->injections[i];
    const struct place *place = &injection->place;
    if (injection->exception == 0) {
      continue;
    }
    fprintf(page->out, "  %s is injected at %s %llu",
            report_exception_numbered(report, injection->exception),
            place_kind_name(place->kind), (unsigned long long)place->boundary);
    if (place->kind == PLACE_BEAT) {
      fprintf(page->out, ", after %u access%s", place->beat, place->beat == 1 ? "" : "es");
    }
    fputc('\n', page->out);
  }
  fputc('\n', page->out);
}

/* Why there is no finding, as far as the steps tell. */
static void print_nothing(FILE *out, const struct report *report,
                          const struct recording *recording, const struct schedule *schedule) {
  unsigned exception = schedule->count > 0 ? schedule->injections[0].exception : 0;
  bool entered = exception == 0;
  for (size_t i = 0; i < recording->count; i++) {
    const struct step *step = &recording->steps[i].step;
    entered = entered || (step->kind == STEP_ENTRY && step->context.exception == exception);
  }
  if (!entered) {
    fprintf(out, "%s was not entered: it is not enabled, is masked or is active there.\n",
            report_exception(report, exception));
  }
  fputs("This run shows no finding.\n", out);
}

static void print_replay(FILE *out, const struct report *report,
                         const struct recording *recording, const struct schedule *schedule) {
  const struct page page = {out, report->color};
  const struct finding *finding = told(report);
  print_schedule(&page, report, schedule);
  narration_print(&page, report, recording, finding);
  if (finding == NULL) {
    print_nothing(out, report, recording, schedule);
  }
  for (size_t i = 0; i < report->check->finding_count; i++) {
    if (report_shows(report, &report->check->findings[i])) {
      section_finding(&page, report, &report->check->findings[i]);
      fputc('\n', out);
    }
  }
}

static bool write_trace(FILE *out, const struct session *session, const struct report *report,
                        const struct recording *recording) {
  const struct trace trace = trace_of(report, recording, told(report));
  return trace_write(out, &trace, session->options->trace);
}

/* --until-finding: what comes behind the harm is not told. */
static void cut_behind_harm(struct recording *recording, const struct finding *finding) {
  uint64_t harm = report_harm(finding);
  size_t kept = 0;
  while (kept < recording->count && recording->steps[kept].step.boundary <= harm) {
    kept++;
  }
  recording->count = kept;
}

static bool write_replay(struct session *session, const struct check *check,
                         struct recording *recording, const struct schedule *schedule,
                         struct error *error) {
  bool traces = session->options->given[OPTION_TRACE];
  if (session->options->format != FORMAT_TEXT && !traces) {
    return session_write(session, check, error);
  }
  struct output output;
  if (!output_open(&output, session->options->output, error)) {
    return false;
  }
  struct report report = session_report(session, check);
  report.token = session->options->token;
  if (session->options->given[OPTION_UNTIL_FINDING] && told(&report) != NULL) {
    cut_behind_harm(recording, told(&report));
  }
  if (!traces) {
    print_replay(output.stream, &report, recording, schedule);
  } else if (!write_trace(output.stream, session, &report, recording)) {
    output_discard(&output);
    return error_set(error, "cannot write the trace");
  }
  return output_close(&output, error);
}

static uint64_t steps_before(const struct options *options) {
  bool traces = options->given[OPTION_TRACE];
  return options->given[OPTION_BEFORE] ? options->before
         : traces                      ? TRACE_BEFORE
                                       : NARRATION_BEFORE;
}

static int debug_finding(struct session *session, const struct check *check,
                         const struct schedule *schedule) {
  const struct report report = session_report(session, check);
  const struct debug_subject subject = {
      .verb = VERB_REPLAY.name, .schedule = schedule, .check = check, .finding = told(&report)};
  return debug_session(session, &subject);
}

static int replay_session(struct session *session, const struct schedule *schedule) {
  struct recording recording = {0};
  const struct narrator narrator = {
      .step = recording_add, .argument = &recording, .before = steps_before(session->options)};
  bool text = session->options->format == FORMAT_TEXT || session->options->given[OPTION_TRACE];
  struct check check = {0};
  struct error error = {""};
  int code = EXIT_INPUT;
  if (!explorer_replay(session->image, &session->explorer, schedule, text ? &narrator : NULL,
                       &check, &error)) {
    session_refuse(VERB_REPLAY.name, &error);
  } else if (session->options->given[OPTION_GDB]) {
    code = debug_finding(session, &check, schedule);
  } else if (!write_replay(session, &check, &recording, schedule, &error)) {
    session_refuse(VERB_REPLAY.name, &error);
  } else {
    const struct report report = session_report(session, &check);
    code = told(&report) != NULL ? EXIT_FINDINGS : EXIT_CLEAN;
  }
  check_free(&check);
  recording_free(&recording);
  return code;
}

static int run_replay(const struct options *given) {
  struct options options = *given;
  if (!options.given[OPTION_SEVERITY]) {
    options.severity = SEVERITY_NOTE; /* a token names its finding: show it */
  }
  struct session session;
  struct schedule schedule;
  struct error error = {""};
  if (!schedule_parse(options.token, &schedule, &error) ||
      !session_open(&session, &options, &error)) {
    return session_refuse(VERB_REPLAY.name, &error);
  }
  int code = session_survey(&session, true, &error) ? replay_session(&session, &schedule)
                                                    : session_refuse(VERB_REPLAY.name, &error);
  session_close(&session);
  return code;
}

const struct verb VERB_REPLAY = {
    .name = "replay",
    .summary = "run one finding's schedule again and tell it step by step",
    .groups = GROUP_IMAGE | GROUP_RUN | GROUP_CHECK | GROUP_REPORT | GROUP_TRACE |
              GROUP_REPLAY | GROUP_DEBUG,
    .takes_token = true,
    .takes_image = true,
    .description =
        "Run IMAGE once with the interrupts that TOKEN names, tell the interleaving step by "
        "step - the interrupted code on the left, the handler on the right - and show the "
        "finding. The Reproduce line of a report is such a command; it repeats the options "
        "that "
        "shaped the run, and a token of another image or configuration is refused."
        "\v"
        "Examples:\n"
        "  tornword replay tw1-3f9a01c2-5e11-b412.1x15 firmware.elf\n"
        "  tornword replay --trace vcd --output run.vcd tw1-3f9a01c2-5e11-b412.1x15 "
        "firmware.elf\n"
        "\n"
        "Exit codes: 0 the run shows no finding, 1 it does, 2 bad usage or input.",
    .run = run_replay,
};
