/* Fails when the firmware of the environment variable FIRMWARE has a race. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <tornword.h>

static struct tornword_firmware *firmware;

static void load(void) {
  static const struct tornword_option options[] = {{"horizon", "2000"}, {NULL, NULL}};
  const char *path = getenv("FIRMWARE");
  struct tornword_error error;
  firmware = tornword_load(path != NULL ? path : "firmware.elf", options, &error);
  cr_assert(firmware != NULL, "%s", error.message);
}

static void unload(void) {
  tornword_unload(firmware);
}

TestSuite(firmware, .init = load, .fini = unload);

Test(firmware, no_interrupt_tears_its_data) {
  struct tornword_error error;
  struct tornword_result *result = tornword_check(firmware, &error);
  cr_assert(result != NULL, "%s", error.message);
  for (size_t i = 0; i < tornword_finding_count(result); i++) {
    cr_log_error("%s", tornword_finding(result, i)->text);
  }
  const struct tornword_certificate *certificate = tornword_result_certificate(result);
  cr_expect_gt(certificate->probed + certificate->masked, 0, "no interrupt could come: %s",
               certificate->text);
  cr_expect_eq(tornword_result_verdict(result), TORNWORD_CLEAN, "%zu findings",
               tornword_finding_count(result));
  tornword_result_free(result);
}
