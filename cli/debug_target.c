#include "cli/debug_target.h"

#include <inttypes.h>
#include <string.h>

#include "report/xml.h"

enum { THREAD_RUNNING = 1, THREAD_WAITING = 2 };

static const char *const NAMES[REGISTER_COUNT] = {
    "r0",      "r1",        "r2",      "r3",  "r4",  "r5",  "r6",   "r7",  "r8",  "r9",
    "r10",     "r11",       "r12",     "sp",  "lr",  "pc",  "xpsr", "msp", "psp", "primask",
    "basepri", "faultmask", "control", "d0",  "d1",  "d2",  "d3",   "d4",  "d5",  "d6",
    "d7",      "d8",        "d9",      "d10", "d11", "d12", "d13",  "d14", "d15", "fpscr"};

bool target_has_register(const struct machine *m, unsigned number) {
  bool v7m_only = number == REGISTER_BASEPRI || number == REGISTER_FAULTMASK;
  bool fp = number >= REGISTER_D0;
  return number < REGISTER_COUNT && (!v7m_only || m->core->v7m) && (!fp || m->core->has_fpu);
}

unsigned target_register_size(unsigned number) {
  return number >= REGISTER_D0 && number < REGISTER_FPSCR ? 8 : 4;
}

static const char *register_type(unsigned number) {
  return number == REGISTER_SP || number == REGISTER_MSP || number == REGISTER_PSP ? "data_ptr"
         : number == REGISTER_PC                                                   ? "code_ptr"
         : target_register_size(number) == 8 ? "ieee_double"
                                             : "int";
}

static void put_feature(FILE *out, const struct machine *m, const char *name, unsigned first,
                        unsigned last) {
  fprintf(out, "<feature name=\"%s\">\n", name);
  for (unsigned number = first; number <= last; number++) {
    if (target_has_register(m, number)) {
      fprintf(out, "<reg name=\"%s\" bitsize=\"%u\" regnum=\"%u\" type=\"%s\"/>\n",
              NAMES[number], 8 * target_register_size(number), number, register_type(number));
    }
  }
  fputs("</feature>\n", out);
}

void target_description(FILE *out, const struct machine *m) {
  fputs(
      "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
      "<target version=\"1.0\">\n<architecture>arm</architecture>\n",
      out);
  put_feature(out, m, "org.gnu.gdb.arm.m-profile", REGISTER_R0, REGISTER_XPSR);
  put_feature(out, m, "org.gnu.gdb.arm.m-system", REGISTER_MSP, REGISTER_CONTROL);
  if (m->core->has_fpu) {
    put_feature(out, m, "org.gnu.gdb.arm.vfp", REGISTER_D0, REGISTER_FPSCR);
  }
  fputs("</target>\n", out);
}

static void put_memory(FILE *out, const char *type, uint32_t start, uint32_t length) {
  fprintf(out, "<memory type=\"%s\" start=\"0x%" PRIx32 "\" length=\"0x%" PRIx32 "\"/>\n", type,
          start, length);
}

void target_memory_map(FILE *out, const struct machine *m) {
  fputs(
      "<?xml version=\"1.0\"?>\n<!DOCTYPE memory-map PUBLIC "
      "\"+//IDN gnu.org//DTD GDB Memory Map V1.0//EN\" "
      "\"http://sourceware.org/gdb/gdb-memory-map.dtd\">\n<memory-map>\n",
      out);
  for (size_t i = 0; i < m->memory.count; i++) {
    const struct region *region = &m->memory.regions[i];
    put_memory(out, region->writable ? "ram" : "rom", region->base, region->size);
  }
  put_memory(out, "ram", 0x40000000, 0x20000000); /* peripherals */
  put_memory(out, "ram", 0xe0000000, 0x00100000); /* Private Peripheral Bus */
  fputs("</memory-map>\n", out);
}

static struct context context_at(const struct machine *m, unsigned level) {
  const struct machine_state *s = &m->state;
  return level < s->depth ? s->preempted[level] : s->context;
}

unsigned target_thread(const struct machine *m, unsigned level) {
  return level == m->state.depth ? THREAD_RUNNING
                                 : THREAD_WAITING + context_at(m, level).exception;
}

bool target_level(const struct machine *m, unsigned thread, unsigned *level) {
  for (unsigned i = 0; i <= m->state.depth; i++) {
    if (target_thread(m, i) == thread) {
      *level = i;
      return true;
    }
  }
  return false;
}

void target_threads(FILE *out, const struct machine *m, const struct report *report) {
  fputs("<?xml version=\"1.0\"?>\n<threads>\n", out);
  for (unsigned level = 0; level <= m->state.depth; level++) {
    fprintf(out, "<thread id=\"%x\" core=\"0\"", target_thread(m, level));
    xml_attribute(out, "name", report_exception(report, context_at(m, level).exception));
    fputs("/>\n", out);
  }
  fputs("</threads>\n", out);
}

const char *target_thread_text(struct timeline *timeline, const struct report *report,
                               unsigned level) {
  const struct machine *m = timeline_machine(timeline);
  struct context_registers registers;
  timeline_registers(timeline, level, &registers);
  const struct function *function = image_function_at(report->image, registers.pc);
  return texts_print(report->texts, "%s, %s at 0x%08" PRIx32 "%s%s",
                     report_exception(report, registers.context.exception),
                     level < m->state.depth ? "waits" : "runs", registers.pc,
                     function != NULL ? " in " : "",
                     function != NULL ? texts_clean(report->texts, function->name) : "");
}

uint64_t target_register(struct timeline *timeline, unsigned level, unsigned number) {
  struct machine *m = timeline_machine(timeline);
  struct context_registers registers;
  if (number > REGISTER_XPSR || level >= m->state.depth) {
    return machine_register(m, number);
  }
  timeline_registers(timeline, level, &registers);
  switch (number) {
    case REGISTER_SP:
      return registers.sp;
    case REGISTER_LR:
      return registers.lr;
    case REGISTER_PC:
      return registers.pc;
    case REGISTER_XPSR:
      return registers.xpsr;
    default:
      return registers.r[number];
  }
}

size_t target_read(struct timeline *timeline, uint32_t address, uint8_t *bytes, size_t size) {
  struct machine *m = timeline_machine(timeline);
  for (size_t i = 0; i < size; i++) {
    uint32_t at = address + (uint32_t)i;
    uint32_t word = 0;
    const uint8_t *host = memory_host(&m->memory, at, 1);
    if (host == NULL && !machine_peek(m, at & ~3U, 4, &word)) {
      return i;
    }
    bytes[i] = (uint8_t)(host != NULL ? *host : word >> (8 * (at & 3U)));
  }
  return size;
}

/* The most bytes that one aligned access can write. */
static unsigned piece(uint32_t address, size_t size) {
  unsigned most = (address & 1U) != 0 ? 1 : (address & 2U) != 0 ? 2 : 4;
  while (most > size) {
    most /= 2;
  }
  return most;
}

bool target_write(struct timeline *timeline, uint32_t address, const uint8_t *bytes,
                  size_t size) {
  const struct machine *m = timeline_machine(timeline);
  while (size > 0) {
    unsigned part = piece(address, size);
    uint32_t value = 0;
    const uint8_t *host = memory_host(&m->memory, address, part);
    memcpy(&value, bytes, part);
    bool same = host != NULL && memcmp(host, bytes, part) == 0;
    if (!same && !timeline_poke(timeline, address, part, value)) {
      return false;
    }
    address += part;
    bytes += part;
    size -= part;
  }
  return true;
}
