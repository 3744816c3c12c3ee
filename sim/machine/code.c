#include "sim/machine/code.h"

#include <stddef.h>
#include <string.h>

#include "sim/machine/decode.h"
#include "sim/machine/private.h"

enum { BLOCK_REACH = 20 }; /* an IT instruction and its four, in bytes, at most */

static struct code *slot(struct machine *m, uint32_t pc, const struct region **found) {
  for (size_t i = 0; i < m->memory.count; i++) {
    const struct region *region = &m->memory.regions[i];
    if (pc - region->base < region->size) {
      *found = region;
      m->recent = (struct recent_code){.base = region->base,
                                       .size = region->size,
                                       .codes = m->code[i],
                                       .constant = !region->writable};
      return &m->code[i][(pc - region->base) / 2];
    }
  }
  return NULL;
}

/* Gives the instructions of the block behind an IT their ITSTATE. */
static void mark_block(struct machine *m, uint32_t pc, uint8_t it_state) {
  pc += 2;
  while (it_state != 0) {
    const struct region *region = NULL;
    struct code *member = slot(m, pc, &region);
    uint16_t first = (uint16_t)memory_get(&m->memory, pc, 2);
    if (member == NULL) {
      return;
    }
    member->it_state = it_state;
    pc += decode_size(first);
    it_state = decode_it_advance(it_state);
  }
}

static void decode(struct machine *m, uint32_t pc, const struct region *region,
                   struct code *code) {
  const uint8_t *bytes = region->host + (pc - region->base);
  size_t room = region->size - (pc - region->base);
  uint8_t it_state = code->it_state;
  *code = decode_code(m->decoder, bytes, room, pc);
  code->it_state = it_state;
  struct register_use use = decode_registers(m->decoder, bytes, room, pc);
  code->reads = use.reads;
  code->writes = use.writes;
  code->addresses = use.addresses;
  if (special_stub(m, pc) != NULL) { /* nothing of the instruction happens */
    code->flags = (code->flags & (CODE_KNOWN | CODE_WIDE)) | CODE_STUB;
  }
  if (image_has_statics(m->image, pc) || calls_region(m, pc) > 0) {
    code->flags |= CODE_STATICS;
  }
  if (region->writable) {
    reads_add(&m->reads, pc, 4);
    m->code_in_ram = true;
  }
  uint16_t first = 0;
  memcpy(&first, bytes, 2);
  if (decode_is_it(first, &it_state)) {
    mark_block(m, pc, it_state);
  }
}

struct code *machine_code_elsewhere(struct machine *m, uint32_t pc) {
  const struct region *region = NULL;
  struct code *code = slot(m, pc, &region);
  if (code != NULL && code->flags == 0) {
    decode(m, pc, region, code);
  }
  return code;
}

void code_forget(struct machine *m, uint32_t address, unsigned size) {
  const struct region *ram = m->memory.ram;
  uint32_t low = address - ram->base;
  if (low >= ram->size) {
    return;
  }
  uint32_t from = low > BLOCK_REACH ? low - BLOCK_REACH : 0;
  uint32_t to = low + size < ram->size ? low + size : ram->size;
  struct code *codes = m->code[ram - m->memory.regions];
  bool known = false;
  for (uint32_t i = from / 2; i < (to + 1) / 2; i++) {
    known |= codes[i].flags != 0;
  }
  if (known) {
    m->code_changes++;
    machine_end_stride(m);
    memset(&codes[from / 2], 0, ((to + 1) / 2 - from / 2) * sizeof *codes);
    cpu_forget_code(m->cpu, ram->base + from, ram->base + to);
  }
}

void code_forget_undone(struct machine *m, uint64_t mark) {
  const struct region *ram = m->memory.ram;
  for (uint64_t i = mark; i < undo_mark(&m->undo); i++) {
    const struct undo_entry *entry = undo_at(&m->undo, i);
    size_t offset = (size_t)((uint8_t *)entry->where - ram->host);
    if (offset < ram->size) {
      code_forget(m, ram->base + (uint32_t)offset, entry->size);
    }
  }
}
