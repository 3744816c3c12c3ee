/* gdb's `monitor` command: what gdb has no words for. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/debug_server.h"
#include "report/sections.h"
#include "session/values.h"

struct monitor_verb {
  const char *name;
  const char *arguments;
  const char *help;
  void (*run)(struct debugger *debugger, FILE *out, const char *arguments);
};

static const char *name_of(struct debugger *d, unsigned exception) {
  return report_exception_numbered(&d->report, exception);
}

/* ---- place ---- */

static void put_contexts(struct debugger *d, FILE *out) {
  const struct machine_state *s = &timeline_machine(d->timeline)->state;
  fputs(name_of(d, s->context.exception), out);
  for (unsigned level = s->depth; level > 0; level--) {
    fprintf(out, ", which preempted %s", name_of(d, s->preempted[level - 1].exception));
  }
}

static const char *point_in_words(struct debugger *d) {
  const struct machine_state *s = &timeline_machine(d->timeline)->state;
  if (timeline_is_over(d->timeline)) {
    return "the run is over";
  }
  if (s->interrupted.armed && s->interrupted.pc == s->pc && s->interrupted.depth == s->depth) {
    return texts_print(&d->texts,
                       "inside the instruction at 0x%08" PRIx32 ", after %u access%s", s->pc,
                       s->interrupted.beat, s->interrupted.beat == 1 ? "" : "es");
  }
  return texts_print(&d->texts, "before the instruction at 0x%08" PRIx32, s->pc);
}

static void run_place(struct debugger *d, FILE *out, const char *arguments) {
  const struct machine *m = timeline_machine(d->timeline);
  const struct exceptions *x = &m->state.exceptions;
  (void)arguments;
  fprintf(out, "position %" PRIu64 ", %s\ncontext:  ", timeline_position(d->timeline),
          point_in_words(d));
  put_contexts(d, out);
  fprintf(out, "\nmasks:    PRIMASK = %u, FAULTMASK = %u, BASEPRI = 0x%02x; priority %d\n",
          x->primask, x->faultmask, x->basepri, x->execution_priority);
}

/* ---- pending ---- */

static const char *state_of(const struct exceptions *x, unsigned exception) {
  bool active = exception_bit(x->active, exception);
  bool pending = exception_bit(x->pending, exception);
  return active && pending                 ? "active, pending again"
         : active                          ? "active"
         : pending && x->take == exception ? "pending, taken next"
         : pending                         ? "pending"
                                           : "waits for its event";
}

static bool is_enabled(const struct machine *m, unsigned exception) {
  const struct machine_state *s = &m->state;
  enum { TICKS = SYSTICK_ENABLE | SYSTICK_TICKINT };
  if (exception == EXCEPTION_SYSTICK) {
    return (s->systick.control & TICKS) == TICKS;
  }
  return exception >= EXCEPTION_IRQ0 && exception_bit(s->exceptions.enabled, exception);
}

static void run_pending(struct debugger *d, FILE *out, const char *arguments) {
  const struct machine *m = timeline_machine(d->timeline);
  const struct exceptions *x = &m->state.exceptions;
  unsigned rows = 0;
  (void)arguments;
  for (unsigned e = EXCEPTION_NMI; e < EXCEPTION_COUNT; e++) {
    if (exception_bit(x->active, e) || exception_bit(x->pending, e) || is_enabled(m, e)) {
      fprintf(out, "%s: %s, priority %d\n", name_of(d, e), state_of(x, e),
              exception_group_priority(x, e));
      rows++;
    }
  }
  if (rows == 0) {
    fputs("no exception is active, pending or enabled\n", out);
  }
}

/* ---- inject ---- */

static void put_token(struct debugger *d, FILE *out, const struct schedule *schedule) {
  char token[SCHEDULE_TEXT];
  schedule_format(schedule, token);
  fprintf(out, "the same from the command line: tornword replay %s%s %s\n", d->report.shape,
          token, texts_quote(&d->texts, image_path(d->report.image)));
}

static void inject_one(struct debugger *d, FILE *out, unsigned exception) {
  const struct exceptions *x = &timeline_machine(d->timeline)->state.exceptions;
  struct schedule schedule;
  bool bare = timeline_schedule(d->timeline, exception, &schedule);
  timeline_inject(d->timeline, exception);
  if (x->take == exception) {
    fprintf(out, "%s is pending and is entered by the next step\n", name_of(d, exception));
    if (bare) {
      put_token(d, out, &schedule);
    }
  } else if (exception_bit(x->active, exception)) {
    fprintf(out, "%s is active: it stays pending until it returns\n", name_of(d, exception));
  } else {
    fprintf(out,
            "%s is pending; it cannot come yet: PRIMASK = %u, FAULTMASK = %u, BASEPRI = "
            "0x%02x, execution priority %d, its own %d%s\n",
            name_of(d, exception), x->primask, x->faultmask, x->basepri, x->execution_priority,
            exception_group_priority(x, exception),
            is_enabled(timeline_machine(d->timeline), exception) ? "" : ", not enabled");
  }
}

static void run_inject(struct debugger *d, FILE *out, const char *arguments) {
  uint16_t list[CONFIG_INTERRUPTS];
  unsigned count = 0;
  struct error error = {""};
  if (!interrupts_parse(arguments, list, &count, &error)) {
    fprintf(out, "inject: %s\n", error.message);
    return;
  }
  for (unsigned i = 0; i < count; i++) {
    inject_one(d, out, list[i]);
  }
}

/* ---- finding ---- */

static void run_finding(struct debugger *d, FILE *out, const char *arguments) {
  const struct page page = {out, false};
  (void)arguments;
  if (d->finding == NULL) {
    fputs("no finding: start from one with tornword replay --gdb TOKEN IMAGE\n", out);
    return;
  }
  section_finding(&page, &d->report, d->finding);
  fputs("Positions of its accesses:", out);
  for (unsigned i = 0; i < d->finding->sighting.accesses; i++) {
    fprintf(out, " %" PRIu64, d->finding->sighting.access[i].boundary);
  }
  fprintf(out, "; the exception came at %" PRIu64 "\n", d->finding->place.boundary);
}

/* ---- go, reset ---- */

static void run_go(struct debugger *d, FILE *out, const char *arguments) {
  static const struct number_rule rule = {"a position", "monitor go 48", 0, UINT64_MAX / 2};
  struct error error = {""};
  if (!number_parse(arguments, &rule, &d->goes_to, &error)) {
    fprintf(out, "go: %s\n", error.message);
    return;
  }
  d->goes = true;
  fprintf(out, "continue, or reverse-continue, goes to position %" PRIu64 " now\n", d->goes_to);
}

static void run_reset(struct debugger *d, FILE *out, const char *arguments) {
  (void)arguments;
  timeline_go(d->timeline, 0);
  d->level = 0;
  fputs("at reset; gdb has to read the registers again: maintenance flush register-cache\n",
        out);
}

/* For front ends that halt whatever they connect to. */
static void run_halt(struct debugger *d, FILE *out, const char *arguments) {
  (void)d;
  (void)out;
  (void)arguments;
}

static void run_help(struct debugger *d, FILE *out, const char *arguments);

static const struct monitor_verb MONITOR_VERBS[] = {
    {"help", "", "this list", run_help},
    {"place", "", "position, contexts and masks", run_place},
    {"pending", "", "exceptions that are active, pending or enabled", run_pending},
    {"inject", " EXCEPTION", "make it pending here: SysTick, PendSV, NMI, irq5, 20",
     run_inject},
    {"finding", "", "the finding that is debugged, in full", run_finding},
    {"go", " POSITION", "the next continue goes there, forward or back", run_go},
    {"reset", "", "back to the beginning", run_reset},
    {"halt", "", "nothing: between commands the run stands still", run_halt},
};
enum { MONITOR_VERB_COUNT = sizeof MONITOR_VERBS / sizeof MONITOR_VERBS[0] };

static void run_help(struct debugger *d, FILE *out, const char *arguments) {
  (void)d;
  (void)arguments;
  for (size_t i = 0; i < MONITOR_VERB_COUNT; i++) {
    const struct monitor_verb *verb = &MONITOR_VERBS[i];
    fprintf(out, "monitor %s%-*s  %s\n", verb->name, (int)(20 - strlen(verb->name)),
            verb->arguments, verb->help);
  }
}

void debug_monitor(struct debugger *d, FILE *out, const char *command) {
  size_t length = strcspn(command, " ");
  const char *arguments = command + length + strspn(command + length, " ");
  for (size_t i = 0; i < MONITOR_VERB_COUNT; i++) {
    const struct monitor_verb *verb = &MONITOR_VERBS[i];
    if (strlen(verb->name) == length && strncmp(verb->name, command, length) == 0) {
      verb->run(d, out, arguments);
      return;
    }
  }
  fprintf(out, "no monitor command '%s'; there are:\n", texts_clean(&d->texts, command));
  run_help(d, out, "");
}
