/* Tokens: what is written is read back, and nothing else is. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/schedule.h"

Test(schedule, survives_its_text) {
  static const struct injection rows[] = {
      {{PLACE_BOUNDARY, 412, 0, 0}, 0, 15}, {{PLACE_BEAT, 38, 1, 0}, 0, 15},
      {{PLACE_ENTRY, 0, 0, 0}, 0, 2},       {{PLACE_RETURN, 123456789012345, 0, 0}, 0, 255},
      {{PLACE_BOUNDARY, 77, 0, 0}, 0, 0}, /* the run as it is */
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct schedule one = {.image = 0x00c0ffee, .config = 0x0a1b, .count = 1};
    struct schedule two;
    struct error error = {""};
    char text[SCHEDULE_TEXT];
    char again[SCHEDULE_TEXT];
    one.injections[0] = rows[i];
    schedule_format(&one, text);
    cr_assert(schedule_parse(text, &two, &error), "row %zu: %s", i, error.message);
    schedule_format(&two, again);
    cr_expect_str_eq(text, again);
    cr_expect_eq(two.image, one.image);
    cr_expect_eq(two.config, one.config);
    cr_expect_eq(two.injections[0].exception, rows[i].exception);
    cr_expect_eq(two.injections[0].place.boundary, rows[i].place.boundary);
    cr_expect_eq(two.injections[0].place.beat, rows[i].place.beat);
  }
}

Test(schedule, refuses_what_is_no_token) {
  static const struct {
    const char *text, *says;
  } rows[] = {
      {"", "is not a token"},
      {"hello", "is not a token"},
      {"tw", "is not a token"},
      {"tw9-00c0ffee-0a1b-i1x15", "machine model 9"},
      {"tw1", "not a whole token"},
      {"tw1-00c0ffee", "not a whole token"},
      {"tw1-00c0ffee-0a1b", "not a whole token"},
      {"tw1-00c0ffee-0a1b-", "not a whole token"},
      {"tw1-00c0ffee-0a1b-i", "not a whole token"},
      {"tw1-00c0ffee-0a1b-i1", "not a whole token"},
      {"tw1-00c0ffee-0a1b-i1x", "not a whole token"},
      {"tw1-00c0ffee-0a1b-i1x1", "not a whole token"},
      {"tw1-00c0ffee-0a1b-i1x256", "not a whole token"},
      {"tw1-00c0ffee-0a1b-i1x11", "not a whole token"}, /* SVCall: by execution only */
      {"tw1-00c0ffee-0a1b-b1x15", "not a whole token"},
      {"tw1-00c0ffee-0a1b-b1.0x15", "not a whole token"},
      {"tw1-00c0ffee-0a1b-b1.999x15", "not a whole token"},
      {"tw1-00c0ffee-0a1b-q1x15", "not a whole token"},
      {"tw1-00c0ffee-0a1b-i1x15 ", "not a whole token"},
      {"tw1-00c0ffee-0a1b-i99999999999999999999x15", "not a whole token"},
      {"tw1-100c0ffee-0a1b-i1x15", "not a whole token"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct schedule schedule;
    struct error error = {""};
    cr_expect(!schedule_parse(rows[i].text, &schedule, &error), "'%s' was taken", rows[i].text);
    cr_expect_not_null(strstr(error.message, rows[i].says), "'%s': %s", rows[i].text,
                       error.message);
  }
}
