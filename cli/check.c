/* tornword check: inject everywhere, report what tears. */
#include <stdio.h>

#include "cli/progress.h"
#include "cli/run_map.h"
#include "cli/session.h"
#include "cli/verbs.h"

static int check_session(struct session *session) {
  const struct options *options = session->options;
  struct progress progress;
  progress_start(&progress, options->given[OPTION_QUIET]);
  session->explorer.progress = progress_tell;
  session->explorer.progress_argument = &progress;
  struct run_map map = {0};
  if (options->format == FORMAT_HTML) {
    run_map_listen(&map, &session->explorer);
    session->map = &map;
  }
  struct error error = {""};
  struct check check = {0};
  bool checked = explorer_check(session->image, &session->explorer, &check, &error);
  progress_stop(&progress);
  if (!checked) {
    return session_refuse(VERB_CHECK.name, &error);
  }
  waivers_apply(&session->waivers, session->image, &check, options->severity);
  int code = EXIT_INPUT;
  if (session_write(session, &check, &error)) {
    const struct report report = session_report(session, &check);
    code = verdict_exit_code(report_verdict(&report));
  } else {
    session_refuse(VERB_CHECK.name, &error);
  }
  if (options->given[OPTION_STATS]) {
    progress_stats(&progress, &check.certificate);
  }
  check_free(&check);
  run_map_free(&map);
  return code;
}

static int run_check(const struct options *options) {
  struct session session;
  struct error error = {""};
  if (!session_open(&session, options, &error)) {
    return session_refuse(VERB_CHECK.name, &error);
  }
  int code = session_survey(&session, true, &error) ? check_session(&session)
                                                    : session_refuse(VERB_CHECK.name, &error);
  session_close(&session);
  return code;
}

const struct verb VERB_CHECK = {
    .name = "check",
    .summary = "inject every enabled interrupt at every place and report what tears",
    .groups = GROUP_IMAGE | GROUP_RUN | GROUP_CHECK | GROUP_REPORT | GROUP_WAIVE | GROUP_EFFORT,
    .takes_image = true,
    .description =
        "Run IMAGE on the simulator, let every enabled interrupt in at every place where the "
        "hardware could let it in, and report the data that handlers tear. The report ends "
        "with "
        "a certificate: what was decided, and what was not."
        "\v"
        "Examples:\n"
        "  tornword check firmware.elf\n"
        "  tornword check --interrupts SysTick,irq5 --horizon 2000 firmware.elf\n"
        "  tornword check --format json --output report.json firmware.elf\n"
        "\n"
        "Exit codes: 0 clean, 1 findings, 2 bad usage or input, 3 not everything was decided "
        "and "
        "nothing was found.",
    .run = run_check,
};
