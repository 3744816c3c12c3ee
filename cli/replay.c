/* tornword replay: one schedule, told step by step. */
#include <stdio.h>
#include <string.h>

#include "cli/debug.h"
#include "cli/step_view.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "report/narration.h"
#include "report/output.h"
#include "report/sections.h"
#include "report/trace.h"
#include "session/schedule_file.h"
#include "session/session.h"
#include "sim/explore/minimize.h"

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

/* What a replay is of. */
struct subject {
  struct schedule schedule;
  char token[SCHEDULE_TEXT];
};

static void set_schedule(struct subject *subject, const struct schedule *schedule) {
  subject->schedule = *schedule;
  schedule_format(schedule, subject->token);
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

static bool write_told(struct session *session, const struct report *report,
                       struct recording *recording, const struct subject *subject,
                       struct error *error) {
  struct output output;
  if (!output_open(&output, session->options->output, error)) {
    return false;
  }
  if (session->options->given[OPTION_UNTIL_FINDING] && told(report) != NULL) {
    cut_behind_harm(recording, told(report));
  }
  if (!session->options->given[OPTION_TRACE]) {
    print_replay(output.stream, report, recording, &subject->schedule);
  } else if (!write_trace(output.stream, session, report, recording)) {
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

/* --step */
static bool show_steps(struct session *session, const struct report *report,
                       const struct subject *subject, struct error *error) {
  const struct options *options = session->options;
  struct explorer_options endless = session->explorer;
  struct output output;
  endless.max_instructions = UINT64_MAX;
  struct timeline *timeline =
      timeline_create(session->image, &endless, &subject->schedule, error);
  if (timeline == NULL || !output_open(&output, options->output, error)) {
    timeline_destroy(timeline);
    return false;
  }
  const struct step_options how = {
      .before = steps_before(options),
      .until_finding = options->given[OPTION_UNTIL_FINDING],
      .keys = options->output == NULL && terminal_is_there(),
      .out = output.stream,
  };
  step_view_run(report, told(report), &subject->schedule, timeline, &how);
  timeline_destroy(timeline);
  return output_close(&output, error);
}

/* The run was replayed: tells it in the way that was asked for. */
static bool tell(struct session *session, const struct check *check,
                 struct recording *recording, const struct subject *subject,
                 struct error *error) {
  const struct options *options = session->options;
  struct report report = session_report(session, check);
  report.token = subject->token;
  if (options->given[OPTION_STEP]) {
    return show_steps(session, &report, subject, error);
  }
  if (options->format != FORMAT_TEXT && !options->given[OPTION_TRACE]) {
    return session_write(session, check, error);
  }
  return write_told(session, &report, recording, subject, error);
}

static int debug_finding(struct session *session, const struct check *check,
                         const struct subject *subject) {
  const struct report report = session_report(session, check);
  const struct debug_subject debugged = {.verb = VERB_REPLAY.name,
                                         .schedule = &subject->schedule,
                                         .check = check,
                                         .finding = told(&report)};
  return debug_session(session, &debugged);
}

/* --minimize: the subject becomes the simplest one that shows the same. */
static bool minimize(struct session *session, struct subject *subject, struct error *error) {
  struct check check = {0};
  if (!explorer_replay(session->image, &session->explorer, &subject->schedule, NULL, &check,
                       error)) {
    return false;
  }
  const struct report report = session_report(session, &check);
  const struct finding *finding = told(&report);
  struct schedule simplest = subject->schedule;
  bool good = finding == NULL ||
              minimize_schedule(session->image, &session->explorer, finding, &simplest, error);
  struct subject before = *subject;
  set_schedule(subject, &simplest);
  if (good) {
    bool same = strcmp(before.token, subject->token) == 0;
    fprintf(stderr, "tornword replay: %s%s\n",
            finding == NULL ? "nothing to minimize: this run shows no finding"
            : same          ? "this is the simplest schedule: "
                            : "the simplest schedule is ",
            finding == NULL ? "" : subject->token);
  }
  check_free(&check);
  return good;
}

/* --save */
static bool save(const struct session *session, const struct subject *subject,
                 struct error *error) {
  struct output output;
  if (!output_open(&output, session->options->save, error)) {
    return false;
  }
  schedule_write(output.stream, &subject->schedule, subject->token);
  return output_close(&output, error);
}

static int replay_session(struct session *session, struct subject *subject) {
  const struct options *options = session->options;
  struct recording recording = {0};
  const struct narrator narrator = {
      .step = recording_add, .argument = &recording, .before = steps_before(options)};
  bool narrates = options->format == FORMAT_TEXT || options->given[OPTION_TRACE];
  struct check check = {0};
  struct error error = {""};
  int code = EXIT_INPUT;
  if ((options->given[OPTION_MINIMIZE] && !minimize(session, subject, &error)) ||
      (options->given[OPTION_SAVE] && !save(session, subject, &error)) ||
      !explorer_replay(session->image, &session->explorer, &subject->schedule,
                       narrates ? &narrator : NULL, &check, &error)) {
    verb_refuse(VERB_REPLAY.name, &error);
  } else if (options->given[OPTION_GDB]) {
    code = debug_finding(session, &check, subject);
  } else if (!tell(session, &check, &recording, subject, &error)) {
    verb_refuse(VERB_REPLAY.name, &error);
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
  struct subject subject;
  struct error error = {""};
  if (!schedule_argument(options.token, &schedule, &error) ||
      !session_open(&session, &options, &error)) {
    return verb_refuse(VERB_REPLAY.name, &error);
  }
  set_schedule(&subject, &schedule);
  int code = session_survey(&session, true, &error) ? replay_session(&session, &subject)
                                                    : verb_refuse(VERB_REPLAY.name, &error);
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
        "shaped the run, and a token of another image or configuration is refused. TOKEN may "
        "be "
        "@FILE, written by --save."
        "\v"
        "Examples:\n"
        "  tornword replay tw1-3f9a01c2-5e11-b412.1x15 firmware.elf\n"
        "  tornword replay --step tw1-3f9a01c2-5e11-b412.1x15 firmware.elf\n"
        "  tornword replay --minimize --save race.txt tw1-3f9a01c2-5e11-b412.1x15 "
        "firmware.elf\n"
        "  tornword replay --gdb @race.txt firmware.elf\n"
        "  tornword replay --trace vcd --output run.vcd tw1-3f9a01c2-5e11-b412.1x15 "
        "firmware.elf\n"
        "\n"
        "Exit codes: 0 the run shows no finding, 1 it does, 2 bad usage or input.",
    .run = run_replay,
};
