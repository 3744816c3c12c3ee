/* Schedules as text files: what is understood, and what is refused where. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "session/schedule_file.h"

#define HEAD "schedule 1\nmodel @\nimage 23b150cd\nconfig d3b1\n"

/* The text with this model's version for each @. The caller frees it. */
static char *filled(const char *text) {
  char *result = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&result, &size);
  for (const char *at = text; *at != '\0'; at++) {
    if (*at == '@') {
      fprintf(out, "%d", MODEL_VERSION);
    } else {
      fputc(*at, out);
    }
  }
  fclose(out);
  return result;
}

/* Writes a file and reads it as an argument; its name is cut from the message. */
static bool read_text(const char *template, struct schedule *schedule, char message[512]) {
  char path[] = "/tmp/schedule-XXXXXX";
  char argument[sizeof path + 1];
  struct error error = {""};
  char *text = filled(template);
  int file = mkstemp(path);
  cr_assert_geq(file, 0);
  cr_assert_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
  close(file);
  free(text);
  snprintf(argument, sizeof argument, "@%s", path);
  bool good = schedule_argument(argument, schedule, &error);
  unlink(path);
  const char *shown = error.message;
  if (strncmp(shown, path, strlen(path)) == 0) {
    shown += strlen(path);
  }
  snprintf(message, 512, "%s", shown);
  return good;
}

Test(schedule_file, what_is_written_is_read_again) {
  static const struct injection all[] = {
      {.place = {.kind = PLACE_BOUNDARY, .boundary = 412}, .exception = 15},
      {.place = {.kind = PLACE_BEAT, .boundary = 48, .beat = 3}, .exception = 2},
      {.place = {.kind = PLACE_ENTRY, .boundary = 7}, .exception = 14},
      {.place = {.kind = PLACE_RETURN, .boundary = 99}, .exception = 21},
      {.place = {.boundary = 900}},
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    struct schedule schedule = {.image = 0x0050cd, .config = 0xd3b1, .count = 1};
    struct schedule again;
    char message[512];
    char *text = NULL;
    size_t size = 0;
    schedule.injections[0] = all[i];
    FILE *out = open_memstream(&text, &size);
    schedule_write(out, &schedule, "a comment");
    fclose(out);
    cr_expect(read_text(text, &again, message), "%s: %s", text, message);
    char one[SCHEDULE_TEXT];
    char two[SCHEDULE_TEXT];
    schedule_format(&schedule, one);
    schedule_format(&again, two);
    cr_expect_str_eq(one, two);
    free(text);
  }
}

Test(schedule_file, what_it_says_may_stand_in_any_order_with_comments) {
  struct schedule schedule;
  char message[512];
  cr_expect(read_text("# found on Monday\n\nschedule 1\ninject irq5 at boundary 3 # early\n"
                      "  config   d3b1\nimage 1\nmodel @",
                      &schedule, message),
            "%s", message);
  cr_expect_eq(schedule.injections[0].exception, 21);
  cr_expect(read_text("tw@-23b150cd-d3b1-b48.1x15\n", &schedule, message), "%s", message);
  cr_expect_eq(schedule.injections[0].place.kind, PLACE_BEAT);
}

Test(schedule_file, bad_ones_are_refused_with_their_line) {
  static const struct {
    const char *text, *message;
  } rows[] = {
      {"",
       ": not a whole schedule; it needs the lines schedule, model, image, config, and "
       "inject or run"},
      {HEAD,
       ": not a whole schedule; it needs the lines schedule, model, image, config, and "
       "inject or run"},
      {"model @\n", ":1: not a schedule: its first line is: schedule 1"},
      {"\x7f"
       "ELF\n",
       ":1: not a schedule: its first line is: schedule 1"},
      {"schedule 2\n", ":1: a schedule of another version; this tornword reads version 1"},
      {"schedule 1\nmodel 977\n",
       ":2: the schedule is of machine model 977, this tornword has model @: run the check "
       "again, or use the tornword that made it"},
      {"schedule 1\nimage xyz\n", ":2: a hexadecimal number must follow, as in a token"},
      {"schedule 1\nimage 123456789\n", ":2: a hexadecimal number must follow, as in a token"},
      {HEAD "image 1\n", ":5: this was said before"},
      {HEAD "jump\n", ":5: not understood; give model, image, config, inject or run"},
      {HEAD "run 9\n", ":5: not understood; write: run until 900"},
      {HEAD "inject SysTick at beat 48\n",
       ":5: not understood; write: inject SysTick at boundary 412, or: inject irq5 at beat 48 "
       "after 1"},
      {HEAD "inject SysTick at beat 48 after 0\n",
       ":5: not understood; write: inject SysTick at boundary 412, or: inject irq5 at beat 48 "
       "after 1"},
      {HEAD "inject rain at boundary 4\n",
       ":5: 'rain' is not an exception; give names or numbers, e.g. --interrupts "
       "SysTick,irq5,20"},
      {HEAD "inject NMI,SysTick at boundary 4\n", ":5: one exception a line"},
      {HEAD "a b c d e f g h i\n", ":5: too long for a line of a schedule"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct schedule schedule;
    char message[512];
    cr_expect_not(read_text(rows[i].text, &schedule, message), "%s", rows[i].text);
    char *expected = filled(rows[i].message);
    cr_expect_str_eq(message, expected);
    free(expected);
  }
  struct schedule schedule;
  struct error error = {""};
  cr_expect_not(schedule_argument("@/nowhere/at/all", &schedule, &error));
  cr_expect_str_eq(error.message, "/nowhere/at/all: No such file or directory");
  cr_expect_not(schedule_argument("@/", &schedule, &error));
}
