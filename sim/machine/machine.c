#include "sim/machine/machine.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sim/machine/decode.h"
#include "sim/machine/peripherals.h"
#include "sim/machine/private.h"
#include "sim/machine/scs.h"

struct machine_config machine_config_default(enum core core) {
  return (struct machine_config){
      .core = core,
      .priority_bits = core_traits(core)->priority_bits,
      .bkpt = BKPT_CONTINUE,
  };
}

/* Memory map and stubs, member by member. */
static uint64_t layout_fingerprint(const struct machine_config *config) {
  uint64_t hash = 0;
  if (config->ram_block_count > 0) {
    hash =
        XXH3_64bits(config->ram_blocks, config->ram_block_count * sizeof config->ram_blocks[0]);
  }
  for (unsigned i = 0; i < CONFIG_IRQ_WORDS; i++) {
    hash ^= (uint64_t)config->absent_irqs[i] << i;
  }
  for (size_t i = 0; i < config->memory_count; i++) {
    const struct memory_part *part = &config->memory[i];
    const uint32_t parts[] = {part->base,       part->size,   part->writable,
                              part->byte_count, part->erased, part->device};
    hash = XXH3_64bits_withSeed(parts, sizeof parts, hash);
    hash = XXH3_64bits_withSeed(part->bytes, part->byte_count, hash);
  }
  for (size_t i = 0; i < config->stub_count; i++) {
    const struct code_stub *stub = &config->stubs[i];
    const uint32_t parts[] = {stub->address, stub->kind, stub->has_value, stub->value,
                              stub->value_of};
    hash = XXH3_64bits_withSeed(parts, sizeof parts, hash);
  }
  return hash;
}

uint16_t machine_config_fingerprint(const struct machine_config *config) {
  const uint32_t parts[] = {(uint32_t)config->core, config->priority_bits,
                            config->vtor,           config->ram_base,
                            config->ram_size,       (uint32_t)config->bkpt};
  uint64_t models = config->registers != NULL ? registers_fingerprint(config->registers) : 0;
  models ^= config->stimulus != NULL ? config->stimulus->hash : 0;
  uint64_t seed = models ^ layout_fingerprint(config);
  return (uint16_t)XXH3_64bits_withSeed(parts, sizeof parts, seed);
}

/* Stops before the next instruction. Inside an IT block the executor cannot be
 * stopped: it goes on to the block's end, and what that did is undone. */
static void stop_executor(struct machine *m, uint8_t it_state) {
  m->stopping = true;
  if (it_state == 0) {
    cpu_stop(m->cpu);
    return;
  }
  cpu_context_save(m->cpu, m->drain_context);
  m->drain_mark = undo_mark(&m->undo);
  m->draining = true;
}

static void stop_here(struct machine *m) {
  stop_executor(m, m->state.it_state);
}

/* An instruction was left between its accesses: the executor, which is behind it,
 * must not go on. */
static bool has_left(struct machine *m) {
  if (m->leaving) {
    m->run->stop = m->goes_on ? m->run->stop : STOP_LIMIT;
    m->leaving = m->goes_on = false;
    return true;
  }
  return false;
}

static void drain(struct machine *m, uint32_t pc) {
  const struct code *code = machine_code(m, pc);
  if (code == NULL || code->it_state == 0) {
    cpu_stop(m->cpu);
  }
}

/* CONTROL.FPCA is ours: in the executor it is always set, or it would begin FP
 * contexts by its own rules and wipe FPSCR. What MSR wrote is taken from there,
 * and what MRS read is put right. */
static void note_control(struct machine *m, uint32_t control) {
  enum { CONTROL_FPCA = 4 };
  struct machine_state *s = &m->state;
  unsigned own = s->control_written ? control : s->control;
  if (!m->core->has_fpu) {
    s->control = (uint8_t)control;
    return;
  }
  s->control = (uint8_t)((control & ~(unsigned)CONTROL_FPCA) | (own & CONTROL_FPCA));
  if (s->control_written) {
    cpu_set_fpca(m->cpu, true);
  }
  if (s->control_into > 0) {
    cpu_set_one(m->cpu, s->control_into - 1U, s->control);
  }
  s->control_written = false;
  s->control_into = 0;
}

/* CPS, or MSR to one of PRIMASK, BASEPRI, BASEPRI_MAX, FAULTMASK: which, else 0. */
static bool sets_masks(const struct machine *m, uint32_t pc, uint32_t *special) {
  enum { CPS = 0xb660, CPS_BITS = 0xffe8, MSR = 0xf380, FIRST = 16, LAST = 19 };
  unsigned first = (unsigned)memory_get(&m->memory, pc, 2);
  if ((first & CPS_BITS) == CPS) {
    *special = 0;
    return true;
  }
  *special = (uint32_t)memory_get(&m->memory, pc + 2, 2) & 0xffU;
  return (first & 0xfff0U) == MSR && *special >= FIRST && *special <= LAST;
}

static uint64_t masks_of(const struct machine *m) {
  const struct exceptions *x = &m->state.exceptions;
  return event_masks(x->primask, x->faultmask, x->basepri);
}

static void tell_masks(struct machine *m, uint64_t old) {
  const struct machine_state *s = &m->state;
  uint32_t special = 0;
  if (m->host.event == NULL || !sets_masks(m, s->acting_pc, &special)) {
    return;
  }
  struct event event = {.kind = EVENT_MASK,
                        .pc = s->acting_pc,
                        .context = s->context,
                        .boundary = s->acting,
                        .address = special,
                        .leaf = LEAF_NONE,
                        .value = masks_of(m),
                        .old = old};
  machine_emit(m, &event);
}

static void refresh_masks(struct machine *m) {
  struct machine_state *s = &m->state;
  struct cpu_special special;
  cpu_get_special(m->cpu, &special);
  s->recheck_masks = false;
  note_control(m, special.control);
  if (s->context.exception == 0 && (special.control & 1U) != 0) {
    guard_update(m);
    return; /* cannot change them, and reads them as zero */
  }
  bool was_set = s->exceptions.faultmask != 0;
  uint64_t old = masks_of(m);
  s->exceptions.primask = special.primask & 1U;
  s->exceptions.faultmask = special.faultmask & 1U;
  s->exceptions.basepri = (uint8_t)special.basepri & s->exceptions.priority_mask;
  bool negative = exceptions_active_priority(&s->exceptions) < 0;
  if (s->exceptions.faultmask != 0 && !was_set && negative) { /* CPSID f has no effect there */
    s->exceptions.faultmask = 0;
    cpu_clear_faultmask(m->cpu);
  }
  exceptions_update(&s->exceptions);
  guard_update(m);
  tell_masks(m, old);
}

/* Neither masked by priority nor at its source: the NVIC's bit, or SysTick's own. */
static bool is_open(const struct machine_state *s, unsigned e) {
  const struct exceptions *x = &s->exceptions;
  bool enabled = e < EXCEPTION_IRQ0
                     ? e != EXCEPTION_SYSTICK || (s->systick.control & SYSTICK_TICKINT) != 0
                     : exception_bit(x->enabled, e);
  return enabled && exception_can_preempt(x, e);
}

/* The run's own reasons to stop before the next instruction. */
static enum machine_stop wants_stop(const struct machine *m) {
  const struct machine_state *s = &m->state;
  const struct run *run = m->run;
  if (s->boundary >= run->limit) {
    return STOP_LIMIT;
  }
  if (run->mode != RUN_BRANCH) {
    return STOP_NONE;
  }
  bool met = run->meets && s->pc == run->meet_pc && s->depth == run->meet_depth &&
             s->boundary >= run->meet_after && !s->interrupted.armed;
  bool settled = run->open != NULL && *run->open <= run->settled;
  bool opened = run->opens_for != 0 && is_open(s, run->opens_for);
  return met || settled || opened ? STOP_DONE : STOP_NONE;
}

/* A restarted or continued instruction is met again by its own context. */
static void meet_interrupted(struct machine *m) {
  struct machine_state *s = &m->state;
  if (s->depth != s->interrupted.depth || s->pc != s->interrupted.pc) {
    return;
  }
  struct event event = {.kind = EVENT_RESTART,
                        .pc = s->pc,
                        .context = s->context,
                        .boundary = s->boundary,
                        .leaf = LEAF_NONE,
                        .beat = s->interrupted.beat};
  machine_emit(m, &event);
  if (!s->interrupted.continues) {
    s->interrupted.armed = false;
  }
}

static void save_before(struct machine *m, const struct code *code) {
  const struct machine_state *s = &m->state;
  bool wanted =
      (code->flags & CODE_BEATS) != 0 &&
      ((m->beats && machine_offers(m)) || s->arrivals.inside > 0 || s->interrupted.armed);
  m->before_saved = wanted;
  if (wanted) {
    struct cpu_registers registers;
    cpu_get(m->cpu, &registers);
    memcpy(m->before, registers.r, sizeof m->before);
  }
}

/* What the model must do or know ahead of this instruction. False: the executor
 * must not execute it. */
static bool note_flags(struct machine *m, const struct code *code) {
  struct machine_state *s = &m->state;
  if ((code->flags & CODE_SPECIAL) != 0) {
    m->special = true;
    return false;
  }
  guard_instruction(m, code);
  if (m->trap.exception != 0 || s->exceptions.take != 0 || m->run->stop != STOP_NONE) {
    return false;
  }
  save_before(m, code);
  if ((code->flags & CODE_MASKS) != 0) {
    s->recheck_masks = true;
  }
  if ((code->flags & (CODE_SETS_CONTROL | CODE_GETS_CONTROL)) != 0 && m->core->has_fpu) {
    bool gets = (code->flags & CODE_GETS_CONTROL) != 0 && code->base < 13;
    s->recheck_masks = true;
    s->control_written = (code->flags & CODE_SETS_CONTROL) != 0 && guard_is_privileged(m);
    s->control_into = (uint8_t)(gets ? code->base + 1 : 0);
  }
  if ((code->flags & CODE_EXCLUSIVE) != 0) {
    s->monitor_set = (code->flags & CODE_CLEARS) == 0;
  }
  if ((code->flags & CODE_SEND) != 0) {
    s->event_register = true;
  }
  if ((code->flags & CODE_STATICS) != 0) {
    call_begin(m);
  }
  return true;
}

/* Only behind its IT is an instruction in its block. */
static void note_block(struct machine *m, const struct code *code) {
  if (code == NULL || code->it_state == 0) {
    m->state.in_block = code != NULL && (code->flags & CODE_BLOCK) != 0;
  }
}

/* Before an instruction executes: everything that happens at a boundary. */
static void on_instruction(void *owner, uint32_t pc) {
  struct machine *m = owner;
  struct machine_state *s = &m->state;
  if (m->draining) {
    drain(m, pc);
    return;
  }
  if (m->violation.exception != 0) {
    stop_here(m);
    return;
  }
  m->guarded = false;
  accesses_finish(m);
  const struct code *code = machine_code(m, pc);
  uint8_t it_state = code != NULL && s->in_block ? code->it_state : 0;
  if (has_left(m)) {
    stop_executor(m, it_state);
    return;
  }
  s->pc = pc;
  s->it_state = it_state;
  note_block(m, code);
  if (s->recheck_masks) {
    refresh_masks(m);
  }
  if (m->host.stops != NULL && m->host.stops(m->host.owner)) {
    m->run->limit = s->boundary;
  }
  if (machine_offers(m) && s->boundary < m->run->limit) {
    m->host.place(m->host.owner, PLACE_BOUNDARY, 0);
  }
  if (m->run->mode == RUN_SPINE) {
    progress_boundary(m);
  } else if (m->run->mode == RUN_PROBE) {
    spin_look(m);
  }
  m->run->stop = m->run->stop != STOP_NONE ? m->run->stop : wants_stop(m);
  if (m->run->stop != STOP_NONE || s->exceptions.take != 0) {
    stop_here(m);
    return;
  }
  if (code == NULL || (s->traps & CODE_MEMORY) != 0) {
    guard_fetch(m);
    if (code == NULL && m->trap.exception == 0) {
      m->trap = fault_of_fetch(pc);
    }
    if (m->trap.exception != 0) {
      stop_here(m);
      return;
    }
  }
  if (s->interrupted.armed) {
    meet_interrupted(m);
  }
  if (m->footprint != NULL) {
    footprint_instruction(m->footprint, code);
  }
  if (s->calls.count > 0) {
    calls_look(m, pc);
  }
  if (m->host.instruction != NULL) {
    m->host.instruction(m->host.owner);
  }
  if ((code->flags & s->traps) != 0 && !note_flags(m, code)) {
    stop_here(m);
    return;
  }
  m->moves_stack = (code->flags & CODE_STACK) != 0;
  if (m->edges.map != NULL && m->run->mode == RUN_SPINE) {
    edges_step(&m->edges, pc, code_size(code), s->context.serial);
  }
  s->acting = s->boundary++;
  s->acting_pc = pc;
  s->acting_it = s->it_state;
  s->time++;
  s->instructions++;
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

/* What kept the next instruction from executing, or the last from standing. */
static void settle_traps(struct machine *m) {
  if (m->violation.exception != 0) {
    m->queued = 0;
    guard_take_back(m);
  } else if (m->trap.exception != 0) {
    struct fault fault = m->trap;
    m->trap = (struct fault){0};
    fault_pend(m, &fault);
  } else if (m->special) {
    special_execute(m);
  }
}

/* EXC_RETURN with its bit 0, which the executor's pc does not have: as it was
 * loaded, or from BX's register. */
static uint32_t exc_return_value(struct machine *m, uint32_t shown) {
  const struct code *code = machine_code(m, m->state.acting_pc);
  uint32_t value = shown;
  if (m->queued > 0) {
    value = (uint32_t)m->queue[m->queued - 1].value;
  } else if (code != NULL && code->reads != 0 && (code->flags & CODE_MEMORY) == 0) {
    value = cpu_get_one(m->cpu, (unsigned)__builtin_ctz(code->reads));
  }
  return (value | 1U) == shown ? value : shown;
}

/* Lets the executor run until something needs the model. */
static void execute(struct machine *m) {
  struct machine_state *s = &m->state;
  if (s->invalid_state) {
    fault_raise(m, EXCEPTION_USAGEFAULT, CFSR_INVSTATE, s->pc);
    return;
  }
  m->stopping = m->special = m->guarded = false;
  struct cpu_exit exit = cpu_run(m->cpu, s->pc, s->it_state);
  if (m->draining) {
    undo_rewind(&m->undo, m->drain_mark);
    cpu_context_restore(m->cpu, m->drain_context);
    m->draining = false;
  }
  if (m->stopping || m->violation.exception != 0) {
    settle_traps(m);
    return;
  }
  if (exit.kind == CPU_EXCEPTION_RETURN) {
    uint32_t value = exc_return_value(m, exit.value);
    accesses_finish(m);
    if (!has_left(m)) {
      s->action = ACTION_RETURN;
      s->exc_return = value;
    }
  } else if (exit.kind != CPU_STOPPED) {
    accesses_finish(m);
    if (!has_left(m)) {
      fault_of_exit(m, &exit);
    }
  }
}

static void offer(struct machine *m, enum place_kind kind) {
  /* Who may stop anywhere goes on behind the limit and is not asked twice. */
  bool before_limit = m->state.boundary < m->run->limit || m->host.stops != NULL;
  if (machine_offers(m) && before_limit) {
    m->host.place(m->host.owner, kind, 0);
  }
}

void machine_continue(struct machine *m, struct run *run) {
  struct run *outer = m->run;
  struct machine_state *s = &m->state;
  m->run = run;
  run->stop = STOP_NONE;
  while (run->stop == STOP_NONE) {
    if (s->action == ACTION_RETURN) {
      if (s->recheck_masks) {
        refresh_masks(m);
      }
      offer(m, PLACE_RETURN);
      exception_return(m);
    } else if (s->action == ACTION_RESUME) {
      exception_resume(m);
    } else if (s->exceptions.take != 0) {
      offer(m, PLACE_ENTRY);
      exception_enter(m);
    } else if (s->locked_up) {
      run->stop = STOP_LOCKUP;
    } else if (s->asleep) {
      special_sleep(m, false);
    } else {
      execute(m);
    }
  }
  m->run = outer;
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
  if (exception == EXCEPTION_SYSTICK) {
    systick_restart(&s->systick, s->time);
    s->next_arrival = systick_expiry(&s->systick);
  }
  exceptions_update(&s->exceptions);
}

/* Code space where the image has no memory: the rest of the flash, and the pages
 * where parts keep calibration, serial numbers or boot ROM. It reads as erased
 * flash, and each such read is listed with the registers. Where no flash lies at
 * the bottom, the lowest addresses fault, so that null pointers are seen. */
static const uint32_t FACTORY_LOW = 0x00800000, FACTORY_HIGH = 0x20000000;

static const struct region *next_region(const struct memory *memory, uint64_t from) {
  const struct region *next = NULL;
  for (size_t i = 0; i < memory->count; i++) {
    const struct region *region = &memory->regions[i];
    bool ahead = (uint64_t)region->base + region->size > from;
    if (ahead && (next == NULL || region->base < next->base)) {
      next = region;
    }
  }
  return next;
}

static bool map_factory_pages(struct machine *m, struct error *error) {
  uint64_t at = memory_region(&m->memory, 0, 4) != NULL ? 0 : FACTORY_LOW;
  while (at < FACTORY_HIGH) {
    const struct region *next = next_region(&m->memory, at);
    uint64_t end = next != NULL && next->base < FACTORY_HIGH ? next->base : FACTORY_HIGH;
    if (end > at && !cpu_map_device(m->cpu, (uint32_t)at, (uint32_t)(end - at), error)) {
      return false;
    }
    at = next != NULL ? (uint64_t)next->base + next->size : FACTORY_HIGH;
  }
  return true;
}

/* Registers where other parts have RAM: LPC17xx's GPIO. */
static bool map_devices(struct machine *m, struct error *error) {
  for (size_t i = 0; i < m->config.memory_count; i++) {
    const struct memory_part *part = &m->config.memory[i];
    if (part->device && part->base >= FACTORY_HIGH &&
        !cpu_map_device(m->cpu, part->base, part->size, error)) {
      return false;
    }
  }
  return true;
}

static bool map_everything(struct machine *m, struct error *error) {
  for (size_t i = 0; i < m->memory.count; i++) {
    const struct region *region = &m->memory.regions[i];
    if (!cpu_map_memory(m->cpu, region->base, region->size, region->host, region->writable,
                        error)) {
      return false;
    }
    m->code[i] = allocate(region->size / 2, sizeof *m->code[i]);
  }
  if (!map_devices(m, error)) {
    return false;
  }
  if (!m->config.strict_memory && !map_factory_pages(m, error)) {
    return false;
  }
  if (bitband_exists(m) && !cpu_map_device(m->cpu, 0x22000000, 0x02000000, error)) {
    return false;
  }
  /* The vendor's part of the system region: CoreSight ROM tables and the like. */
  if (!m->config.strict_memory && !cpu_map_device(m->cpu, 0xf0000000, 0x00100000, error)) {
    return false;
  }
  return cpu_map_device(m->cpu, 0x40000000, 0x20000000, error) &&
         cpu_map_device(m->cpu, 0xe0000000, 0x00100000, error);
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
  peripherals_reset(m);
}

uint64_t machine_model_hash(const struct machine *m) {
  const struct machine_state *s = &m->state;
  XXH3_state_t hash;
  XXH3_64bits_reset(&hash);
  XXH3_64bits_update(&hash, &s->exceptions, offsetof(struct exceptions, execution_priority));
  XXH3_64bits_update(&hash, &s->scb, sizeof s->scb);
  XXH3_64bits_update(&hash, &s->mpu, sizeof s->mpu);
  const uint32_t small[] = {s->systick.control, s->systick.reload, s->depth,
                            s->event_register,  s->control,        s->context.exception};
  XXH3_64bits_update(&hash, small, sizeof small);
  return XXH3_64bits_digest(&hash);
}

uint64_t machine_state_hash(struct machine *m) {
  struct cpu_registers registers;
  cpu_get(m->cpu, &registers);
  const struct region *ram = m->memory.ram;
  uint64_t seed = machine_model_hash(m) ^ m->state.pc ^ m->state.boundary << 32;
  seed = XXH3_64bits_withSeed(&registers, sizeof registers, seed);
  return XXH3_64bits_withSeed(ram->host, ram->size, seed ^ m->state.device_hash);
}

bool machine_live_hash(struct machine *m, uint64_t *hash) {
  enum { CONTROL_FPCA = 4 };
  const struct machine_state *s = &m->state;
  const struct region *ram = m->memory.ram;
  struct cpu_registers registers;
  bool fp = m->core->has_fpu && (s->control & CONTROL_FPCA) != 0;
  if (fp || s->interrupted.armed || s->action != ACTION_NONE || s->exceptions.take != 0) {
    return false;
  }
  cpu_get(m->cpu, &registers);
  uint32_t low = (m->stack_low > ram->base ? m->stack_low : ram->base) & ~3U;
  uint32_t high =
      (s->context.exception == 0 && (s->control & 2U) != 0 ? cpu_msp(m->cpu) : registers.sp) &
      ~3U;
  bool inside = high >= low && high - ram->base <= ram->size;
  uint64_t dead = inside ? memory_hash_part(&m->memory, low, high) : 0;
  const uint32_t small[] = {s->pc, s->it_state, s->monitor_set, s->asleep, s->invalid_state};
  uint64_t seed = (s->memory_hash ^ dead) * 31 ^ s->device_hash ^ machine_model_hash(m);
  seed = XXH3_64bits_withSeed(small, sizeof small, seed);
  *hash = XXH3_64bits_withSeed(&registers, sizeof registers, seed);
  return true;
}
