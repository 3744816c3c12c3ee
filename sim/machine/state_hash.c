/* Hashes of a machine, by which states are compared. */
#include <stddef.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sim/machine/private.h"

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
  if (s->late.open) {
    const uint64_t left = s->late.until - s->boundary;
    XXH3_64bits_update(&hash, &left, sizeof left);
    XXH3_64bits_update(&hash, s->late.set, sizeof s->late.set);
  }
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
  uint64_t seed = (s->memory_hash ^ dead) * 31 ^ s->device_hash ^ machine_model_hash(m) ^
                  discipline_hash(m);
  seed = XXH3_64bits_withSeed(small, sizeof small, seed);
  *hash = XXH3_64bits_withSeed(&registers, sizeof registers, seed);
  return true;
}
