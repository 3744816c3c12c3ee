/* Semihosting: the calls that test programs and panic handlers make.
 *
 * Output goes to the host (on the spine only), the clock is the instruction
 * count, and files other than the console ":tt" do not exist. Source: Semihosting
 * for AArch32 and AArch64, release 2.0. */
#include <string.h>

#include "sim/machine/private.h"

enum {
  SYS_OPEN = 0x01,
  SYS_CLOSE = 0x02,
  SYS_WRITEC = 0x03,
  SYS_WRITE0 = 0x04,
  SYS_WRITE = 0x05,
  SYS_READ = 0x06,
  SYS_READC = 0x07,
  SYS_ISERROR = 0x08,
  SYS_ISTTY = 0x09,
  SYS_FLEN = 0x0c,
  SYS_CLOCK = 0x10,
  SYS_TIME = 0x11,
  SYS_ERRNO = 0x13,
  SYS_EXIT = 0x18,
  SYS_EXIT_EXTENDED = 0x20,
  SYS_ELAPSED = 0x30,
  SYS_TICKFREQ = 0x31
};
enum { CONSOLE = 1, OUTPUT_MOST = 1 << 16, CLOCK_RATE = 1000000 };
static const uint32_t APPLICATION_EXIT = 0x20026;

static uint32_t word_at(struct machine *m, uint32_t address) {
  reads_add(&m->reads, address, 4);
  return (uint32_t)memory_get(&m->memory, address, 4);
}

static void print(struct machine *m, uint32_t address, uint32_t size) {
  struct machine_state *s = &m->state;
  reads_add(&m->reads, address, size < OUTPUT_MOST ? size : OUTPUT_MOST);
  for (uint32_t i = 0; i < size && i < OUTPUT_MOST; i++) {
    char byte = (char)memory_get(&m->memory, address + i, 1);
    s->output_hash = (s->output_hash ^ (uint8_t)byte) * 0x100000001b3U;
    if (m->host.output != NULL && m->run->mode == RUN_SPINE) {
      m->host.output(m->host.owner, &byte, 1);
    }
  }
}

static uint32_t text_length(struct machine *m, uint32_t address) {
  uint32_t length = 0;
  while (length < OUTPUT_MOST && memory_get(&m->memory, address + length, 1) != 0) {
    length++;
  }
  reads_add(&m->reads, address, length + 1);
  return length;
}

static uint32_t open_file(struct machine *m, uint32_t block) {
  uint32_t name = word_at(m, block);
  reads_add(&m->reads, name, 3);
  bool console = word_at(m, block + 8) == 3 && memory_get(&m->memory, name, 3) == 0x74743a;
  return console ? CONSOLE : UINT32_MAX;
}

static uint32_t exit_program(struct machine *m, uint32_t call, uint32_t argument) {
  uint32_t reason = argument;
  uint32_t status = 0;
  if (call == SYS_EXIT_EXTENDED) {
    reason = word_at(m, argument);
    status = word_at(m, argument + 4);
  }
  m->state.exit_code = reason == APPLICATION_EXIT ? (int)(status & 0xff) : 1;
  m->run->stop = STOP_EXIT;
  return 0;
}

static uint32_t perform(struct machine *m, uint32_t call, uint32_t argument) {
  switch (call) {
    case SYS_OPEN:
      return open_file(m, argument);
    case SYS_WRITEC:
      print(m, argument, 1);
      return 0;
    case SYS_WRITE0:
      print(m, argument, text_length(m, argument));
      return 0;
    case SYS_WRITE:
      print(m, word_at(m, argument + 4), word_at(m, argument + 8));
      return 0;
    case SYS_READ:
      return word_at(m, argument + 8); /* nothing was read: end of file */
    case SYS_ISTTY:
      return word_at(m, argument) == CONSOLE;
    case SYS_CLOCK:
    case SYS_ELAPSED:
      return (uint32_t)(m->state.time / (CLOCK_RATE / 100));
    case SYS_TICKFREQ:
      return CLOCK_RATE;
    case SYS_EXIT:
    case SYS_EXIT_EXTENDED:
      return exit_program(m, call, argument);
    case SYS_CLOSE:
    case SYS_ISERROR:
    case SYS_FLEN:
    case SYS_TIME:
    case SYS_ERRNO:
      return 0;
    default:
      return UINT32_MAX;
  }
}

void semihosting_call(struct machine *m) {
  struct cpu_registers registers;
  cpu_get(m->cpu, &registers);
  cpu_set_one(m->cpu, 0, perform(m, registers.r[0], registers.r[1]));
}
