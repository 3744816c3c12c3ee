#include "sim/fuzz/campaign.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a worker says of a child that may be of use: its number. */
struct promising {
  uint32_t child;
  uint32_t reserved;
  uint64_t instructions; /* in the last one: of all, and child is UINT32_MAX */
};

void campaign_init(struct campaign *c, struct target *target) {
  *c = (struct campaign){.target = target, .jobs = 1};
  c->seen = allocate(EDGE_MAP_SIZE, 1);
  c->seen_found = allocate(EDGE_MAP_SIZE, 1);
}

void campaign_fini(struct campaign *c) {
  corpus_free(&c->corpus);
  free(c->inputs);
  free(c->seen);
  free(c->seen_found);
}

/* One bit for each power of two that a counter reached. */
static uint8_t bucket(uint8_t count) {
  return (uint8_t)(count == 0 ? 0U : 1U << (31 - __builtin_clz(count)));
}

/* Whether the map holds something that `seen` does not; with `mark` it does then. */
static bool is_new(const uint8_t *map, uint8_t *seen, bool mark) {
  bool any = false;
  for (size_t i = 0; i < EDGE_MAP_SIZE; i += sizeof(uint64_t)) {
    uint64_t eight = 0;
    memcpy(&eight, map + i, sizeof eight);
    for (size_t k = i; eight != 0 && k < i + sizeof eight; k++) {
      uint8_t bit = bucket(map[k]);
      any |= (bit & ~seen[k]) != 0;
      seen[k] = mark ? seen[k] | bit : seen[k];
    }
  }
  return any;
}

static bool may_be_new(const struct campaign *c, const struct target_run *run,
                       const uint8_t *map) {
  return is_new(map, run->found ? c->seen_found : c->seen, false);
}

static void make_child(const struct campaign *c, uint32_t number,
                       struct stimulus_writer *child) {
  struct random random = random_for(c->seed, c->round, number);
  const struct mutator mutator = {c->dictionary, c->inputs, c->input_count};
  mutate(&mutator, &c->corpus, &random, child);
}

static struct target_run run_child(const struct campaign *c, const uint8_t *bytes, size_t size,
                                   uint8_t *map) {
  memset(map, 0, EDGE_MAP_SIZE);
  return target_execute(c->target, bytes, size, map);
}

static bool say(int descriptor, const struct promising *promising) {
  return write(descriptor, promising, sizeof *promising) == (ssize_t)sizeof *promising;
}

/* Every `of`-th child from `first` on. */
static bool work(struct campaign *c, uint32_t first, uint32_t of, uint32_t children,
                 int descriptor) {
  struct stimulus_writer child = {0};
  uint8_t *map = allocate(EDGE_MAP_SIZE, 1);
  uint64_t instructions = 0;
  bool good = true;
  for (uint32_t i = first; good && i < children; i += of) {
    make_child(c, i, &child);
    struct target_run run = run_child(c, child.bytes, child.size, map);
    instructions += run.instructions;
    if (may_be_new(c, &run, map)) {
      good = say(descriptor, &(struct promising){.child = i});
    }
  }
  free(child.bytes);
  free(map);
  return good && say(descriptor,
                     &(struct promising){.child = UINT32_MAX, .instructions = instructions});
}

struct worker {
  pid_t process;
  int pipe;
};

static bool start(struct campaign *c, struct worker *worker, uint32_t first, uint32_t of,
                  uint32_t children, struct error *error) {
  int ends[2];
  if (pipe(ends) != 0) {
    return error_set(error, "no pipe for a worker: %s", strerror(errno));
  }
  worker->process = fork();
  if (worker->process < 0) {
    close(ends[0]);
    close(ends[1]);
    return error_set(error, "no process for a worker: %s; give fewer --jobs", strerror(errno));
  }
  if (worker->process == 0) {
    close(ends[0]);
    _exit(work(c, first, of, children, ends[1]) ? 0 : 1);
  }
  close(ends[1]);
  worker->pipe = ends[0];
  return true;
}

/* Marks the children that the worker found promising. */
static bool collect(struct campaign *c, const struct worker *worker, bool *promising) {
  struct promising one;
  bool whole = false;
  while (read(worker->pipe, &one, sizeof one) == (ssize_t)sizeof one) {
    if (one.child == UINT32_MAX) {
      c->instructions += one.instructions;
      whole = true;
    } else if (one.child < ROUND_CHILDREN) {
      promising[one.child] = true;
    }
  }
  close(worker->pipe);
  waitpid(worker->process, NULL, 0);
  return whole;
}

/* Runs it again, here, and takes it if it is still new. */
static bool take_child(struct campaign *c, const uint8_t *bytes, size_t size, uint8_t *map) {
  struct target_run run = run_child(c, bytes, size, map);
  if (!is_new(map, run.found ? c->seen_found : c->seen, true)) {
    return true;
  }
  if (run.found) {
    return c->found == NULL || c->found(c->owner, bytes, size, &run);
  }
  corpus_add(&c->corpus, bytes, size);
  target_note_inputs(c->target);
  return c->joined == NULL || c->joined(c->owner, bytes, size);
}

bool campaign_seed(struct campaign *c, const uint8_t *bytes, size_t size) {
  uint8_t *map = allocate(EDGE_MAP_SIZE, 1);
  struct target_run run = run_child(c, bytes, size, map);
  is_new(map, run.found ? c->seen_found : c->seen, true);
  corpus_add(&c->corpus, bytes, size);
  target_note_inputs(c->target);
  c->runs++;
  c->instructions += run.instructions;
  free(map);
  return !run.found || c->found == NULL || c->found(c->owner, bytes, size, &run);
}

/* In the order of their numbers, from the corpus as it was. */
static bool take_promising(struct campaign *c, const bool *promising, uint32_t children) {
  uint8_t *map = allocate(EDGE_MAP_SIZE, 1);
  struct stimulus_writer child = {0};
  size_t before = c->corpus.count;
  bool good = true;
  for (uint32_t i = 0; good && i < children; i++) {
    if (promising[i]) {
      size_t now = c->corpus.count;
      c->corpus.count = before; /* parents are those of the round's beginning */
      make_child(c, i, &child);
      c->corpus.count = now;
      good = take_child(c, child.bytes, child.size, map);
    }
  }
  free(child.bytes);
  free(map);
  return good;
}

static bool run_workers(struct campaign *c, bool *promising, uint32_t children,
                        struct error *error) {
  struct worker *workers = allocate(c->jobs, sizeof *workers);
  unsigned started = 0;
  bool good = true;
  while (good && started < c->jobs) {
    good = start(c, &workers[started], started, c->jobs, children, error);
    started += good;
  }
  for (unsigned i = 0; i < started; i++) {
    if (!collect(c, &workers[i], promising) && good) {
      good = error_set(error, "a worker of round %llu died", (unsigned long long)c->round);
    }
  }
  free(workers);
  return good;
}

/* A copy: what joins in the round adds to the target's list. */
static void keep_inputs(struct campaign *c) {
  const uint32_t *known = NULL;
  c->input_count = target_inputs(c->target, &known);
  c->inputs = reallocate(c->inputs, c->input_count + 1, sizeof *known);
  for (size_t i = 0; i < c->input_count; i++) {
    c->inputs[i] = known[i];
  }
}

bool campaign_round(struct campaign *c, uint32_t children, struct error *error) {
  bool promising[ROUND_CHILDREN] = {false};
  keep_inputs(c);
  if (!run_workers(c, promising, children, error)) {
    return false;
  }
  bool good = take_promising(c, promising, children);
  c->runs += children;
  c->round++;
  return good;
}

unsigned campaign_edges(const struct campaign *c) {
  unsigned edges = 0;
  for (size_t i = 0; i < EDGE_MAP_SIZE; i++) {
    edges += c->seen[i] != 0;
  }
  return edges;
}

uint64_t campaign_coverage_hash(const struct campaign *c) {
  uint64_t hash = 14695981039346656037U;
  for (size_t i = 0; i < EDGE_MAP_SIZE; i++) {
    hash = (hash ^ c->seen[i] ^ (uint64_t)c->seen_found[i] << 8) * 1099511628211U;
  }
  return hash;
}
