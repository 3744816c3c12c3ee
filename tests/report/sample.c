#include "tests/report/sample.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "report/listing.h"

static const uint64_t A = 0x00000000ffffffff;
static const uint64_t B = 0xffffffff00000000;

/* The first instruction of a function that moves two words. */
static uint32_t double_move_in(const struct image *image, const char *name) {
  const struct function *function = image_function_named(image, name);
  cr_assert(function != NULL, "%s", name);
  struct instruction listing[LISTING_MAX];
  for (uint32_t pc = function->low; pc < function->high;) {
    if (listing_words(image, pc) == 2) {
      return pc;
    }
    cr_assert(listing_around(image, pc, listing) > 0);
    size_t size = 0;
    const uint8_t *bytes = listing_bytes(image, pc, &size);
    cr_assert(bytes != NULL && size >= 2);
    pc += decode_size((uint16_t)(bytes[0] | bytes[1] << 8));
  }
  cr_assert_fail("no double move in %s", name);
  return 0;
}

static struct sighting torn_write(const struct sample *sample, uint32_t leaf,
                                  uint32_t address) {
  return (struct sighting){
      .kind = FINDING_TORN_WRITE,
      .leaf = leaf,
      .accesses = 2,
      .victim = 0,
      .intruder = 1,
      .access = {{.op = EVENT_WRITE,
                  .size = 4,
                  .pc = sample->write_pc,
                  .address = address,
                  .boundary = 412,
                  .value = 0xffffffff},
                 {.op = EVENT_READ,
                  .size = 8,
                  .pc = sample->read_pc,
                  .address = address,
                  .context = {0, 15, 3},
                  .boundary = 416,
                  .value = UINT64_MAX}},
      .value = UINT64_MAX,
      .new_bytes = 0x0f,
      .expected = {B, A},
      .expected_count = 2,
  };
}

static void fill_certificate(struct sample *sample) {
  sample->interrupts[0] =
      (struct interrupt_account){.exception = 15, .places = 9000, .taken = 8880};
  sample->interrupts[1] =
      (struct interrupt_account){.exception = 21, .reason_never = "always masked"};
  sample->device = (struct device_account){0x40001000, "UART.SR", 5000, 2, 12, 1};
  sample->check.certificate = (struct certificate){.depth = 1,
                                                   .horizon = 1000,
                                                   .instructions = 4000,
                                                   .boundaries = 4000,
                                                   .beats = 2000,
                                                   .entries = 40,
                                                   .returns = 41,
                                                   .places = 6081,
                                                   .decided = {10, 1, 1000, 60, 5010},
                                                   .branches = 20,
                                                   .ranked = 10,
                                                   .complete = true,
                                                   .end = END_CLOSED,
                                                   .natural = 40,
                                                   .given = 1,
                                                   .interrupts = sample->interrupts,
                                                   .interrupt_count = 2,
                                                   .devices = &sample->device,
                                                   .device_count = 1};
}

void sample_init(struct sample *sample, const char *path) {
  *sample = (struct sample){.explorer = {.machine = {.core = CORE_M3}, .beats = true}};
  struct error error = {""};
  sample->image = image_load(path, NULL, &error);
  cr_assert(sample->image != NULL, "%s", error.message);
  sample->decoder = decoder_create();
  sample->write_pc = double_move_in(sample->image, "main");
  sample->read_pc = double_move_in(sample->image, "SysTick_Handler");
  sample->check.leaves = *image_leaves(sample->image);
  const struct variable *variables = NULL;
  size_t count = image_variables(sample->image, &variables);
  for (size_t i = 0; i < count; i++) {
    if (strcmp(variables[i].name, "X") == 0) {
      sample->finding.sighting =
          torn_write(sample, variables[i].first_leaf, variables[i].address);
    }
  }
  cr_assert_eq(sample->finding.sighting.accesses, 2, "X was found");
  strcpy(sample->finding.id, "0123456789abcdef");
  sample->finding.stack[0] = (struct call_stack){{sample->write_pc}, 1};
  sample->finding.stack[1] = (struct call_stack){{sample->read_pc}, 1};
  sample->finding.place = (struct place){PLACE_BEAT, 412, 1, sample->write_pc};
  sample->finding.exception = 15;
  sample->finding.outcome = OUTCOME_HARMFUL;
  sample->finding.mask = (struct mask_state){.priority = 256};
  sample->finding.occurrences = 183;
  sample->finding.schedule =
      (struct schedule){.image = 0x3f9a01c2,
                        .config = 0x5e11,
                        .count = 1,
                        .injections = {{.place = sample->finding.place, .exception = 15}}};
  fill_certificate(sample);
  sample->check.findings = &sample->finding;
  sample->check.finding_count = 1;
}

void sample_fini(struct sample *sample) {
  decoder_destroy(sample->decoder);
  texts_free(&sample->texts);
  image_destroy(sample->image);
}

struct report sample_report(struct sample *sample) {
  return (struct report){.image = sample->image,
                         .check = &sample->check,
                         .explorer = &sample->explorer,
                         .severity = SEVERITY_WARNING,
                         .shape = "--horizon 1000 ",
                         .decoder = sample->decoder,
                         .texts = &sample->texts};
}

char *sample_text(const struct report *report) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  report_text(out, report);
  fclose(out);
  return text;
}
