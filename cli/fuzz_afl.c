#include "cli/fuzz_afl.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>

#include "sim/fuzz/dictionary.h"

/* The protocol as AFL++ 4.x speaks it: 4-byte words, host byte order. */
enum { COMMANDS = 198, ANSWERS = 199, NO_CHILD = 0xffffff, LARGEST_CASE = 1 << 20 };
static const uint32_t HELLO = 0x80000001, HELLO_MAP_SIZE = 0x40000000,
                      HELLO_SHARED_CASE = 0x01000000, HELLO_DICTIONARY = 0x10000000;

bool afl_is_there(void) {
  return getenv("__AFL_SHM_ID") != NULL;
}

int afl_signal(enum finding_kind kind) {
  static const int signals[FINDING_KIND_COUNT] = {
      [FINDING_TORN_WRITE] = SIGABRT,     [FINDING_TORN_READ] = SIGBUS,
      [FINDING_INVALID_ENUM] = SIGFPE,    [FINDING_LOST_UPDATE] = SIGSEGV,
      [FINDING_UNSYNCHRONISED] = SIGTRAP, [FINDING_FAULT] = SIGILL,
      [FINDING_LOCKUP] = SIGQUIT,         [FINDING_STACK_OVERFLOW] = SIGXCPU,
      [FINDING_DEADLOCK] = SIGALRM,
  };
  return signals[kind] != 0 ? signals[kind] : SIGSYS;
}

static bool put_bytes(const void *bytes, size_t size) {
  const char *at = bytes;
  while (size > 0) {
    ssize_t put = write(ANSWERS, at, size);
    if (put <= 0 && errno != EINTR) {
      return false;
    }
    at += put > 0 ? put : 0;
    size -= put > 0 ? (size_t)put : 0;
  }
  return true;
}

static bool put_word(uint32_t word) {
  return put_bytes(&word, sizeof word);
}

/* False when AFL has gone. */
static bool get_word(uint32_t *word) {
  ssize_t got = 0;
  do {
    got = read(COMMANDS, word, sizeof *word);
  } while (got < 0 && errno == EINTR);
  return got == (ssize_t)sizeof *word;
}

/* Shared memory that an environment variable names; NULL if there is none. */
static void *attach(const char *variable, struct error *error) {
  const char *id = getenv(variable);
  if (id == NULL) {
    return NULL;
  }
  void *memory = shmat((int)strtol(id, NULL, 10), NULL, 0);
  if ((intptr_t)memory == -1) {
    error_set(error, "the memory that %s=%s names cannot be attached: %s", variable, id,
              strerror(errno));
    return NULL;
  }
  return memory;
}

/* Where test cases come from: shared memory, else standard input. */
struct cases {
  const uint32_t *shared; /* size, then the bytes; NULL: standard input */
  uint8_t *own;
};

static size_t next_case(struct cases *cases, const uint8_t **bytes) {
  if (cases->shared != NULL) {
    *bytes = (const uint8_t *)(cases->shared + 1);
    return cases->shared[0] < LARGEST_CASE ? cases->shared[0] : LARGEST_CASE;
  }
  size_t size = 0;
  ssize_t got = 0;
  lseek(STDIN_FILENO, 0, SEEK_SET);
  while (size < LARGEST_CASE &&
         (got = read(STDIN_FILENO, cases->own + size, LARGEST_CASE - size)) > 0) {
    size += (size_t)got;
  }
  *bytes = cases->own;
  return size;
}

static bool say_hello(size_t map_size, bool shared_case, const struct dictionary *dictionary) {
  uint32_t offered = HELLO | HELLO_MAP_SIZE | (uint32_t)(map_size - 1) << 1 |
                     (shared_case ? HELLO_SHARED_CASE : 0) |
                     (dictionary->size > 0 ? HELLO_DICTIONARY : 0);
  uint32_t taken = 0;
  if (!put_word(offered)) {
    return false;
  }
  if ((offered & (HELLO_SHARED_CASE | HELLO_DICTIONARY)) == 0) {
    return true;
  }
  if (!get_word(&taken)) {
    return false;
  }
  return (offered & taken & HELLO_DICTIONARY) == 0 ||
         (put_word((uint32_t)dictionary->size) &&
          put_bytes(dictionary->bytes, dictionary->size));
}

/* Never an empty map, not even of a run without a jump. AFL asks for the first; its
 * tools leave that one out, and afl-cmin wants at least one. */
static void mark_start(uint8_t *map) {
  map[0] = map[1] = 1;
}

/* One test case: the program "ran" without a process of its own. Both answers, process
 * and status, go out at once when it is over: AFL is woken once. */
static bool serve_one(struct target *target, struct cases *cases, uint8_t *map) {
  const uint8_t *bytes = NULL;
  size_t size = next_case(cases, &bytes);
  mark_start(map);
  struct target_run run = target_execute(target, bytes, size, map);
  const uint32_t answers[] = {NO_CHILD, run.found ? (uint32_t)afl_signal(run.kind) : 0};
  return put_bytes(answers, sizeof answers);
}

static bool run_once(struct target *target, struct cases *cases, uint8_t *map) {
  const uint8_t *bytes = NULL;
  size_t size = next_case(cases, &bytes);
  mark_start(map);
  struct target_run run = target_execute(target, bytes, size, map);
  if (run.found) {
    signal(afl_signal(run.kind), SIG_DFL);
    raise(afl_signal(run.kind));
  }
  return true;
}

bool afl_serve(struct target *target, const struct dictionary *dictionary,
               struct error *error) {
  uint8_t *map = attach("__AFL_SHM_ID", error);
  bool serves = fcntl(ANSWERS, F_GETFD) != -1;
  size_t map_size = target_fit_map(target);
  struct cases cases = {.shared = serves ? attach("__AFL_SHM_FUZZ_ID", error) : NULL};
  uint32_t command = 0;
  if (map == NULL) {
    return false;
  }
  cases.own = cases.shared == NULL ? allocate(LARGEST_CASE, 1) : NULL;
  if (!serves) {
    bool ran = run_once(target, &cases, map);
    free(cases.own);
    return ran;
  }
  bool good = say_hello(map_size, cases.shared != NULL, dictionary) ||
              error_set(error, "AFL did not answer; start this by afl-fuzz");
  while (good && get_word(&command) && serve_one(target, &cases, map)) {
  }
  free(cases.own);
  return good;
}
