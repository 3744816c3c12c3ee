/* Workers: the probe pass divided among processes.
 *
 * Every worker runs the whole spine; it decides the places whose boundary falls
 * into its share of chunks. Chunks are as long as the longest equivalence chain,
 * which is cut at their borders: what is decided, and found, does not depend on
 * the number of workers. A worker that dies is replaced, and its share is run
 * again. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/explore/private.h"

enum { TRIES = 3 };

struct worker {
  pid_t process;
  int pipe; /* reading end */
};

/* What a worker sends, followed by its findings. Plain data of one process image. */
struct parcel {
  struct certificate certificate;
  uint64_t could[EXCEPTION_COUNT], taken[EXCEPTION_COUNT];
  uint64_t state_hash;
  enum machine_stop stop;
  size_t finding_count;
};

bool workers_owns(const struct explorer *ex, uint64_t boundary) {
  return ex->shards <= 1 || boundary / ex->chunk % ex->shards == ex->shard;
}

static bool write_all(int pipe, const void *bytes, size_t size) {
  const char *at = bytes;
  while (size > 0) {
    ssize_t done = write(pipe, at, size);
    if (done < 0 && errno != EINTR) {
      return false;
    }
    at += done > 0 ? done : 0;
    size -= done > 0 ? (size_t)done : 0;
  }
  return true;
}

static bool read_all(int pipe, void *bytes, size_t size) {
  char *at = bytes;
  while (size > 0) {
    ssize_t done = read(pipe, at, size);
    if (done == 0 || (done < 0 && errno != EINTR)) {
      return false;
    }
    at += done > 0 ? done : 0;
    size -= done > 0 ? (size_t)done : 0;
  }
  return true;
}

static void work(struct explorer *ex, unsigned shard, int pipe) {
  struct parcel parcel = {0};
  ex->shard = shard;
  ex->certificate.depths[0].spines = 0; /* the one spine is not its own */
  if (shard != 0) {
    ex->options.progress = NULL;
  }
  parcel.stop = explorer_probe_pass(ex);
  parcel.state_hash = machine_state_hash(ex->machine);
  parcel.certificate = ex->certificate;
  parcel.finding_count = ex->findings.count;
  memcpy(parcel.could, ex->could, sizeof parcel.could);
  memcpy(parcel.taken, ex->taken, sizeof parcel.taken);
  bool sent =
      write_all(pipe, &parcel, sizeof parcel) &&
      write_all(pipe, ex->findings.items, ex->findings.count * sizeof *ex->findings.items);
  _exit(sent ? 0 : 1);
}

static bool start(struct explorer *ex, unsigned shard, struct worker *worker) {
  int ends[2];
  if (pipe(ends) != 0) {
    return false;
  }
  worker->process = fork();
  if (worker->process == 0) {
    close(ends[0]);
    work(ex, shard, ends[1]);
  }
  close(ends[1]);
  worker->pipe = ends[0];
  if (worker->process < 0) {
    close(ends[0]);
  }
  return worker->process > 0;
}

static bool receive(const struct worker *worker, struct parcel *parcel,
                    struct finding **findings) {
  *findings = NULL;
  bool whole = read_all(worker->pipe, parcel, sizeof *parcel);
  if (whole) {
    *findings = allocate(parcel->finding_count, sizeof **findings);
    whole = read_all(worker->pipe, *findings, parcel->finding_count * sizeof **findings);
  }
  close(worker->pipe);
  int status = 0;
  while (waitpid(worker->process, &status, 0) < 0 && errno == EINTR) {
  }
  if (!whole) {
    free(*findings);
    *findings = NULL;
  }
  return whole;
}

static void add_depth(struct depth_account *sum, const struct depth_account *part) {
  sum->spines += part->spines;
  sum->merged += part->merged;
  sum->places += part->places;
  sum->branches += part->branches;
  for (unsigned i = 0; i < DECISION_COUNT; i++) {
    sum->decided[i] += part->decided[i];
  }
}

static void add_counts(struct explorer *ex, const struct parcel *parcel) {
  struct certificate *sum = &ex->certificate;
  const struct certificate *part = &parcel->certificate;
  sum->boundaries += part->boundaries;
  sum->beats += part->beats;
  sum->entries += part->entries;
  sum->returns += part->returns;
  sum->places += part->places;
  sum->branches += part->branches;
  sum->ranked += part->ranked;
  for (unsigned i = 0; i < DECISION_COUNT; i++) {
    sum->decided[i] += part->decided[i];
  }
  for (unsigned i = 0; i < DEPTH_MOST; i++) {
    add_depth(&sum->depths[i], &part->depths[i]);
  }
  for (unsigned e = 0; e < EXCEPTION_COUNT; e++) {
    ex->could[e] += parcel->could[e];
    ex->taken[e] += parcel->taken[e];
  }
}

/* Of two that show the same defect, the one that a single worker would keep. */
static bool is_better(const struct finding *a, const struct finding *b) {
  bool harmful = a->outcome == OUTCOME_HARMFUL;
  bool needs = finding_traits(a->sighting.kind)->harm != HARM_IMPLIED;
  if (a->shown != b->shown) {
    return a->shown;
  }
  if (a->schedule.count != b->schedule.count) {
    return a->schedule.count < b->schedule.count;
  }
  if (needs && harmful != (b->outcome == OUTCOME_HARMFUL)) {
    return harmful;
  }
  if (!needs && a->sighting.latent != b->sighting.latent) {
    return !a->sighting.latent;
  }
  if (a->order == b->order) { /* a place's probes come before the spine goes on */
    return a->exception != 0 && b->exception == 0;
  }
  return a->order < b->order;
}

static void add_findings(struct explorer *ex, const struct finding *items, size_t count) {
  struct findings *all = &ex->findings;
  for (size_t i = 0; i < count; i++) {
    struct finding *known = findings_with_id(all, items[i].id);
    if (known == NULL) {
      array_reserve((void **)&all->items, &all->capacity, all->count + 1, sizeof *all->items);
      all->items[all->count++] = items[i];
      continue;
    }
    uint64_t seen[DEPTH_MOST];
    for (unsigned k = 0; k < DEPTH_MOST; k++) {
      seen[k] = known->seen[k] + items[i].seen[k];
    }
    if (is_better(&items[i], known)) {
      *known = items[i];
    }
    memcpy(known->seen, seen, sizeof seen);
  }
}

static bool collect(struct explorer *ex, unsigned shard, struct worker *worker,
                    struct parcel *parcel) {
  struct finding *findings = NULL;
  for (unsigned tries = 0; tries < TRIES; tries++) {
    if (receive(worker, parcel, &findings)) {
      add_counts(ex, parcel);
      add_findings(ex, findings, parcel->finding_count);
      free(findings);
      return true;
    }
    if (!start(ex, shard, worker)) {
      return false;
    }
  }
  return false;
}

bool workers_run(struct explorer *ex, unsigned count, enum machine_stop *stop, uint64_t *hash,
                 struct error *error) {
  struct worker *workers = allocate(count, sizeof *workers);
  struct parcel parcel = {0};
  bool good = true;
  ex->shards = count;
  for (unsigned i = 0; i < count; i++) {
    good = start(ex, i, &workers[i]) && good;
  }
  for (unsigned i = 0; good && i < count; i++) {
    good = collect(ex, i, &workers[i], &parcel);
    *stop = parcel.stop;
    *hash = parcel.state_hash;
  }
  ex->shards = 1;
  free(workers);
  return good || error_set(error, "a worker process died %d times: try --jobs 1", TRIES);
}
