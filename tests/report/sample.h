/* A check written by hand: what the reports look like does not depend on the
 * explorer. The image is the demo torn_enum, built for the Cortex-M3. */
#ifndef TORNWORD_TESTS_CLI_SAMPLE_H
#define TORNWORD_TESTS_CLI_SAMPLE_H

#include "report/report.h"

struct sample {
  struct image *image;
  struct explorer_options explorer;
  struct interrupt_account interrupts[2];
  struct device_account device;
  struct finding finding;
  struct check check;
  struct texts texts;
  struct decoder *decoder;
  uint32_t write_pc; /* the STRD in main that is interrupted */
  uint32_t read_pc;  /* the LDRD in SysTick_Handler */
};

/* Loads the image and fills everything in: one torn write of X. */
void sample_init(struct sample *sample, const char *path);
void sample_fini(struct sample *sample);

/* A report on it, without colour. */
struct report sample_report(struct sample *sample);

/* The text of a report; the caller frees. */
char *sample_text(const struct report *report);

#endif
