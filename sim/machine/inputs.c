/* Bytes of the stimulus, on their way to registers and into RAM. */
#include "sim/machine/private.h"

/* The place of the next `size` bytes that this input takes, or NULL. */
static const uint8_t *next_bytes(struct machine *m, uint32_t word, unsigned size,
                                 uint32_t **taken) {
  const struct stimulus *stimulus = m->config.stimulus;
  if (stimulus == NULL) {
    return NULL;
  }
  if (m->footprint != NULL) { /* each byte is taken once */
    m->footprint->reusable = false;
  }
  if (stimulus->awaited && m->run != NULL) {
    m->run->stop = STOP_INPUT;
    return NULL;
  }
  unsigned tag = stimulus_stream(stimulus, stimulus_tag(word));
  const struct stream *stream = &stimulus->streams[tag];
  *taken = &m->devices.taken[tag];
  return size <= stream->size - **taken ? stimulus->bytes + stream->first + **taken : NULL;
}

/* Which instruction took input for which register is coverage too: code that sets up
 * devices is long and has no jump, and a search must see that it gets further. */
static void take(struct machine *m, uint32_t word, uint32_t *taken, unsigned size) {
  enum { SALT_INPUT = 0x6c62272e };
  if (m->edges.map != NULL && m->run->mode == RUN_SPINE) {
    edge_count(&m->edges, m->edges.from ^ SALT_INPUT, word);
  }
  undo_save(&m->undo, taken, sizeof *taken);
  *taken += size;
  m->state.arrivals.turns = 0;
}

bool inputs_draw(struct machine *m, uint32_t word, unsigned size, uint32_t *value) {
  uint32_t *taken = NULL;
  const uint8_t *bytes = next_bytes(m, word, size, &taken);
  *value = 0;
  if (bytes == NULL) {
    m->run->stop = STOP_INPUT;
    return false;
  }
  for (unsigned i = 0; i < size; i++) {
    *value |= (uint32_t)bytes[i] << (8 * i);
  }
  take(m, word, taken, size);
  return true;
}

bool inputs_take(struct machine *m, uint32_t word, uint8_t *byte) {
  uint32_t *taken = NULL;
  const uint8_t *bytes = next_bytes(m, word, 1, &taken);
  if (bytes == NULL) {
    return false;
  }
  *byte = *bytes;
  take(m, word, taken, 1);
  return true;
}

bool inputs_fill(struct machine *m, uint32_t word, uint32_t address, uint32_t count) {
  uint32_t *taken = NULL;
  const uint8_t *bytes = count > 0 ? next_bytes(m, word, count, &taken) : NULL;
  const struct region *region =
      bytes != NULL ? memory_region(&m->memory, address, count) : NULL;
  if (region == NULL || !region->writable) {
    return false;
  }
  for (uint32_t i = 0; i < count; i++) {
    machine_write(m, address + i, 1, bytes[i]);
  }
  m->state.bus_accesses++; /* memory changed: no two places around it are alike */
  take(m, word, taken, count);
  return true;
}
