/* bench_fuzz ROUNDS TEXT REGISTERS IMAGE...: executions a second of one process.
 *
 * For each image: a test case of this text and one interrupt, run again and again from the
 * snapshot, and, with fork in place of the snapshot, each time in a new process. Processor
 * time, so that other load counts little. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/board/board.h"
#include "sim/explore/target.h"

static double seconds(int who) {
  struct rusage usage;
  getrusage(who, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Processor time of `rounds` executions, each in a child if `forks`. */
static double measure(struct target *target, unsigned rounds, bool forks, const uint8_t *bytes,
                      size_t size, struct target_run *last) {
  static uint8_t map[EDGE_MAP_SIZE];
  double start = seconds(RUSAGE_SELF) + seconds(RUSAGE_CHILDREN);
  for (unsigned i = 0; i < rounds; i++) {
    pid_t child = forks ? fork() : 0;
    if (child == 0) {
      *last = target_execute(target, bytes, size, map);
      if (forks) {
        _exit(0);
      }
    } else {
      waitpid(child, NULL, 0);
    }
  }
  return seconds(RUSAGE_SELF) + seconds(RUSAGE_CHILDREN) - start;
}

int main(int count, char **arguments) {
  if (count < 5) {
    fprintf(stderr, "usage: bench_fuzz ROUNDS TEXT REGISTERS IMAGE...\n");
    return 2;
  }
  static const uint8_t interrupt[] = {100, 0, 0};
  struct stimulus_writer file = {0};
  unsigned rounds = (unsigned)strtoul(arguments[1], NULL, 10);
  stimulus_write(&file, STREAM_COMMON, (const uint8_t *)arguments[2], strlen(arguments[2]));
  stimulus_write(&file, STREAM_INTERRUPTS, interrupt, sizeof interrupt);
  printf("%-34s %12s %12s %12s %8s %14s\n", "executions a second of CPU time", "instructions",
         "snapshot", "fork", "ratio", "instructions/s");
  for (int i = 4; i < count; i++) {
    struct error error = {""};
    struct image *image = image_load(arguments[i], NULL, &error);
    struct board *board = board_create();
    struct explorer_options options = {0};
    struct target *target = NULL;
    if (image != NULL && board_add_inputs(board, arguments[3], &error)) {
      board_finish(board, NULL, 0);
      options = explorer_options_default(image);
      if (board_apply(board, image, &options.machine, &error)) {
        target = target_create(image, &options, SEVERITY_ERROR, &error);
      }
    }
    if (target == NULL) {
      fprintf(stderr, "bench_fuzz: %s\n", error.message);
      return 2;
    }
    struct target_run run = {0};
    measure(target, rounds / 10 + 1, false, file.bytes, file.size, &run);
    double own = rounds / measure(target, rounds, false, file.bytes, file.size, &run);
    double forked =
        rounds / 20 / measure(target, rounds / 20, true, file.bytes, file.size, &run);
    const char *name = strrchr(arguments[i], '/');
    printf("%-34s %12" PRIu64 " %12.0f %12.0f %8.1f %14.0f\n",
           name != NULL ? name + 1 : arguments[i], run.instructions, own, forked, own / forked,
           own * (double)run.instructions);
    target_destroy(target);
    board_destroy(board);
    image_destroy(image);
  }
  free(file.bytes);
  return 0;
}
