/* Workers: the probe pass divided among processes.
 *
 * Every worker runs the whole spine; it decides the places whose boundary falls
 * into its share of chunks. Chunks are as long as the longest equivalence chain,
 * which is cut at their borders: what is decided, and found, does not depend on
 * the number of workers. A worker that dies is replaced, and its share is run
 * again. With --resume each leaves checkpoints behind, and takes up those that it
 * finds. A shard is the share of a whole check, for another machine. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim/explore/private.h"

enum { TRIES = 3 };

struct worker {
  pid_t process;
  int pipe; /* reading end */
};

bool workers_owns(const struct explorer *ex, uint64_t boundary) {
  return boundary / ex->chunk % ex->share.shares == ex->share.share;
}

/* What this process has decided so far. The findings stay the explorer's. */
static struct parcel parcel_of(struct explorer *ex) {
  struct parcel parcel;
  memset(&parcel, 0, sizeof parcel); /* its padding goes into files too */
  parcel.share = ex->share;
  parcel.jobs = ex->jobs;
  parcel.reached = UINT64_MAX;
  parcel.certificate = ex->certificate;
  parcel.findings = ex->findings.items;
  parcel.finding_count = ex->findings.count;
  memcpy(parcel.could, ex->could, sizeof parcel.could);
  memcpy(parcel.taken, ex->taken, sizeof parcel.taken);
  return parcel;
}

static void checkpoint_path(const struct explorer *ex, uint32_t share, char path[4096]) {
  snprintf(path, 4096, "%s/share-%u", ex->options.resume, share);
}

void workers_checkpoint(struct explorer *ex) {
  enum { SECONDS = 1 };
  char path[4096];
  struct error error = {""};
  if (ex->options.resume == NULL || !ex->is_worker) {
    return;
  }
  time_t now = time(NULL); /* says when to write, and nothing of what */
  if (now < ex->saved_at + SECONDS) {
    return;
  }
  ex->saved_at = now;
  struct parcel parcel = parcel_of(ex);
  parcel.reached = ex->here->place.boundary;
  checkpoint_path(ex, ex->share.share, path);
  if (!parcel_save(&parcel, ex->image, &ex->options, path, &error)) {
    _exit(1); /* the check says that it cannot go on */
  }
}

/* Takes up what an earlier process left. True if nothing is left to do. */
static bool take_up(struct explorer *ex, struct parcel *parcel) {
  char path[4096];
  struct error error = {""};
  uint32_t leaves = leaf_total(&ex->machine->memory.leaves);
  checkpoint_path(ex, ex->share.share, path);
  if (ex->options.resume == NULL || access(path, F_OK) != 0 ||
      !parcel_load(parcel, ex->image, &ex->options, leaves, path, &error)) {
    return false;
  }
  if (parcel->reached == UINT64_MAX) {
    return true;
  }
  ex->resumes_at = parcel->reached;
  ex->certificate = parcel->certificate;
  memcpy(ex->could, parcel->could, sizeof ex->could);
  memcpy(ex->taken, parcel->taken, sizeof ex->taken);
  ex->findings.items = parcel->findings;
  ex->findings.count = ex->findings.capacity = parcel->finding_count;
  return false;
}

static void work(struct explorer *ex, unsigned worker, int pipe) {
  struct parcel parcel = {0};
  struct error error = {""};
  char path[4096];
  ex->share.share += worker * ex->options.shards;
  ex->share.shares *= ex->jobs;
  ex->is_worker = true;
  ex->saved_at = time(NULL);
  /* One that replaces a dead worker is forked when others are added up already. */
  ex->certificate = (struct certificate){.depth = ex->options.depth,
                                         .horizon = ex->options.horizon,
                                         .deep_instructions = ex->options.deep_instructions};
  ex->certificate.depths[0].spines = ex->share.share == 0; /* there is but one */
  ex->findings = (struct findings){0};
  memset(ex->could, 0, sizeof ex->could);
  memset(ex->taken, 0, sizeof ex->taken);
  if (worker != 0) {
    ex->options.progress = NULL;
  }
  if (!take_up(ex, &parcel)) {
    enum machine_stop stop = explorer_probe_pass(ex);
    parcel = parcel_of(ex);
    parcel.stop = stop;
    parcel.state_hash = machine_state_hash(ex->machine);
    checkpoint_path(ex, ex->share.share, path);
    if (ex->options.resume != NULL &&
        !parcel_save(&parcel, ex->image, &ex->options, path, &error)) {
      _exit(1);
    }
  }
  _exit(parcel_send(&parcel, pipe) ? 0 : 1);
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

static bool receive(const struct worker *worker, struct parcel *parcel) {
  bool whole = parcel_receive(parcel, worker->pipe);
  close(worker->pipe);
  int status = 0;
  while (waitpid(worker->process, &status, 0) < 0 && errno == EINTR) {
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
  sum->recalled += part->recalled;
  sum->cut_handlers += part->cut_handlers;
  sum->cut_sightings += part->cut_sightings;
  sum->full |= part->full;
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

void workers_add(struct explorer *ex, const struct parcel *parcel) {
  add_counts(ex, parcel);
  add_findings(ex, parcel->findings, parcel->finding_count);
}

static bool collect(struct explorer *ex, unsigned number, struct worker *worker,
                    struct parcel *parcel) {
  for (unsigned tries = 0; tries < TRIES; tries++) {
    if (receive(worker, parcel)) {
      workers_add(ex, parcel);
      parcel_free(parcel);
      return true;
    }
    if (!start(ex, number, worker)) {
      return false;
    }
  }
  return false;
}

/* A check that was begun with some number of processes goes on with as many. */
static bool resume_jobs(struct explorer *ex, struct error *error) {
  struct parcel parcel = {0};
  char path[4096];
  uint32_t leaves = leaf_total(&ex->machine->memory.leaves);
  if (mkdir(ex->options.resume, 0777) != 0 && errno != EEXIST) {
    return error_set(error, "--resume: cannot make %s: %s", ex->options.resume,
                     strerror(errno));
  }
  for (uint32_t worker = 0; worker < ex->jobs; worker++) {
    checkpoint_path(ex, ex->share.share + worker * ex->options.shards, path);
    if (access(path, F_OK) != 0) {
      continue;
    }
    if (!parcel_load(&parcel, ex->image, &ex->options, leaves, path, error)) {
      return false;
    }
    ex->jobs = parcel.jobs;
    parcel_free(&parcel);
    return true;
  }
  return access(ex->options.resume, W_OK) == 0 ||
         error_set(error, "--resume: cannot write into %s: %s", ex->options.resume,
                   strerror(errno));
}

bool workers_run(struct explorer *ex, unsigned count, enum machine_stop *stop, uint64_t *hash,
                 struct error *error) {
  const struct share whole = ex->share;
  struct parcel parcel = {0};
  bool good = true;
  ex->jobs = count;
  if (ex->options.resume != NULL && !resume_jobs(ex, error)) {
    return false;
  }
  ex->certificate.depths[0].spines = 0; /* workers count it */
  struct worker *workers = allocate(ex->jobs, sizeof *workers);
  for (unsigned i = 0; i < ex->jobs; i++) {
    good = start(ex, i, &workers[i]) && good;
  }
  for (unsigned i = 0; good && i < ex->jobs; i++) {
    good = collect(ex, i, &workers[i], &parcel);
    *stop = parcel.stop;
    *hash = parcel.state_hash;
  }
  ex->share = whole;
  free(workers);
  return good || error_set(error, "a worker process died %d times: try --jobs 1", TRIES);
}

/* The share that this process was told to do, as a file. */
bool shards_write(const struct image *image, const struct explorer_options *options,
                  const char *path, struct error *error) {
  struct parcel parcel;
  struct explorer *ex = explorer_create(image, options, error);
  if (ex == NULL) {
    return false;
  }
  explorer_bare_pass(ex);
  memset(&parcel, 0, sizeof parcel);
  enum machine_stop stop = STOP_NONE;
  uint64_t hash = 0;
  bool good = workers_run(ex, options->jobs > 0 ? options->jobs : 1, &stop, &hash, error);
  if (good) {
    parcel = parcel_of(ex);
    parcel.stop = stop;
    parcel.state_hash = hash;
    good = parcel_save(&parcel, image, options, path, error);
  }
  explorer_destroy(ex);
  return good;
}

/* All shares, each once? */
static bool complete_set(const struct share *shares, size_t count, const char *const *paths,
                         struct error *error) {
  for (size_t i = 0; i < count; i++) {
    if (shares[i].shares != shares[0].shares) {
      return error_set(error, "%s is one of %u shards, %s one of %u", paths[0],
                       shares[0].shares, paths[i], shares[i].shares);
    }
    for (size_t k = 0; k < i; k++) {
      if (shares[k].share == shares[i].share) {
        return error_set(error, "%s and %s are the same shard, %u/%u", paths[k], paths[i],
                         shares[i].share + 1, shares[i].shares);
      }
    }
  }
  return count == shares[0].shares ||
         error_set(error, "%zu of %u shards given: the others are missing", count,
                   shares[0].shares);
}

bool shards_add(struct explorer *ex, const char *const *paths, size_t count,
                enum machine_stop *stop, uint64_t *hash, struct error *error) {
  struct share *shares = allocate(count, sizeof *shares);
  uint32_t leaves = leaf_total(&ex->machine->memory.leaves);
  bool good = true;
  ex->certificate.depths[0].spines = 0;
  for (size_t i = 0; good && i < count; i++) {
    struct parcel parcel = {0};
    good = parcel_load(&parcel, ex->image, &ex->options, leaves, paths[i], error);
    if (good) {
      shares[i] = parcel.share;
      *stop = parcel.stop;
      *hash = parcel.state_hash;
      workers_add(ex, &parcel);
    }
    parcel_free(&parcel);
  }
  good = good && complete_set(shares, count, paths, error);
  free(shares);
  return good;
}
