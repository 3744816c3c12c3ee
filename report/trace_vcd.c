/* Value change dump (IEEE 1364, 18): masks, priority, exception number, pc,
 * function, one wire for each handler, and the finding's variable. A boundary
 * is UNITS units of time, so that the accesses of one instruction can be told
 * apart. Known inaccuracy: $var string is GTKWave's extension. */
#include <inttypes.h>
#include <string.h>

#include "report/trace.h"

enum { UNITS = 8, HANDLERS_MOST = 48, FIRST_CODE = '!', TEXT_MOST = 128 };

enum signal {
  SIGNAL_PRIMASK,
  SIGNAL_FAULTMASK,
  SIGNAL_BASEPRI,
  SIGNAL_PRIORITY,
  SIGNAL_EXCEPTION,
  SIGNAL_PC,
  SIGNAL_FUNCTION,
  SIGNAL_LEAF,
  SIGNAL_HALF,
  SIGNAL_HANDLERS, /* first of the handlers' wires */
};

struct dump {
  FILE *out;
  const struct trace *trace;
  struct leaf leaf;
  uint16_t handlers[HANDLERS_MOST];
  size_t handler_count;
  uint64_t time;
  bool timed; /* the time of what follows is written */
  uint64_t now[SIGNAL_HANDLERS + HANDLERS_MOST];
  bool known[SIGNAL_HANDLERS + HANDLERS_MOST];
  const char *function;
  uint8_t new_bytes;
};

static void put_time(struct dump *dump, uint64_t time) {
  if (time > dump->time) {
    dump->time = time;
    dump->timed = false;
  }
}

static void stamp(struct dump *dump) {
  if (!dump->timed) {
    fprintf(dump->out, "#%" PRIu64 "\n", dump->time);
  }
  dump->timed = true;
}

static void put_binary(FILE *out, uint64_t value, unsigned bits) {
  for (unsigned bit = bits; bit > 0; bit--) {
    fputc((value >> (bit - 1) & 1U) != 0 ? '1' : '0', out);
  }
}

static void change(struct dump *dump, unsigned signal, uint64_t value, unsigned bits) {
  if (dump->known[signal] && dump->now[signal] == value) {
    return;
  }
  dump->known[signal] = true;
  dump->now[signal] = value;
  stamp(dump);
  fputs(bits > 1 ? "b" : "", dump->out);
  put_binary(dump->out, value, bits);
  fprintf(dump->out, "%s%c\n", bits > 1 ? " " : "", (char)(FIRST_CODE + signal));
}

/* A name without what would end it: printable ASCII, no spaces. */
static const char *word(const struct trace *trace, const char *name) {
  char text[TEXT_MOST];
  snprintf(text, sizeof text, "%s", name);
  for (char *at = text; *at != '\0'; at++) {
    *at = *at > ' ' && *at <= '~' ? *at : '_';
  }
  return texts_print(trace->report->texts, "%s", text);
}

static void change_function(struct dump *dump, const char *name) {
  if (dump->function != NULL && strcmp(dump->function, name) == 0) {
    return;
  }
  dump->function = name;
  stamp(dump);
  fprintf(dump->out, "s%s %c\n", word(dump->trace, name), (char)(FIRST_CODE + SIGNAL_FUNCTION));
}

static void find_handlers(struct dump *dump) {
  for (size_t i = 0; i < dump->trace->count; i++) {
    uint16_t exception = dump->trace->recording->steps[i].step.context.exception;
    bool seen = exception == 0 || dump->handler_count == HANDLERS_MOST;
    for (size_t k = 0; k < dump->handler_count; k++) {
      seen = seen || dump->handlers[k] == exception;
    }
    if (!seen) {
      dump->handlers[dump->handler_count++] = exception;
    }
  }
}

static void declare(const struct dump *dump, const char *type, unsigned bits, unsigned signal,
                    const char *name) {
  fprintf(dump->out, "$var %s %u %c %s $end\n", type, bits, (char)(FIRST_CODE + signal),
          word(dump->trace, name));
}

static void put_head(const struct dump *dump) {
  const struct trace *trace = dump->trace;
  fprintf(dump->out,
          "$version tornword " TORNWORD_VERSION
          " $end\n"
          "$comment %s, %d units for each boundary $end\n"
          "$timescale 1 ns $end\n$scope module core $end\n",
          word(trace, trace->token != NULL ? trace->token : "run"), UNITS);
  declare(dump, "wire", 1, SIGNAL_PRIMASK, "PRIMASK");
  declare(dump, "wire", 1, SIGNAL_FAULTMASK, "FAULTMASK");
  declare(dump, "wire", 8, SIGNAL_BASEPRI, "BASEPRI");
  declare(dump, "integer", 16, SIGNAL_PRIORITY, "priority");
  declare(dump, "wire", 9, SIGNAL_EXCEPTION, "exception");
  declare(dump, "wire", 32, SIGNAL_PC, "pc");
  declare(dump, "string", 1, SIGNAL_FUNCTION, "function");
  for (size_t i = 0; i < dump->handler_count; i++) {
    declare(dump, "wire", 1, SIGNAL_HANDLERS + (unsigned)i,
            report_exception(trace->report, dump->handlers[i]));
  }
  struct leaf_words words;
  if (dump->leaf.size > 0 &&
      report_leaf(trace->report, trace->finding->sighting.leaf, &words)) {
    declare(dump, "wire", 8U * (dump->leaf.size < 8 ? dump->leaf.size : 8U), SIGNAL_LEAF,
            words.name);
    declare(dump, "wire", 1, SIGNAL_HALF,
            texts_print(trace->report->texts, "%s.half_written", words.name));
  }
  fputs("$upscope $end\n$enddefinitions $end\n", dump->out);
}

static void put_handlers(struct dump *dump, uint16_t exception, bool active) {
  for (size_t i = 0; i < dump->handler_count; i++) {
    if (dump->handlers[i] == exception) {
      change(dump, SIGNAL_HANDLERS + (unsigned)i, active, 1);
    }
  }
}

static void put_leaf(struct dump *dump, const struct event *event) {
  uint8_t all = leaf_byte_mask(&dump->leaf);
  unsigned bytes = ((1U << event->size) - 1U) << (event->address - dump->leaf.address);
  if (event->kind == EVENT_WRITE) {
    dump->new_bytes =
        (uint8_t)((dump->new_bytes == all ? 0U : dump->new_bytes) | (bytes & all));
  }
  change(dump, SIGNAL_LEAF, event->whole, 8U * dump->leaf.size);
  change(dump, SIGNAL_HALF, dump->new_bytes != all, 1);
}

static void put_step(struct dump *dump, size_t index) {
  const struct step *step = &dump->trace->recording->steps[index].step;
  const struct event *events = recording_events(dump->trace->recording, index);
  put_time(dump, step->boundary * UNITS);
  change(dump, SIGNAL_PRIMASK, step->mask.primask, 1);
  change(dump, SIGNAL_FAULTMASK, step->mask.faultmask, 1);
  change(dump, SIGNAL_BASEPRI, step->mask.basepri, 8);
  change(dump, SIGNAL_PRIORITY, (uint16_t)step->mask.priority, 16);
  if (step->kind == STEP_ENTRY || step->kind == STEP_RETURN) {
    bool entry = step->kind == STEP_ENTRY;
    put_handlers(dump, step->context.exception, entry);
    change(dump, SIGNAL_EXCEPTION, (entry ? step->context : step->other).exception, 9);
    return;
  }
  put_handlers(dump, step->context.exception, true); /* the trace may begin inside it */
  change(dump, SIGNAL_EXCEPTION, step->context.exception, 9);
  change(dump, SIGNAL_PC, step->pc, 32);
  change_function(dump, trace_function(dump->trace, step->pc));
  for (size_t i = 0; i < step->event_count; i++) {
    bool access = events[i].kind == EVENT_READ || events[i].kind == EVENT_WRITE;
    if (access && dump->leaf.size > 0 && dump->leaf.size <= 8 &&
        events[i].leaf == dump->trace->finding->sighting.leaf) {
      uint64_t within = events[i].beat + 1U < UNITS ? events[i].beat + 1U : UNITS - 1U;
      put_time(dump, step->boundary * UNITS + within);
      put_leaf(dump, &events[i]);
    }
  }
}

bool trace_vcd(FILE *out, const struct trace *trace) {
  struct dump dump = {.out = out, .trace = trace, .leaf = trace_leaf(trace)};
  dump.new_bytes = leaf_byte_mask(&dump.leaf);
  dump.time = trace->count > 0 ? trace->recording->steps[0].step.boundary * UNITS : 0;
  find_handlers(&dump);
  put_head(&dump);
  for (size_t i = 0; i < dump.handler_count && trace->count > 0; i++) {
    put_handlers(&dump, dump.handlers[i], false);
  }
  for (size_t i = 0; i < trace->count; i++) {
    put_step(&dump, i);
  }
  put_time(&dump, dump.time + UNITS);
  stamp(&dump);
  return ferror(out) == 0;
}
