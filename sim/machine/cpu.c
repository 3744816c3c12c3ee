#include "sim/machine/cpu.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unicorn/unicorn.h>

#ifdef WITHOUT_PAGE_LOCKS
#include "sim/machine/page_locks.h"
#endif

/* Why things are done this way is in docs/fidelity.md ("The executor"): one
 * CODE hook for everything, no `until`, no `count`, hooks before the first
 * run, M-profile opened without UC_MODE_MCLASS. */

enum { STUB_SIZE = 0x1000, STUB_LIMIT = 24 };
static const uint32_t NOWHERE = 0xfffffffe; /* no code lies there */

struct device_region {
  struct cpu *cpu;
  uint32_t base;
};

struct cpu {
  uc_engine *uc;
  struct cpu_owner owner;
  struct cpu_exit *exit; /* of the innermost cpu_run */
  struct device_region devices[STUB_LIMIT];
  size_t device_count;
  uint32_t stub; /* address of the page with `clrex; bkpt` */
  void *stub_page;
  bool in_stub;
  bool v7m;
};

struct cpu_context {
  uc_context *context;
};

static void must(uc_err err) {
  assert(err == UC_ERR_OK);
  (void)err;
}

static void hook_code(uc_engine *uc, uint64_t address, uint32_t size, void *user) {
  (void)uc;
  (void)size;
  struct cpu *cpu = user;
  if (!cpu->in_stub) {
    cpu->owner.instruction(cpu->owner.owner, (uint32_t)address);
  }
}

static void hook_memory(uc_engine *uc, uc_mem_type type, uint64_t address, int size,
                        int64_t value, void *user) {
  (void)uc;
  struct cpu *cpu = user;
  cpu->owner.access(cpu->owner.owner, type == UC_MEM_WRITE, (uint32_t)address, (unsigned)size,
                    (uint64_t)value);
}

static uint32_t get(struct cpu *cpu, int reg) {
  uint32_t value = 0;
  must(uc_reg_read(cpu->uc, reg, &value));
  return value;
}

static void set(struct cpu *cpu, int reg, uint32_t value) {
  must(uc_reg_write(cpu->uc, reg, &value));
}

static void leave(struct cpu *cpu, enum cpu_exit_kind kind, uint32_t pc, uint32_t address,
                  uint32_t value) {
  if (cpu->exit->kind == CPU_STOPPED) {
    *cpu->exit = (struct cpu_exit){.kind = kind, .pc = pc, .address = address, .value = value};
  }
  uc_emu_stop(cpu->uc);
}

/* Numbers are QEMU's EXCP_ constants as Unicorn passes them on. */
static void hook_interrupt(uc_engine *uc, uint32_t number, void *user) {
  struct cpu *cpu = user;
  if (cpu->in_stub) {
    uc_emu_stop(uc);
    return;
  }
  uint32_t pc = get(cpu, UC_ARM_REG_PC);
  switch (number) {
    case 2:
      leave(cpu, CPU_SVC, pc, 0, 0);
      break;
    case 3:
      leave(cpu, CPU_BAD_FETCH, pc, pc, 0);
      break;
    case 4:
      leave(cpu, CPU_UNALIGNED, pc, 0, 0);
      break;
    case 7:
      leave(cpu, CPU_BKPT, pc, 0, 0);
      break;
    case 8:
      leave(cpu, CPU_EXCEPTION_RETURN, pc, 0, pc | 1U);
      break;
    case 17:
      leave(cpu, CPU_NO_COPROCESSOR, pc, 0, 0);
      break;
    default:
      leave(cpu, CPU_UNDEFINED, pc, 0, number);
      break;
  }
}

static bool hook_invalid_memory(uc_engine *uc, uc_mem_type type, uint64_t address, int size,
                                int64_t value, void *user) {
  (void)uc;
  (void)size;
  (void)value;
  struct cpu *cpu = user;
  enum cpu_exit_kind kind = CPU_BAD_FETCH;
  if (type == UC_MEM_READ_UNMAPPED || type == UC_MEM_READ_PROT) {
    kind = CPU_BAD_READ;
  } else if (type == UC_MEM_WRITE_UNMAPPED || type == UC_MEM_WRITE_PROT) {
    kind = CPU_BAD_WRITE;
  }
  if (cpu->exit->kind == CPU_STOPPED) {
    *cpu->exit = (struct cpu_exit){
        .kind = kind, .pc = get(cpu, UC_ARM_REG_PC), .address = (uint32_t)address};
  }
  return false;
}

static enum cpu_exit_kind undefined_kind(struct cpu *cpu) {
  bool thumb = (get(cpu, UC_ARM_REG_XPSR) >> 24 & 1U) != 0;
  return thumb ? CPU_UNDEFINED : CPU_INVALID_STATE;
}

static bool hook_invalid_instruction(uc_engine *uc, void *user) {
  (void)uc;
  struct cpu *cpu = user;
  leave(cpu, undefined_kind(cpu), get(cpu, UC_ARM_REG_PC), 0, 0);
  return false;
}

static uint64_t device_read(uc_engine *uc, uint64_t offset, unsigned size, void *user) {
  (void)uc;
  const struct device_region *region = user;
  const struct cpu_owner *owner = &region->cpu->owner;
  return owner->device_read(owner->owner, region->base + (uint32_t)offset, size);
}

static void device_write(uc_engine *uc, uint64_t offset, unsigned size, uint64_t value,
                         void *user) {
  (void)uc;
  const struct device_region *region = user;
  const struct cpu_owner *owner = &region->cpu->owner;
  owner->device_write(owner->owner, region->base + (uint32_t)offset, size, value);
}

static int model_of(enum core core) {
  static const int models[CORE_COUNT] = {
      [CORE_M0] = UC_CPU_ARM_CORTEX_M0,  [CORE_M0PLUS] = UC_CPU_ARM_CORTEX_M0,
      [CORE_M3] = UC_CPU_ARM_CORTEX_M3,  [CORE_M4] = UC_CPU_ARM_CORTEX_M4,
      [CORE_M4F] = UC_CPU_ARM_CORTEX_M4, [CORE_M7] = UC_CPU_ARM_CORTEX_M7,
  };
  return models[core];
}

static void add_hook(struct cpu *cpu, int type, void *function) {
  uc_hook handle = 0;
  must(uc_hook_add(cpu->uc, &handle, type, function, cpu, 1, 0));
}

static void *function_pointer(void (*function)(void)) {
  void *pointer = NULL;
  memcpy(&pointer, &function, sizeof pointer);
  return pointer;
}
#define HOOK(function) function_pointer((void (*)(void))(function))

/* The page that holds the two instructions that clear the exclusive monitor. */
static bool map_stub(struct cpu *cpu, struct error *error) {
  static const uint8_t v7m[] = {0xbf, 0xf3, 0x2f, 0x8f, 0x00, 0xbe}; /* clrex; bkpt 0 */
  cpu->stub = 0x9ff00000;
  cpu->stub_page = aligned_alloc(STUB_SIZE, STUB_SIZE);
  if (cpu->stub_page == NULL) {
    abort();
  }
  memset(cpu->stub_page, 0, STUB_SIZE);
  memcpy(cpu->stub_page, v7m, sizeof v7m);
  return cpu_map_memory(cpu, cpu->stub, STUB_SIZE, cpu->stub_page, false, error);
}

/* Unicorn's own macros shift into the sign bit. */
__attribute__((no_sanitize("shift"))) static void choose_model(struct cpu *cpu,
                                                               enum core core) {
  int chosen = -1;
  must(uc_ctl_set_cpu_model(cpu->uc, model_of(core)));
  must(uc_ctl_get_cpu_model(cpu->uc, &chosen));
  assert(chosen == model_of(core));
}

struct cpu *cpu_create(enum core core, const struct cpu_owner *owner, struct error *error) {
  struct cpu *cpu = allocate(1, sizeof *cpu);
#ifdef WITHOUT_PAGE_LOCKS
  page_locks_leave_out();
#endif
  cpu->owner = *owner;
  cpu->v7m = core_traits(core)->v7m;
  uc_err err = uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &cpu->uc);
  if (err != UC_ERR_OK) {
    error_set(error, "Unicorn cannot be opened: %s", uc_strerror(err));
    free(cpu);
    return NULL;
  }
  choose_model(cpu, core);
  add_hook(cpu, UC_HOOK_CODE, HOOK(hook_code));
  add_hook(cpu, UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE, HOOK(hook_memory));
  add_hook(cpu, UC_HOOK_INTR, HOOK(hook_interrupt));
  add_hook(cpu, UC_HOOK_MEM_INVALID, HOOK(hook_invalid_memory));
  add_hook(cpu, UC_HOOK_INSN_INVALID, HOOK(hook_invalid_instruction));
  if (cpu->v7m && !map_stub(cpu, error)) {
    cpu_destroy(cpu);
    return NULL;
  }
  return cpu;
}

void cpu_destroy(struct cpu *cpu) {
  if (cpu == NULL) {
    return;
  }
  uc_close(cpu->uc);
  free(cpu->stub_page);
  free(cpu);
}

bool cpu_map_memory(struct cpu *cpu, uint32_t base, uint32_t size, void *host, bool writable,
                    struct error *error) {
  uint32_t permissions = UC_PROT_READ | UC_PROT_EXEC | (writable ? UC_PROT_WRITE : 0U);
  uc_err err = uc_mem_map_ptr(cpu->uc, base, size, permissions, host);
  if (err != UC_ERR_OK) {
    return error_set(error, "memory of 0x%x bytes cannot be placed at 0x%08x: %s", size, base,
                     uc_strerror(err));
  }
  return true;
}

bool cpu_map_device(struct cpu *cpu, uint32_t base, uint32_t size, struct error *error) {
  assert(cpu->device_count < STUB_LIMIT);
  struct device_region *region = &cpu->devices[cpu->device_count++];
  *region = (struct device_region){cpu, base};
  uc_err err = uc_mmio_map(cpu->uc, base, size, device_read, region, device_write, region);
  if (err != UC_ERR_OK) {
    return error_set(error, "devices cannot be placed at 0x%08x: %s", base, uc_strerror(err));
  }
  return true;
}

static void write_xpsr(struct cpu *cpu, uint32_t flags, unsigned exception) {
  uint32_t xpsr = (flags & 0xf80f0000U) | 1U << 24 | exception;
  set(cpu, UC_ARM_REG_XPSR, xpsr);
  /* Rebuilds the executor's cached mode flags, which XPSR alone does not. */
  set(cpu, UC_ARM_REG_APSR_NZCV, flags & 0xf0000000U);
}

/* `until` = 0, which is what costs nothing, takes address 0 for the end: the run
 * goes on from there with another one. */
static uc_err go_on_at_zero(struct cpu *cpu, struct cpu_exit *exit) {
  bool thumb = undefined_kind(cpu) != CPU_INVALID_STATE;
  exit->kind = thumb ? CPU_STOPPED : CPU_INVALID_STATE;
  return thumb ? uc_emu_start(cpu->uc, 1, NOWHERE, 0, 0) : UC_ERR_OK;
}

struct cpu_exit cpu_run(struct cpu *cpu, uint32_t pc, uint8_t it_state) {
  struct cpu_exit exit = {.kind = CPU_STOPPED};
  struct cpu_exit *outer = cpu->exit;
  cpu->exit = &exit;
  if (it_state != 0) {
    uint32_t it = it_state;
    set(cpu, UC_ARM_REG_EPSR, 1U << 24 | (it & 3U) << 25 | (it >> 2) << 10);
  }
  uc_err err = uc_emu_start(cpu->uc, pc | 1U, 0, 0, 0);
  if (exit.kind == CPU_BAD_FETCH && exit.pc == 0) {
    err = go_on_at_zero(cpu, &exit);
  }
  if (exit.kind == CPU_STOPPED && err != UC_ERR_OK) {
    exit.pc = get(cpu, UC_ARM_REG_PC);
    if (err == UC_ERR_INSN_INVALID || err == UC_ERR_EXCEPTION) {
      exit.kind = undefined_kind(cpu);
    } else {
      exit.kind = CPU_BAD_FETCH;
      exit.address = exit.pc;
    }
  }
  cpu->exit = outer;
  return exit;
}

void cpu_stop(struct cpu *cpu) {
  uc_emu_stop(cpu->uc);
}

static const int REGISTERS[16] = {
    UC_ARM_REG_R0,  UC_ARM_REG_R1, UC_ARM_REG_R2,  UC_ARM_REG_R3,
    UC_ARM_REG_R4,  UC_ARM_REG_R5, UC_ARM_REG_R6,  UC_ARM_REG_R7,
    UC_ARM_REG_R8,  UC_ARM_REG_R9, UC_ARM_REG_R10, UC_ARM_REG_R11,
    UC_ARM_REG_R12, UC_ARM_REG_SP, UC_ARM_REG_LR,  UC_ARM_REG_XPSR,
};

void cpu_get(struct cpu *cpu, struct cpu_registers *registers) {
  int ids[16];
  void *values[16];
  memcpy(ids, REGISTERS, sizeof ids);
  for (unsigned i = 0; i < 13; i++) {
    values[i] = &registers->r[i];
  }
  values[13] = &registers->sp;
  values[14] = &registers->lr;
  values[15] = &registers->xpsr;
  must(uc_reg_read_batch(cpu->uc, ids, values, 16));
}

void cpu_set_low(struct cpu *cpu, const uint32_t r[13]) {
  for (unsigned i = 0; i < 13; i++) {
    set(cpu, REGISTERS[i], r[i]);
  }
}

void cpu_set_one(struct cpu *cpu, unsigned number, uint32_t value) {
  assert(number < 15);
  set(cpu, REGISTERS[number], value);
}

void cpu_get_frame(struct cpu *cpu, struct cpu_registers *registers) {
  static const int numbers[8] = {0, 1, 2, 3, 12, 13, 14, 15};
  int ids[8];
  for (unsigned i = 0; i < 8; i++) {
    ids[i] = REGISTERS[numbers[i]];
  }
  void *values[8] = {&registers->r[0],  &registers->r[1], &registers->r[2], &registers->r[3],
                     &registers->r[12], &registers->sp,   &registers->lr,   &registers->xpsr};
  must(uc_reg_read_batch(cpu->uc, ids, values, 8));
}

uint32_t cpu_get_one(struct cpu *cpu, unsigned number) {
  assert(number < 15);
  return get(cpu, REGISTERS[number]);
}

void cpu_get_fp(struct cpu *cpu, struct cpu_fp *fp) {
  for (int i = 0; i < 16; i++) {
    fp->s[i] = get(cpu, UC_ARM_REG_S0 + i);
  }
  fp->fpscr = get(cpu, UC_ARM_REG_FPSCR);
}

void cpu_set_fp(struct cpu *cpu, const struct cpu_fp *fp) {
  for (int i = 0; i < 16; i++) {
    set(cpu, UC_ARM_REG_S0 + i, fp->s[i]);
  }
  set(cpu, UC_ARM_REG_FPSCR, fp->fpscr);
}

uint64_t cpu_get_double(struct cpu *cpu, unsigned number) {
  uint64_t value = 0;
  must(uc_reg_read(cpu->uc, UC_ARM_REG_D0 + (int)number, &value));
  return value;
}

void cpu_set_double(struct cpu *cpu, unsigned number, uint64_t value) {
  must(uc_reg_write(cpu->uc, UC_ARM_REG_D0 + (int)number, &value));
}

uint32_t cpu_get_fpscr(struct cpu *cpu) {
  return get(cpu, UC_ARM_REG_FPSCR);
}

void cpu_set_fpscr(struct cpu *cpu, uint32_t value) {
  set(cpu, UC_ARM_REG_FPSCR, value);
}

/* Privileged modes only: handlers. */

void cpu_set_lr(struct cpu *cpu, uint32_t lr) {
  set(cpu, UC_ARM_REG_LR, lr);
}

/* Thread mode with SPSEL = 0: while still in a handler SPSEL cannot be written,
 * and while unprivileged neither can CONTROL, so the way leads through
 * privileged thread mode (ARMv7-M B1.4.4 forbids the short way). */
static void select_main_stack(struct cpu *cpu, uint32_t flags, uint32_t control) {
  write_xpsr(cpu, flags, 3); /* any handler: privileged */
  set(cpu, UC_ARM_REG_CONTROL, control & ~1U);
  write_xpsr(cpu, flags, 0);
  set(cpu, UC_ARM_REG_CONTROL, control & ~3U);
  write_xpsr(cpu, flags, 3);
  set(cpu, UC_ARM_REG_CONTROL, control & ~2U);
}

void cpu_enter_handler(struct cpu *cpu, const struct cpu_entry *entry) {
  static const int registers[4] = {UC_ARM_REG_XPSR, UC_ARM_REG_APSR_NZCV, UC_ARM_REG_MSP,
                                   UC_ARM_REG_LR};
  uint32_t xpsr = (entry->xpsr & 0xf80f0000U) | 1U << 24 | entry->exception;
  uint32_t flags = entry->xpsr & 0xf0000000U;
  uint32_t msp = entry->msp;
  uint32_t lr = entry->lr;
  void *const values[4] = {&xpsr, &flags, &msp, &lr};
  if (entry->from_process_stack) {
    select_main_stack(cpu, entry->xpsr, get(cpu, UC_ARM_REG_CONTROL));
  }
  int ids[4];
  memcpy(ids, registers, sizeof ids);
  must(uc_reg_write_batch(cpu->uc, ids, values, 4));
}

void cpu_resume(struct cpu *cpu, const uint32_t frame[8], unsigned exception, bool thread_psp,
                uint32_t sp) {
  static const int ids[6] = {UC_ARM_REG_R0, UC_ARM_REG_R1,  UC_ARM_REG_R2,
                             UC_ARM_REG_R3, UC_ARM_REG_R12, UC_ARM_REG_LR};
  if (thread_psp) {
    uint32_t control = get(cpu, UC_ARM_REG_CONTROL);
    set(cpu, UC_ARM_REG_CONTROL, control & ~1U);
    write_xpsr(cpu, frame[7], 0);
    set(cpu, UC_ARM_REG_CONTROL, (control & ~1U) | 2U);
    set(cpu, UC_ARM_REG_PSP, sp);
    if ((control & 1U) != 0) {
      set(cpu, UC_ARM_REG_CONTROL, control | 2U);
    }
  } else {
    set(cpu, UC_ARM_REG_MSP, sp);
    write_xpsr(cpu, frame[7], exception);
  }
  for (unsigned i = 0; i < 6; i++) {
    set(cpu, ids[i], frame[i]);
  }
}

void cpu_get_special(struct cpu *cpu, struct cpu_special *special) {
  special->primask = get(cpu, UC_ARM_REG_PRIMASK);
  special->control = get(cpu, UC_ARM_REG_CONTROL);
  special->basepri = cpu->v7m ? get(cpu, UC_ARM_REG_BASEPRI) : 0;
  special->faultmask = cpu->v7m ? get(cpu, UC_ARM_REG_FAULTMASK) : 0;
}

void cpu_clear_faultmask(struct cpu *cpu) {
  set(cpu, UC_ARM_REG_FAULTMASK, 0);
}

/* The executor hides the stack pointers from unprivileged code, and would hide
 * them from us: any handler is privileged. */
static uint32_t become_privileged(struct cpu *cpu) {
  uint32_t xpsr = get(cpu, UC_ARM_REG_XPSR);
  bool unprivileged = (xpsr & 0x1ffU) == 0 && (get(cpu, UC_ARM_REG_CONTROL) & 1U) != 0;
  if (!unprivileged) {
    return 0;
  }
  write_xpsr(cpu, xpsr, 3);
  return xpsr | 1U << 24;
}

static void become_again(struct cpu *cpu, uint32_t xpsr) {
  if (xpsr != 0) {
    write_xpsr(cpu, xpsr, 0);
  }
}

void cpu_set_fpca(struct cpu *cpu, bool active) {
  uint32_t xpsr = become_privileged(cpu);
  uint32_t control = get(cpu, UC_ARM_REG_CONTROL);
  set(cpu, UC_ARM_REG_CONTROL, active ? control | 4U : control & ~4U);
  become_again(cpu, xpsr);
}

static uint32_t stack_pointer(struct cpu *cpu, int which) {
  uint32_t xpsr = become_privileged(cpu);
  uint32_t value = get(cpu, which);
  become_again(cpu, xpsr);
  return value;
}

uint32_t cpu_msp(struct cpu *cpu) {
  return stack_pointer(cpu, UC_ARM_REG_MSP);
}

uint32_t cpu_psp(struct cpu *cpu) {
  return stack_pointer(cpu, UC_ARM_REG_PSP);
}

static void set_privileged(struct cpu *cpu, int which, uint32_t value) {
  uint32_t xpsr = become_privileged(cpu);
  set(cpu, which, value);
  become_again(cpu, xpsr);
}

void cpu_set_msp(struct cpu *cpu, uint32_t value) {
  set_privileged(cpu, UC_ARM_REG_MSP, value);
}

void cpu_set_psp(struct cpu *cpu, uint32_t value) {
  set_privileged(cpu, UC_ARM_REG_PSP, value);
}

void cpu_set_masks(struct cpu *cpu, const struct cpu_special *special) {
  set_privileged(cpu, UC_ARM_REG_PRIMASK, special->primask);
  if (cpu->v7m) {
    set_privileged(cpu, UC_ARM_REG_BASEPRI, special->basepri);
    set_privileged(cpu, UC_ARM_REG_FAULTMASK, special->faultmask);
  }
}

void cpu_set_flags(struct cpu *cpu, uint32_t xpsr) {
  write_xpsr(cpu, xpsr, get(cpu, UC_ARM_REG_XPSR) & 0x1ffU);
}

void cpu_reset(struct cpu *cpu, uint32_t msp) {
  static const uint32_t zeros[13] = {0};
  write_xpsr(cpu, 0, 3);
  set(cpu, UC_ARM_REG_CONTROL, 0);
  write_xpsr(cpu, 0, 0);
  set(cpu, UC_ARM_REG_CONTROL, 0);
  cpu_set_low(cpu, zeros);
  set(cpu, UC_ARM_REG_PSP, 0);
  set(cpu, UC_ARM_REG_MSP, msp);
  set(cpu, UC_ARM_REG_LR, 0xffffffff);
  set(cpu, UC_ARM_REG_PRIMASK, 0);
  if (cpu->v7m) {
    set(cpu, UC_ARM_REG_BASEPRI, 0);
    set(cpu, UC_ARM_REG_FAULTMASK, 0);
  }
}

void cpu_clear_exclusive(struct cpu *cpu) {
  if (!cpu->v7m) {
    return;
  }
  uint32_t pc = get(cpu, UC_ARM_REG_PC);
  cpu->in_stub = true;
  uc_emu_start(cpu->uc, cpu->stub | 1U, 0, 0, 0);
  cpu->in_stub = false;
  set(cpu, UC_ARM_REG_PC, pc | 1U);
}

__attribute__((no_sanitize("shift"))) void cpu_forget_code(struct cpu *cpu, uint32_t low,
                                                           uint32_t high) {
  must(uc_ctl_remove_cache(cpu->uc, low, high));
}

struct cpu_context *cpu_context_create(struct cpu *cpu) {
  struct cpu_context *context = allocate(1, sizeof *context);
  must(uc_context_alloc(cpu->uc, &context->context));
  return context;
}

void cpu_context_destroy(struct cpu_context *context) {
  if (context != NULL) {
    uc_context_free(context->context);
    free(context);
  }
}

void cpu_context_save(struct cpu *cpu, struct cpu_context *context) {
  must(uc_context_save(cpu->uc, context->context));
}

void cpu_context_restore(struct cpu *cpu, const struct cpu_context *context) {
  must(uc_context_restore(cpu->uc, context->context));
}

uint32_t cpu_context_get_one(const struct cpu_context *context, unsigned number) {
  uint32_t value = 0;
  assert(number < 15);
  must(uc_context_reg_read(context->context, REGISTERS[number], &value));
  return value;
}
