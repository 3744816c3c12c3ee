#include "sim/machine/config.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

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
  models ^= discipline_fingerprint(config->arrival_rules, config->arrival_rule_count);
  uint64_t seed = models ^ layout_fingerprint(config);
  return (uint16_t)XXH3_64bits_withSeed(parts, sizeof parts, seed);
}
