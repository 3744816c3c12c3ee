/* The certificate's lists: what became of each interrupt, which registers had
 * no model. */
#include <stdlib.h>
#include <string.h>

#include "sim/explore/private.h"

/* What kept it out wherever it was enabled; NULL: its rule let it come somewhere. */
static const char *reason_of_rule(const struct explorer *ex, unsigned e) {
  static const char *const reasons[ARRIVAL_BARS] = {
      [ARRIVAL_GAP] = "its arrival discipline keeps it away from those that came by themselves",
      [ARRIVAL_MOST] = "its arrival discipline lets no more come",
      [ARRIVAL_REQUEST] = "its arrival discipline waits for a request, and none was made",
      [ARRIVAL_CONDITION] = "the condition of its arrival discipline never held",
  };
  const struct machine_config *config = &ex->machine->config;
  const struct arrival_rule *rule = discipline_rule(ex->machine, e);
  if (rule == NULL || ex->bars[rule - config->arrival_rules][ARRIVAL_OPEN] > 0) {
    return NULL;
  }
  const uint64_t *bars = ex->bars[rule - config->arrival_rules];
  unsigned most = ARRIVAL_GAP;
  for (unsigned i = ARRIVAL_GAP; i < ARRIVAL_BARS; i++) {
    most = bars[i] > bars[most] ? i : most;
  }
  return reasons[most];
}

static const char *reason_never(const struct explorer *ex, unsigned e) {
  if (ex->taken[e] > 0) {
    return NULL;
  }
  if (exception_bit(ex->machine->state.exceptions.absent, e)) {
    return "the configuration disables it";
  }
  if (!exception_bit(ex->here->considered, e)) {
    return "the image never enables it";
  }
  const char *rule = reason_of_rule(ex, e);
  return rule != NULL ? rule : "it is masked wherever it is enabled";
}

/* The handler that most vectors share is the default one. */
static uint32_t default_handler(const uint32_t *words, size_t count) {
  uint32_t best = 0;
  size_t most = 1;
  for (size_t i = EXCEPTION_SYSTICK; i < count; i++) {
    size_t same = 0;
    for (size_t k = EXCEPTION_SYSTICK; k < count; k++) {
      same += words[k] == words[i];
    }
    if (same > most) {
      most = same;
      best = words[i];
    }
  }
  return best;
}

static bool has_handler(const struct explorer *ex, unsigned e) {
  const uint32_t *words = NULL;
  size_t count = image_vector_words(ex->image, &words);
  return e >= EXCEPTION_SYSTICK && e < count && (words[e] & 1U) != 0 &&
         words[e] != default_handler(words, count) &&
         image_function_at(ex->image, words[e] & ~1U) != NULL;
}

void account_interrupts(struct explorer *ex) {
  struct certificate *c = &ex->certificate;
  size_t capacity = 0;
  for (unsigned e = EXCEPTION_NMI; e < EXCEPTION_COUNT; e++) {
    if (!exception_bit(ex->here->considered, e) && !has_handler(ex, e)) {
      continue;
    }
    array_reserve((void **)&c->interrupts, &capacity, c->interrupt_count + 1,
                  sizeof *c->interrupts);
    c->interrupts[c->interrupt_count++] = (struct interrupt_account){
        .exception = (uint16_t)e,
        .places = ex->could[e],
        .taken = ex->taken[e],
        .reason_never = reason_never(ex, e),
    };
  }
}

static int by_address(const void *left, const void *right) {
  const struct device_account *a = left, *b = right;
  return a->address < b->address ? -1 : a->address > b->address;
}

static const char *name_of(const struct explorer *ex, uint32_t address) {
  const struct register_set *set = ex->options.machine.registers;
  const struct register_model *model = set != NULL ? registers_find(set, address) : NULL;
  return model != NULL ? model->name : NULL;
}

static void list_devices(struct explorer *ex) {
  const struct devices *devices = &ex->machine->devices;
  struct certificate *c = &ex->certificate;
  c->devices = allocate(devices->count, sizeof *c->devices);
  for (size_t i = 0; i < devices->capacity; i++) {
    const struct device_register *slot = &devices->slots[i];
    if (slot->used && slot->model == NULL) {
      c->devices[c->device_count++] =
          (struct device_account){.address = slot->address,
                                  .name = name_of(ex, slot->address),
                                  .reads = slot->reads,
                                  .writes = slot->writes,
                                  .answers = slot->answers,
                                  .answer = slot->answer};
    }
  }
  qsort(c->devices, c->device_count, sizeof *c->devices, by_address);
}

void account_finish(struct explorer *ex, enum machine_stop stop) {
  struct certificate *c = &ex->certificate;
  const struct machine_state *s = &ex->machine->state;
  c->instructions = s->instructions;
  c->end = explorer_end_of(stop);
  c->exit_code = s->exit_code;
  c->natural = s->taken;
  c->given = s->progress.gifts;
  list_devices(ex);
}
