#include "cli/verbs.h"

#include <stdio.h>

const struct verb *const VERBS[] = {&VERB_CHECK, &VERB_MERGE, &VERB_RUN,  &VERB_REPLAY,
                                    &VERB_DEBUG, &VERB_FUZZ,  &VERB_INFO, &VERB_CHIPS};
const size_t VERBS_COUNT = sizeof VERBS / sizeof VERBS[0];

const char PURPOSE[] =
    "Runs a Cortex-M firmware image on a simulator, lets every enabled interrupt in at every "
    "place where the hardware could let it in, and names the data that handlers tear.";

const char EXAMPLES[] =
    "  tornword check firmware.elf\n"
    "  tornword check --format json --output report.json firmware.elf\n"
    "  tornword replay tw1-3f9a01c2-5e11-b412.1x15 firmware.elf\n"
    "  tornword run firmware.elf\n";

const char EXIT_CODES[] =
    "  0  clean: no finding at or above --severity\n"
    "  1  findings\n"
    "  2  bad usage or input; one line on stderr says what would be right\n"
    "  3  not everything was decided, and nothing was found\n"
    "  tornword run exits with the firmware's own code.\n";

int verdict_exit_code(enum verdict verdict) {
  static const int codes[] = {EXIT_CLEAN, EXIT_FINDINGS, EXIT_PARTIAL};
  return codes[verdict];
}

int verb_refuse(const char *verb, const struct error *error) {
  struct texts texts = {0};
  fprintf(stderr, "tornword %s: %s\n", verb, texts_clean(&texts, error->message));
  texts_free(&texts);
  return EXIT_INPUT;
}

const char *verb_arguments(const struct verb *verb, struct texts *texts) {
  return texts_print(texts, "%s%s%s", verb->takes_token ? "TOKEN " : "",
                     verb->takes_parts ? "PART... " : "", verb->takes_image ? "IMAGE" : "");
}

void verb_note(void *argument, const char *text) {
  (void)argument;
  fprintf(stderr, "tornword: note: %s\n", text);
}
