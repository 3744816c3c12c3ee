/* Hashes of a machine, by which states are compared. */
#include <stddef.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sim/machine/peripherals.h"
#include "sim/machine/private.h"

uint64_t machine_model_hash(const struct machine *m) {
  const struct machine_state *s = &m->state;
  const uint32_t small[] = {s->systick.control, s->systick.reload, s->depth,
                            s->event_register,  s->control,        s->context.exception};
  uint64_t hash = XXH3_64bits(small, sizeof small);
  hash = XXH3_64bits_withSeed(&s->exceptions, offsetof(struct exceptions, execution_priority),
                              hash);
  hash = XXH3_64bits_withSeed(&s->scb, sizeof s->scb, hash);
  hash = XXH3_64bits_withSeed(&s->mpu, sizeof s->mpu, hash);
  if (s->late.open) {
    hash = XXH3_64bits_withSeed(s->late.set, sizeof s->late.set,
                                hash ^ (s->late.until - s->boundary));
  }
  return hash;
}

uint64_t machine_state_hash(struct machine *m) {
  struct cpu_registers registers;
  cpu_get(m->cpu, &registers);
  const struct region *ram = m->memory.ram;
  uint64_t seed = machine_model_hash(m) ^ m->state.pc ^ m->state.boundary << 32;
  seed = XXH3_64bits_withSeed(&registers, sizeof registers, seed);
  return XXH3_64bits_withSeed(ram->host, ram->size, seed ^ m->state.device_hash);
}

/* Code that was decoded before is not read again. */
void machine_leave_unread_out(struct machine *m) {
  const struct region *ram = m->memory.ram;
  m->state.unread_hash = 0;
  if (m->code_in_ram) {
    reads_end(&m->reads);
  } else {
    reads_begin(&m->reads, ram->base, ram->size);
  }
}

/* Of FP registers, where the program may use them: a handler's, or those of what it
 * interrupted, which are saved late. */
static uint64_t fp_hash(struct machine *m, uint64_t seed) {
  enum { DOUBLES = 16, CPACR_FP = 0xf << 20 };
  uint64_t values[DOUBLES + 1];
  if (!m->core->has_fpu || (m->state.scb.cpacr & CPACR_FP) == 0) {
    return seed;
  }
  for (unsigned i = 0; i < DOUBLES; i++) {
    values[i] = cpu_get_double(m->cpu, i);
  }
  values[DOUBLES] = cpu_get_fpscr(m->cpu);
  return XXH3_64bits_withSeed(values, sizeof values, seed);
}

bool machine_live_hash(struct machine *m, uint64_t *hash) {
  const struct machine_state *s = &m->state;
  const struct region *ram = m->memory.ram;
  struct cpu_registers registers;
  if (s->interrupted.armed || s->action != ACTION_NONE || s->exceptions.take != 0) {
    return false;
  }
  cpu_get(m->cpu, &registers);
  uint32_t low = (m->stack_low > ram->base ? m->stack_low : ram->base) & ~3U;
  uint32_t high =
      (s->context.exception == 0 && (s->control & 2U) != 0 ? cpu_msp(m->cpu) : registers.sp) &
      ~3U;
  bool inside = high >= low && high - ram->base <= ram->size;
  uint64_t dead = inside ? memory_hash_part(&m->memory, &m->reads, low, high) : 0;
  const uint32_t small[] = {s->pc, s->it_state, s->monitor_set, s->asleep, s->invalid_state};
  uint64_t seed = (s->memory_hash ^ s->unread_hash ^ dead) * 31 ^ s->device_hash ^
                  s->answer_hash << 1 ^ machine_model_hash(m) ^ discipline_hash(m) ^
                  peripherals_schedule_hash(m);
  seed = XXH3_64bits_withSeed(small, sizeof small, seed);
  *hash = XXH3_64bits_withSeed(&registers, sizeof registers, fp_hash(m, seed));
  return true;
}
