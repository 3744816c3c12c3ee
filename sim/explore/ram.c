#include "sim/explore/ram.h"

#include "sim/machine/machine.h"

static const uint64_t SRAM_LOW = 0x20000000, SRAM_HIGH = 0x40000000; /* ARMv7-M B3.1 */
/* RAM with variables is one piece; what lies further off is a block of its own. */
static const uint64_t LARGEST = 0x80000;

/* Hears the first access to SRAM where no memory is, and ends the run there. */
struct listener {
  const struct machine *machine;
  struct run *run;
  bool heard;
  uint32_t address;
};

static void on_event(void *owner, const struct event *event) {
  struct listener *listener = owner;
  bool beyond = event->kind == EVENT_FAULT && event->value == EXCEPTION_BUSFAULT &&
                event->address >= SRAM_LOW && event->address < SRAM_HIGH &&
                memory_region(&listener->machine->memory, event->address, 1) == NULL;
  bool on_spine = listener->machine->run == listener->run; /* not what a poll tries */
  if (beyond && on_spine && !listener->heard) {
    listener->heard = true;
    listener->address = event->address;
    listener->run->limit = 0;
  }
}

/* Lets RAM reach to the block around an address; false if it would be too large. */
static bool widen(struct machine_config *config, const struct region *ram, uint32_t block) {
  uint64_t low = block < ram->base ? block : ram->base;
  uint64_t high = (uint64_t)ram->base + ram->size;
  uint64_t end = (uint64_t)block + CONFIG_RAM_BLOCK;
  high = end > high ? end : high;
  if (ram->base < SRAM_LOW || high - low > LARGEST) {
    return false;
  }
  for (unsigned i = 0; i < config->ram_block_count; i++) {
    if (config->ram_blocks[i] >= low && config->ram_blocks[i] < high) {
      return false;
    }
  }
  config->ram_known = config->ram_known != 0 ? config->ram_known : ram->size;
  config->ram_base = (uint32_t)low;
  config->ram_size = (uint32_t)(high - low);
  return true;
}

static bool grow(struct machine_config *config, const struct memory *memory, uint32_t address) {
  uint32_t block = address & ~(uint32_t)(CONFIG_RAM_BLOCK - 1);
  if (widen(config, memory->ram, block)) {
    return true;
  }
  bool overlaps = block < memory->ram->base + memory->ram->size &&
                  memory->ram->base < block + CONFIG_RAM_BLOCK;
  if (overlaps || config->ram_block_count == CONFIG_RAM_BLOCKS) {
    return false;
  }
  config->ram_blocks[config->ram_block_count++] = block;
  return true;
}

bool ram_grow(const struct image *image, struct explorer_options *options,
              struct error *error) {
  for (bool grown = true; grown;) {
    struct machine *machine = machine_create(image, &options->machine, error);
    if (machine == NULL) {
      return false;
    }
    struct run run = {.mode = RUN_SPINE, .limit = options->max_instructions};
    struct listener listener = {.machine = machine, .run = &run};
    machine->endless = options->no_prune;
    machine->host = (struct machine_host){.owner = &listener, .event = on_event};
    machine_continue(machine, &run);
    grown = listener.heard && grow(&options->machine, &machine->memory, listener.address);
    machine_destroy(machine);
  }
  return true;
}
