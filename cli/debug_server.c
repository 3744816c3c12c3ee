#include "cli/debug_server.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/debug_target.h"

/* ---- Replies ---- */

struct reply {
  FILE *out;
  char *text;
  size_t size;
};

static void open_reply(struct reply *reply) {
  *reply = (struct reply){0};
  reply->out = open_memstream(&reply->text, &reply->size);
  if (reply->out == NULL) {
    abort();
  }
}

static void send_reply(struct debugger *d, struct reply *reply) {
  fclose(reply->out);
  wire_send(&d->wire, reply->text, reply->size);
  free(reply->text);
}

static void put_hex(FILE *out, const void *bytes, size_t size) {
  const uint8_t *at = bytes;
  for (size_t i = 0; i < size; i++) {
    fprintf(out, "%02x", at[i]);
  }
}

/* Text on gdb's console, while the program runs or a command does. */
static void say(struct debugger *d, const char *text) {
  enum { MOST = 1024 };
  for (size_t length = strlen(text); length > 0;) {
    size_t part = length < MOST ? length : MOST;
    struct reply reply;
    open_reply(&reply);
    fputc('O', reply.out);
    put_hex(reply.out, text, part);
    send_reply(d, &reply);
    text += part;
    length -= part;
  }
}

/* ---- Numbers in packets ---- */

static int digit(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

static bool take_hex(const char **at, uint64_t *value) {
  bool any = false;
  *value = 0;
  for (; digit(**at) >= 0; ++*at) {
    *value = *value << 4 | (uint64_t)digit(**at);
    any = true;
  }
  return any;
}

static bool take(const char **at, char c) {
  bool there = **at == c;
  *at += there ? 1 : 0;
  return there;
}

/* Two hex numbers with a comma between: an address and a length. */
static bool take_range(const char **at, uint32_t *address, size_t *size) {
  uint64_t first = 0;
  uint64_t second = 0;
  bool good = take_hex(at, &first) && take(at, ',') && take_hex(at, &second) &&
              first <= UINT32_MAX && second <= PACKET_MOST;
  *address = (uint32_t)first;
  *size = (size_t)second;
  return good;
}

static bool take_bytes(const char **at, uint8_t *bytes, size_t size) {
  for (size_t i = 0; i < size; i++, *at += 2) {
    int high = digit((*at)[0]);
    int low = high >= 0 ? digit((*at)[1]) : -1;
    if (low < 0) {
      return false;
    }
    bytes[i] = (uint8_t)(high * 16 + low);
  }
  return true;
}

/* ---- What stopped, and why ---- */

static const char *finding_sentence(struct debugger *d) {
  const struct sighting *sighting = &d->finding->sighting;
  struct leaf_words words;
  bool named = report_leaf(&d->report, sighting->leaf, &words);
  const struct finding_traits *traits = finding_traits(sighting->kind);
  return texts_print(&d->texts, "tornword: %s%s%s: %s\n", traits->name, named ? " of " : "",
                     named ? words.name : "", traits->summary);
}

/* What gdb itself has no words for. */
static void explain_stop(struct debugger *d) {
  if (d->stop.reason == TIMELINE_MARK) {
    say(d, finding_sentence(d));
  } else if (d->stop.reason == TIMELINE_END) {
    say(d,
        texts_print(&d->texts, "tornword: the run is over: %s\n", run_end_text(d->stop.end)));
  }
}

static void put_stop_reason(FILE *out, const struct debugger *d) {
  const struct timeline_stop *stop = &d->stop;
  switch (stop->reason) {
    case TIMELINE_BREAKPOINT:
      fputs(d->hardware ? "hwbreak:;" : "swbreak:;", out);
      break;
    case TIMELINE_WATCH:
      fprintf(out, "%s:%" PRIx32 ";",
              stop->watch.reads && stop->watch.writes ? "awatch"
              : stop->watch.reads                     ? "rwatch"
                                                      : "watch",
              stop->accessed);
      break;
    case TIMELINE_BEGIN:
      fputs("replaylog:begin;", out);
      break;
    case TIMELINE_END:
      fputs("replaylog:end;", out);
      break;
    case TIMELINE_ARRIVED:
    case TIMELINE_MARK:
    case TIMELINE_INTERRUPTED:
      break;
  }
}

static void send_stop(struct debugger *d) {
  enum { SIGINT_OF_GDB = 2, SIGTRAP_OF_GDB = 5 };
  const struct machine *m = timeline_machine(d->timeline);
  unsigned number = d->stop.reason == TIMELINE_INTERRUPTED ? SIGINT_OF_GDB : SIGTRAP_OF_GDB;
  struct reply reply;
  open_reply(&reply);
  fprintf(reply.out, "T%02xthread:%x;core:0;", number, target_thread(m, m->state.depth));
  put_stop_reason(reply.out, d);
  send_reply(d, &reply);
}

/* ---- Movements ---- */

static bool has_break(void *argument) {
  struct debugger *d = argument;
  return wire_has_break(&d->wire);
}

/* gdb takes Arm's watchpoints to stop short of the access, and makes one step in
 * the direction of travel before it looks at the value. */
static void stand_before_access(struct debugger *d, bool back) {
  if (d->stop.reason != TIMELINE_WATCH) {
    return;
  }
  if (back) {
    timeline_step(d->timeline);
  } else {
    timeline_go(d->timeline, d->stop.position);
  }
}

static struct timeline_stop move(struct debugger *d, bool steps, bool back) {
  if (d->goes && !steps) {
    d->goes = false;
    return timeline_go(d->timeline, d->goes_to);
  }
  if (back) {
    return steps ? timeline_step_back(d->timeline) : timeline_continue_back(d->timeline);
  }
  return steps ? timeline_step(d->timeline) : timeline_continue(d->timeline);
}

static void travel(struct debugger *d, bool steps, bool back) {
  d->stop = move(d, steps, back);
  stand_before_access(d, back);
  d->level = timeline_machine(d->timeline)->state.depth;
  explain_stop(d);
  send_stop(d);
}

/* ---- Registers and memory ---- */

static void put_register(FILE *out, struct debugger *d, unsigned number) {
  uint64_t value = target_register(d->timeline, d->level, number);
  put_hex(out, &value, target_register_size(number)); /* little-endian, as the host */
}

static void send_registers(struct debugger *d) {
  const struct machine *m = timeline_machine(d->timeline);
  struct reply reply;
  open_reply(&reply);
  for (unsigned number = 0; number < REGISTER_COUNT; number++) {
    if (target_has_register(m, number)) {
      put_register(reply.out, d, number);
    }
  }
  send_reply(d, &reply);
}

static void send_register(struct debugger *d, const char *at) {
  uint64_t number = 0;
  struct reply reply;
  open_reply(&reply);
  if (take_hex(&at, &number) && number < REGISTER_COUNT &&
      target_has_register(timeline_machine(d->timeline), (unsigned)number)) {
    put_register(reply.out, d, (unsigned)number);
  } else {
    fputs("E01", reply.out);
  }
  send_reply(d, &reply);
}

/* A context that waits is not changed: its registers are in its frame. */
static bool write_register(struct debugger *d, unsigned number, const char **at) {
  struct machine *m = timeline_machine(d->timeline);
  uint64_t value = 0;
  if (number >= REGISTER_COUNT || !target_has_register(m, number) ||
      !take_bytes(at, (uint8_t *)&value, target_register_size(number))) {
    return false;
  }
  if (value == target_register(d->timeline, d->level, number)) {
    return true;
  }
  return d->level == m->state.depth &&
         timeline_set_register(d->timeline, (enum machine_register)number, value);
}

static bool write_one_register(struct debugger *d, const char *at) {
  uint64_t number = 0;
  return take_hex(&at, &number) && take(&at, '=') && number < REGISTER_COUNT &&
         write_register(d, (unsigned)number, &at);
}

static bool write_registers(struct debugger *d, const char *at) {
  for (unsigned number = 0; number < REGISTER_COUNT && *at != '\0'; number++) {
    if (target_has_register(timeline_machine(d->timeline), number) &&
        !write_register(d, number, &at)) {
      return false;
    }
  }
  return true;
}

static void send_memory(struct debugger *d, const char *at) {
  uint32_t address = 0;
  size_t size = 0;
  struct reply reply;
  open_reply(&reply);
  if (take_range(&at, &address, &size) && size <= PACKET_MOST / 2) {
    uint8_t *bytes = allocate(size + 1, 1);
    size_t got = target_read(d->timeline, address, bytes, size);
    put_hex(reply.out, bytes, got);
    fputs(got == 0 && size > 0 ? "E14" : "", reply.out);
    free(bytes);
  } else {
    fputs("E01", reply.out);
  }
  send_reply(d, &reply);
}

static bool write_memory(struct debugger *d, const struct packet *packet) {
  const char *at = packet->text + 1;
  uint32_t address = 0;
  size_t size = 0;
  if (!take_range(&at, &address, &size) || !take(&at, ':')) {
    return false;
  }
  size_t left = packet->length - (size_t)(at - packet->text);
  if (packet->text[0] == 'X') {
    return left == size && target_write(d->timeline, address, (const uint8_t *)at, size);
  }
  uint8_t *bytes = allocate(size + 1, 1);
  bool good = left == 2 * size && take_bytes(&at, bytes, size) &&
              target_write(d->timeline, address, bytes, size);
  free(bytes);
  return good;
}

/* Z and z: "Z0,ADDRESS,KIND". */
static bool set_point(struct debugger *d, const char *text) {
  bool set = text[0] == 'Z';
  char type = text[1];
  const char *at = text + 2;
  uint32_t address = 0;
  size_t size = 0;
  if (!take(&at, ',') || !take_range(&at, &address, &size)) {
    return false;
  }
  if (type == '0' || type == '1') {
    d->hardware = type == '1';
    timeline_set_breakpoint(d->timeline, address & ~1U, set);
    return true;
  }
  const struct watch watch = {
      .address = address, .size = (uint32_t)size, .reads = type != '2', .writes = type != '3'};
  return size > 0 && timeline_set_watch(d->timeline, &watch, set);
}

/* ---- Queries ---- */

/* The part of a document that gdb asks for: "OFFSET,LENGTH". */
static void send_part(struct debugger *d, const char *at, const struct reply *document) {
  uint64_t offset = 0;
  uint64_t length = 0;
  struct reply reply;
  open_reply(&reply);
  if (!take_hex(&at, &offset) || !take(&at, ',') || !take_hex(&at, &length)) {
    fputs("E01", reply.out);
  } else if (offset >= document->size) {
    fputc('l', reply.out);
  } else {
    size_t rest = document->size - (size_t)offset;
    size_t most = PACKET_MOST / 2;
    size_t part = length < most ? (size_t)length : most;
    fputc(part < rest ? 'm' : 'l', reply.out);
    fwrite(document->text + offset, 1, part < rest ? part : rest, reply.out);
  }
  send_reply(d, &reply);
}

static const char *after(const char *text, const char *head) {
  size_t length = strlen(head);
  return strncmp(text, head, length) == 0 ? text + length : NULL;
}

static void send_document(struct debugger *d, const char *text) {
  const struct machine *m = timeline_machine(d->timeline);
  const char *part = NULL;
  struct reply document;
  open_reply(&document);
  if ((part = after(text, "features:read:target.xml:")) != NULL) {
    target_description(document.out, m);
  } else if ((part = after(text, "memory-map:read::")) != NULL) {
    target_memory_map(document.out, m);
  } else if ((part = after(text, "threads:read::")) != NULL) {
    target_threads(document.out, m, &d->report);
  }
  fclose(document.out);
  if (part != NULL) {
    send_part(d, part, &document);
  } else {
    wire_send(&d->wire, "E00", 3);
  }
  free(document.text);
}

static void send_thread_list(struct debugger *d) {
  const struct machine *m = timeline_machine(d->timeline);
  struct reply reply;
  open_reply(&reply);
  for (unsigned level = 0; level <= m->state.depth; level++) {
    fprintf(reply.out, "%c%x", level == 0 ? 'm' : ',', target_thread(m, level));
  }
  send_reply(d, &reply);
}

static bool level_of_thread(struct debugger *d, const char *at, unsigned *level) {
  const struct machine *m = timeline_machine(d->timeline);
  uint64_t thread = 0;
  *level = m->state.depth;
  if (*at == '-') {
    return true;
  }
  return take_hex(&at, &thread) && (thread == 0 || (thread <= 2 + EXCEPTION_COUNT &&
                                                    target_level(m, (unsigned)thread, level)));
}

static void send_thread_text(struct debugger *d, const char *at) {
  unsigned level = 0;
  struct reply reply;
  open_reply(&reply);
  if (level_of_thread(d, at, &level)) {
    const char *text = target_thread_text(d->timeline, &d->report, level);
    put_hex(reply.out, text, strlen(text));
  } else {
    fputs("E01", reply.out);
  }
  send_reply(d, &reply);
}

/* An empty answer: the packet is not supported. */
static void answer(struct debugger *d, const char *text) {
  wire_send(&d->wire, text, strlen(text));
}

static void run_monitor(struct debugger *d, const char *at) {
  char command[256] = "";
  size_t size = strlen(at) / 2;
  struct reply text;
  bool good = size < sizeof command && take_bytes(&at, (uint8_t *)command, size);
  open_reply(&text);
  debug_monitor(d, text.out, good ? command : "help");
  fclose(text.out);
  say(d, text.text);
  free(text.text);
  answer(d, "OK");
}

static void answer_if(struct debugger *d, bool good) {
  answer(d, good ? "OK" : "E01");
}

static void on_query(struct debugger *d, const struct packet *packet) {
  const char *text = packet->text;
  const struct machine *m = timeline_machine(d->timeline);
  const char *rest = NULL;
  if (after(text, "qSupported") != NULL) {
    answer(d, texts_print(&d->texts,
                          "PacketSize=%x;QStartNoAckMode+;qXfer:features:read+;"
                          "qXfer:memory-map:read+;qXfer:threads:read+;ReverseStep+;"
                          "ReverseContinue+;swbreak+;hwbreak+;vContSupported+",
                          PACKET_MOST));
  } else if ((rest = after(text, "qXfer:")) != NULL) {
    send_document(d, rest);
  } else if ((rest = after(text, "qRcmd,")) != NULL) {
    run_monitor(d, rest);
  } else if (strcmp(text, "qfThreadInfo") == 0) {
    send_thread_list(d);
  } else if (strcmp(text, "qsThreadInfo") == 0) {
    answer(d, "l");
  } else if ((rest = after(text, "qThreadExtraInfo,")) != NULL) {
    send_thread_text(d, rest);
  } else if (strcmp(text, "qC") == 0) {
    answer(d, texts_print(&d->texts, "QC%x", target_thread(m, m->state.depth)));
  } else if (after(text, "qAttached") != NULL) {
    answer(d, "1"); /* gdb detaches when it leaves */
  } else if (after(text, "qSymbol") != NULL) {
    answer(d, "OK");
  } else if (strcmp(text, "QStartNoAckMode") == 0) {
    answer(d, "OK");
    d->wire.no_acks = true;
  } else {
    answer(d, "");
  }
}

/* ---- Packets ---- */

/* "vCont;s:1;c": the core moves as the first action says. */
static void on_verbose(struct debugger *d, const struct packet *packet) {
  const char *text = packet->text;
  const char *action = after(text, "vCont;");
  if (strcmp(text, "vCont?") == 0) {
    answer(d, "vCont;c;C;s;S");
  } else if (action != NULL && strchr("cCsS", action[0]) != NULL) {
    travel(d, action[0] == 's' || action[0] == 'S', false);
  } else if (after(text, "vKill") != NULL) {
    answer(d, "OK");
    d->done = true;
  } else {
    answer(d, "");
  }
}

static void select_thread(struct debugger *d, const char *text) {
  unsigned level = 0;
  bool good = level_of_thread(d, text + 2, &level);
  if (good && text[1] == 'g') {
    d->level = level;
  }
  answer_if(d, good);
}

/* ---- Which packet is whose ---- */

static void on_stop_query(struct debugger *d, const struct packet *packet) {
  (void)packet;
  send_stop(d);
}

static void on_registers(struct debugger *d, const struct packet *packet) {
  if (packet->text[0] == 'g') {
    send_registers(d);
  } else {
    answer_if(d, write_registers(d, packet->text + 1));
  }
}

static void on_register(struct debugger *d, const struct packet *packet) {
  if (packet->text[0] == 'p') {
    send_register(d, packet->text + 1);
  } else {
    answer_if(d, write_one_register(d, packet->text + 1));
  }
}

static void on_memory(struct debugger *d, const struct packet *packet) {
  if (packet->text[0] == 'm') {
    send_memory(d, packet->text + 1);
  } else {
    answer_if(d, write_memory(d, packet));
  }
}

static void on_point(struct debugger *d, const struct packet *packet) {
  if (packet->text[1] >= '0' && packet->text[1] <= '4') {
    answer_if(d, set_point(d, packet->text));
  } else {
    answer(d, "");
  }
}

static void on_thread(struct debugger *d, const struct packet *packet) {
  unsigned level = 0;
  if (packet->text[0] == 'H') {
    select_thread(d, packet->text);
  } else {
    answer_if(d, level_of_thread(d, packet->text + 1, &level));
  }
}

static void on_forwards(struct debugger *d, const struct packet *packet) {
  travel(d, packet->text[0] == 's' || packet->text[0] == 'S', false);
}

static void on_backwards(struct debugger *d, const struct packet *packet) {
  bool steps = strcmp(packet->text, "bs") == 0;
  if (steps || strcmp(packet->text, "bc") == 0) {
    travel(d, steps, true);
  } else {
    answer(d, "");
  }
}

/* The debugger closes the connection, or stays (extended-remote). */
static void on_leave(struct debugger *d, const struct packet *packet) {
  (void)packet;
  answer(d, "OK");
}

static void on_kill(struct debugger *d, const struct packet *packet) {
  (void)packet;
  d->done = true; /* no answer is waited for */
}

static const struct packet_kind {
  const char *letters; /* one of them is the packet's first */
  void (*handle)(struct debugger *d, const struct packet *packet);
} packet_kinds[] = {
    {"?", on_stop_query}, {"gG", on_registers}, {"pP", on_register},   {"mMX", on_memory},
    {"zZ", on_point},     {"HT", on_thread},    {"cCsS", on_forwards}, {"b", on_backwards},
    {"v", on_verbose},    {"qQ", on_query},     {"D!", on_leave},      {"k", on_kill},
};

static void handle(struct debugger *d, const struct packet *packet) {
  enum { KINDS = sizeof packet_kinds / sizeof packet_kinds[0] };
  char letter = packet->text[0];
  unsigned i = 0;
  while (i < KINDS && (letter == '\0' || strchr(packet_kinds[i].letters, letter) == NULL)) {
    i++;
  }
  if (i < KINDS) {
    packet_kinds[i].handle(d, packet);
  } else {
    answer(d, "");
  }
}

static void serve_one(struct debugger *d, struct packet *packet) {
  bool connected = true;
  d->goes = false;
  d->stop = (struct timeline_stop){.reason = TIMELINE_ARRIVED};
  d->level = timeline_machine(d->timeline)->state.depth;
  while (connected && !d->done) {
    switch (wire_receive(&d->wire, packet)) {
      case WIRE_PACKET:
        handle(d, packet);
        break;
      case WIRE_BREAK:
        d->stop.reason = TIMELINE_INTERRUPTED;
        send_stop(d);
        break;
      case WIRE_CLOSED:
        connected = false;
        break;
    }
    texts_free(&d->texts);
  }
  timeline_clear_points(d->timeline);
  wire_hang_up(&d->wire);
}

bool debug_serve(struct debugger *d, struct error *error) {
  struct packet *packet = allocate(1, sizeof *packet);
  bool good = true;
  d->report.texts = &d->texts;
  timeline_set_interrupt(d->timeline, has_break, d);
  while (good && !d->done) {
    good = wire_accept(&d->wire, error);
    if (good) {
      serve_one(d, packet);
    }
  }
  free(packet);
  return good;
}
