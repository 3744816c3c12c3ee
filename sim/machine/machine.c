#include "sim/machine/machine.h"

#include <stdlib.h>
#include <string.h>

#include "sim/machine/decode.h"
#include "sim/machine/peripherals.h"
#include "sim/machine/private.h"

static void on_instruction(void *owner, uint32_t pc) {
  boundary_meet(owner, pc);
}

static void on_access(void *owner, bool write, uint32_t address, unsigned size,
                      uint64_t value) {
  accesses_note(owner, write, address, size, value);
}

static uint64_t on_device_read(void *owner, uint32_t address, unsigned size) {
  return machine_device_read(owner, address, size);
}

static void on_device_write(void *owner, uint32_t address, unsigned size, uint64_t value) {
  machine_device_write(owner, address, size, value);
}

struct machine *machine_create(const struct image *image, const struct machine_config *config,
                               struct error *error) {
  const struct cpu_owner owner = {.instruction = on_instruction,
                                  .access = on_access,
                                  .device_read = on_device_read,
                                  .device_write = on_device_write};
  struct machine *m = allocate(1, sizeof *m);
  m->image = image;
  m->config = *config;
  m->core = core_traits(config->core);
  undo_init(&m->undo);
  devices_init(&m->devices, config->registers);
  m->decoder = decoder_create();
  struct cpu_owner mine = owner;
  mine.owner = m;
  m->cpu = cpu_create(config->core, &mine, error);
  if (m->cpu == NULL || !memory_init(&m->memory, image, config, error) ||
      !map_everything(m, error)) {
    machine_destroy(m);
    return NULL;
  }
  m->drain_context = cpu_context_create(m->cpu);
  m->guard = snapshot_create(m);
  m->trial = snapshot_create(m);
  machine_reset(m);
  return m;
}

void machine_destroy(struct machine *m) {
  if (m == NULL) {
    return;
  }
  cpu_context_destroy(m->drain_context);
  snapshot_destroy(m->guard);
  snapshot_destroy(m->trial);
  cpu_destroy(m->cpu);
  for (size_t i = 0; i < MEMORY_REGIONS; i++) {
    free(m->code[i]);
  }
  decoder_destroy(m->decoder);
  memory_fini(&m->memory);
  devices_fini(&m->devices);
  undo_fini(&m->undo);
  reads_free(&m->reads);
  free(m);
}

void machine_reset(struct machine *m) {
  struct machine_state *s = &m->state;
  undo_fini(&m->undo);
  undo_init(&m->undo);
  devices_reset(&m->devices);
  memory_reset(&m->memory, m->image);
  if (m->code_in_ram) {
    const struct region *ram = m->memory.ram;
    code_forget(m, ram->base, ram->size);
  }
  memset(s, 0, sizeof *s);
  exceptions_reset(&s->exceptions, m->config.priority_bits, m->core->v7m);
  for (unsigned e = EXCEPTION_IRQ0; e < EXCEPTION_COUNT; e++) {
    if (exception_bit(m->config.absent_irqs, e - EXCEPTION_IRQ0)) {
      exception_set(s->exceptions.absent, e);
    }
  }
  uint32_t vtor = m->config.vtor != 0 ? m->config.vtor : image_vectors(m->image);
  s->scb.vtor = vtor;
  s->scb.ccr = 0x200;
  s->scb.fpccr = m->core->has_fpu ? 0xc0000000U : 0; /* ASPEN, LSPEN */
  s->next_arrival = SYSTICK_NEVER;
  s->pc = (uint32_t)memory_get(&m->memory, vtor + 4, 4) & ~1U;
  m->memory.stack_top = (uint32_t)memory_get(&m->memory, vtor, 4) & ~3U;
  m->lowest_sp = m->memory.stack_top;
  m->stack_limit = image_stack_limit(m->image, m->memory.stack_top, NULL);
  m->moves_stack = false;
  m->queued = 0;
  m->leaving = m->goes_on = false;
  m->trap = m->violation = (struct fault){0};
  cpu_reset(m->cpu, m->memory.stack_top);
  if (m->core->has_fpu) {
    cpu_set_fpca(m->cpu, true);
  }
  guard_update(m);
  progress_reset(m);
  discipline_reset(m);
  peripherals_reset(m);
}

void machine_leave(struct machine *m) {
  m->leaving = true;
}

void machine_settle(struct machine *m) {
  if (m->state.action == ACTION_RESUME) {
    exception_resume(m);
  }
}

void machine_set_line(struct machine *m, unsigned exception, bool high) {
  struct exceptions *x = &m->state.exceptions;
  x->changes++;
  if (!high) {
    exception_clear(x->line, exception);
    return;
  }
  exception_set(x->line, exception);
  if (!exception_bit(x->active, exception)) {
    machine_pend(m, exception);
  }
}

void machine_pend(struct machine *m, unsigned exception) {
  enum { SCR_SEVONPEND = 1 << 4 };
  struct machine_state *s = &m->state;
  if ((s->scb.scr & SCR_SEVONPEND) != 0 && !exception_bit(s->exceptions.pending, exception)) {
    s->event_register = true;
  }
  exceptions_use(&s->exceptions, exception);
  exception_set(s->exceptions.pending, exception);
  if (m->config.arrival_rule_count > 0) {
    discipline_arrived(m, exception);
  }
  if (exception == EXCEPTION_SYSTICK) {
    systick_restart(&s->systick, s->time);
    s->next_arrival = systick_expiry(&s->systick);
  }
  exceptions_update(&s->exceptions);
}

void machine_inject(struct machine *m, unsigned exception) {
  m->written = 0;
  m->path = 0;
  peripherals_raise(m, exception);
  machine_pend(m, exception);
}
