/* tornword check: inject everywhere, report what tears. */
#include <stdio.h>

#include "cli/progress.h"
#include "cli/verbs.h"
#include "report/run_map.h"
#include "session/session.h"

static int verdict(struct session *session, struct check *check, const char *verb) {
  struct error error = {""};
  waivers_apply(&session->waivers, session->image, check, session->options->severity);
  if (!session_write(session, check, &error)) {
    return verb_refuse(verb, &error);
  }
  const struct report report = session_report(session, check);
  return verdict_exit_code(report_verdict(&report));
}

/* One share of the check, as a file: it says nothing of the whole. */
static int write_shard(struct session *session) {
  const struct options *options = session->options;
  struct error error = {""};
  bool good = shards_write(session->image, &session->explorer, options->output, &error);
  return good ? EXIT_CLEAN : verb_refuse(VERB_CHECK.name, &error);
}

/* What cannot be done in parts. */
static bool parts_fit(const struct options *options, struct error *error) {
  const char *part = options->given[OPTION_SHARD]    ? "--shard"
                     : options->given[OPTION_RESUME] ? "--resume"
                                                     : NULL;
  if (part != NULL && options->given[OPTION_AUDIT]) {
    return error_set(error, "%s and --audit do not go together: the audit is one piece", part);
  }
  if (part != NULL && options->format == FORMAT_HTML) {
    return error_set(error,
                     "%s and --format html do not go together: the page's map needs the "
                     "check in one piece; give --format text or json",
                     part);
  }
  return !options->given[OPTION_SHARD] || options->given[OPTION_OUTPUT] ||
         error_set(error,
                   "--shard needs a file for what it decides: add --output FILE, e.g. "
                   "--shard 1/4 --output part1");
}

static int check_session(struct session *session) {
  const struct options *options = session->options;
  struct progress progress;
  progress_start(&progress, options->given[OPTION_QUIET]);
  session->explorer.progress = progress_tell;
  session->explorer.phase = progress_phase;
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
    return verb_refuse(VERB_CHECK.name, &error);
  }
  int code = verdict(session, &check, VERB_CHECK.name);
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
    return verb_refuse(VERB_CHECK.name, &error);
  }
  bool ready = parts_fit(options, &error) && session_survey(&session, true, &error);
  int code = !ready                         ? verb_refuse(VERB_CHECK.name, &error)
             : options->given[OPTION_SHARD] ? write_shard(&session)
                                            : check_session(&session);
  session_close(&session);
  return code;
}

static int merge_session(struct session *session) {
  const struct options *options = session->options;
  struct error error = {""};
  struct check check = {0};
  if (!session_survey(session, true, &error) ||
      !shards_merge(session->image, &session->explorer, options->parts, options->part_count,
                    &check, &error)) {
    return verb_refuse(VERB_MERGE.name, &error);
  }
  int code = verdict(session, &check, VERB_MERGE.name);
  check_free(&check);
  return code;
}

static int run_merge(const struct options *options) {
  struct session session;
  struct error error = {""};
  if (!session_open(&session, options, &error)) {
    return verb_refuse(VERB_MERGE.name, &error);
  }
  int code = merge_session(&session);
  session_close(&session);
  return code;
}

const struct verb VERB_MERGE = {
    .name = "merge",
    .summary = "make the report of a check that was done in shards",
    .groups = GROUP_IMAGE | GROUP_RUN | GROUP_CHECK | GROUP_REPORT | GROUP_WAIVE | GROUP_EFFORT,
    .takes_image = true,
    .takes_parts = true,
    .description =
        "Add up the PARTs that check --shard wrote, one for each shard, and report on IMAGE as "
        "one check would have: the same bytes. Give the options that the shards were given."
        "\v"
        "Example:\n"
        "  tornword check --shard 1/2 --output part1 firmware.elf   (on one machine)\n"
        "  tornword check --shard 2/2 --output part2 firmware.elf   (on another)\n"
        "  tornword merge part1 part2 firmware.elf\n"
        "\n"
        "Exit codes are those of check.",
    .run = run_merge,
};

const struct verb VERB_CHECK = {
    .name = "check",
    .summary = "inject every enabled interrupt at every place and report what tears",
    .groups = GROUP_IMAGE | GROUP_RUN | GROUP_CHECK | GROUP_REPORT | GROUP_WAIVE |
              GROUP_EFFORT | GROUP_SHARE,
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
        "  tornword check --depth 2 --max-instructions 1000000 --resume state firmware.elf\n"
        "\n"
        "Exit codes: 0 clean, 1 findings, 2 bad usage or input, 3 not everything was decided "
        "and "
        "nothing was found.",
    .run = run_check,
};
