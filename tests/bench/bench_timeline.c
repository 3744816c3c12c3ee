/* bench_timeline IMAGE: reverse-continue over a million instructions, to a
 * breakpoint at their beginning, and past a watched word: seconds of processor
 * time. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "sim/explore/timeline.h"

enum { LENGTH = 1000000 };

/* Of this process alone: other load does not count. */
static double processor_time(void) {
  return (double)clock() / CLOCKS_PER_SEC;
}

static bool create(const char *path, struct image **image, struct timeline **timeline) {
  struct error error = {""};
  *image = image_load(path, NULL, &error);
  if (*image != NULL) {
    struct explorer_options options = explorer_options_default(*image);
    options.max_instructions = UINT64_MAX;
    *timeline = timeline_create(*image, &options, NULL, &error);
  }
  if (*timeline == NULL) {
    fprintf(stderr, "bench_timeline: %s\n", error.message);
  }
  return *timeline != NULL;
}

static void measure_back(struct timeline *timeline) {
  timeline_go(timeline, LENGTH);
  double start = processor_time();
  timeline_continue_back(timeline);
  printf("  %.3f seconds back from %d to %" PRIu64 "\n", processor_time() - start, LENGTH,
         timeline_position(timeline));
}

int main(int count, char **arguments) {
  struct image *image = NULL;
  struct timeline *timeline = NULL;
  if (count != 2 || !create(arguments[1], &image, &timeline)) {
    image_destroy(image);
    return 2;
  }
  double start = processor_time();
  timeline_go(timeline, LENGTH);
  printf("forward over %d boundaries: %.3f seconds\n", LENGTH, processor_time() - start);
  timeline_go(timeline, 0);
  printf("reverse-continue to a breakpoint at the beginning:\n");
  timeline_set_breakpoint(timeline, timeline_machine(timeline)->state.pc, true);
  measure_back(timeline);
  timeline_clear_points(timeline);
  printf("with a watched word that nothing wrote:\n");
  const struct watch watch = {.address = 0, .size = 4, .writes = true};
  timeline_set_watch(timeline, &watch, true);
  measure_back(timeline);
  timeline_destroy(timeline);
  image_destroy(image);
  return 0;
}
