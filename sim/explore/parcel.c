#include "sim/explore/parcel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sim/explore/claims.h"

enum { FINDINGS_MOST = 1 << 20 };

struct head {
  char magic[8];
  uint32_t model, parcel_size, finding_size;
  uint8_t sha256[32];
  uint64_t options;
  uint64_t hash; /* of parcel and findings */
};
static const char MAGIC[8] = "twpart1";

void parcel_free(struct parcel *parcel) {
  free(parcel->findings);
  parcel->findings = NULL;
  parcel->finding_count = 0;
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

bool parcel_send(const struct parcel *parcel, int pipe) {
  return write_all(pipe, parcel, sizeof *parcel) &&
         write_all(pipe, parcel->findings, parcel->finding_count * sizeof *parcel->findings);
}

bool parcel_receive(struct parcel *parcel, int pipe) {
  if (!read_all(pipe, parcel, sizeof *parcel)) {
    *parcel = (struct parcel){0};
    return false;
  }
  parcel->findings = allocate(parcel->finding_count + 1, sizeof *parcel->findings);
  if (!read_all(pipe, parcel->findings, parcel->finding_count * sizeof *parcel->findings)) {
    parcel_free(parcel);
    return false;
  }
  return true;
}

/* Of all options that shape what is decided and found. */
static uint64_t options_hash(const struct explorer_options *options) {
  const uint64_t shape[] = {machine_config_fingerprint(&options->machine),
                            options->max_instructions,
                            options->depth > 1 ? options->deep_instructions : 0,
                            options->horizon,
                            options->chain,
                            options->chunk,
                            options->depth,
                            options->beats,
                            options->all_detectors,
                            options->detectors_most,
                            options->no_prune,
                            options->flaws,
                            options->interrupt_count,
                            options->claims != NULL ? claims_fingerprint(options->claims) : 0};
  uint64_t hash = XXH3_64bits(shape, sizeof shape);
  return XXH3_64bits_withSeed(options->interrupts,
                              options->interrupt_count * sizeof options->interrupts[0], hash);
}

static uint64_t content_hash(const struct parcel *parcel) {
  struct parcel plain;
  memcpy(&plain, parcel, sizeof plain); /* with its padding */
  plain.findings = NULL;
  uint64_t hash = XXH3_64bits(&plain, sizeof plain);
  return XXH3_64bits_withSeed(parcel->findings,
                              parcel->finding_count * sizeof *parcel->findings, hash);
}

static struct head head_of(const struct image *image, const struct explorer_options *options) {
  struct head head = {.model = MODEL_VERSION,
                      .parcel_size = sizeof(struct parcel),
                      .finding_size = sizeof(struct finding),
                      .options = options_hash(options)};
  memcpy(head.magic, MAGIC, sizeof MAGIC);
  memcpy(head.sha256, image_sha256(image), sizeof head.sha256);
  return head;
}

/* Pointers mean nothing elsewhere. */
static struct parcel plain_copy(const struct parcel *parcel) {
  struct parcel plain;
  memcpy(&plain, parcel, sizeof plain);
  plain.findings = NULL;
  plain.certificate.interrupts = NULL;
  plain.certificate.devices = NULL;
  return plain;
}

static bool write_file(FILE *file, const struct head *head, const struct parcel *plain,
                       const struct parcel *parcel) {
  return fwrite(head, sizeof *head, 1, file) == 1 &&
         fwrite(plain, sizeof *plain, 1, file) == 1 &&
         fwrite(parcel->findings, sizeof *parcel->findings, parcel->finding_count, file) ==
             parcel->finding_count &&
         fflush(file) == 0;
}

bool parcel_save(const struct parcel *parcel, const struct image *image,
                 const struct explorer_options *options, const char *path,
                 struct error *error) {
  struct parcel plain = plain_copy(parcel);
  struct head head = head_of(image, options);
  plain.findings = parcel->findings; /* for the hash only */
  head.hash = content_hash(&plain);
  plain.findings = NULL;
  char temporary[4096];
  int length = snprintf(temporary, sizeof temporary, "%s.%ld", path, (long)getpid());
  FILE *file = length < (int)sizeof temporary ? fopen(temporary, "wb") : NULL;
  if (file == NULL) {
    return error_set(error, "cannot write %s: %s", path, strerror(errno));
  }
  bool good = write_file(file, &head, &plain, parcel);
  good = fclose(file) == 0 && good && rename(temporary, path) == 0;
  if (!good) {
    error_set(error, "cannot write %s: %s", path, strerror(errno));
    unlink(temporary);
  }
  return good;
}

static bool fits(const struct head *head, const struct head *wanted, const char *path,
                 struct error *error) {
  if (memcmp(head->magic, wanted->magic, sizeof head->magic) != 0) {
    return error_set(error, "%s: no part of a check; check --shard and --resume write them",
                     path);
  }
  if (head->model != wanted->model || head->parcel_size != wanted->parcel_size ||
      head->finding_size != wanted->finding_size) {
    return error_set(error, "%s: written by another version of tornword; run it again", path);
  }
  if (memcmp(head->sha256, wanted->sha256, sizeof head->sha256) != 0) {
    return error_set(error, "%s: a part of the check of another image", path);
  }
  if (head->options != wanted->options) {
    return error_set(error,
                     "%s: a part of a check with other options; give the same as it was "
                     "begun with",
                     path);
  }
  return true;
}

/* What the reports index by: a file may say anything. */
static bool sound_finding(const struct finding *finding, uint32_t leaves) {
  const struct sighting *s = &finding->sighting;
  bool sighting = (unsigned)s->kind < FINDING_KIND_COUNT &&
                  (s->leaf < leaves || s->leaf == LEAF_NONE) &&
                  s->accesses <= SIGHTING_ACCESSES && s->victim < SIGHTING_ACCESSES &&
                  s->intruder < SIGHTING_ACCESSES && s->expected_count <= SIGHTING_EXPECTED;
  bool schedule = finding->schedule.count >= 1 && finding->schedule.count <= DEPTH_MOST;
  bool places = (unsigned)finding->place.kind < PLACE_KIND_COUNT;
  for (unsigned i = 0; schedule && i < finding->schedule.count; i++) {
    places = places &&
             (unsigned)finding->schedule.injections[i].place.kind < PLACE_KIND_COUNT &&
             finding->schedule.injections[i].exception < EXCEPTION_COUNT;
  }
  for (unsigned i = 0; i < SIGHTING_ACCESSES; i++) {
    sighting = sighting && finding->stack[i].count <= STACK_CALLS &&
               s->access[i].context.exception < EXCEPTION_COUNT;
  }
  return sighting && schedule && places && finding->exception < EXCEPTION_COUNT &&
         (unsigned)finding->outcome <= OUTCOME_BENIGN && memchr(finding->id, 0, 17) != NULL;
}

static bool sound(const struct parcel *parcel, uint32_t leaves) {
  bool good = parcel->share.shares > 0 && parcel->share.share < parcel->share.shares &&
              parcel->jobs > 0;
  for (size_t i = 0; i < parcel->finding_count; i++) {
    good = good && sound_finding(&parcel->findings[i], leaves);
  }
  return good;
}

static bool read_file(FILE *file, const struct head *wanted, struct parcel *parcel,
                      const char *path, struct error *error) {
  struct head head = {.magic = ""};
  if (fread(&head, sizeof head, 1, file) != 1) {
    return error_set(error, "%s: no part of a check; check --shard and --resume write them",
                     path);
  }
  if (!fits(&head, wanted, path, error)) {
    return false;
  }
  bool whole =
      fread(parcel, sizeof *parcel, 1, file) == 1 && parcel->finding_count <= FINDINGS_MOST;
  parcel->findings = NULL;
  if (whole) {
    parcel->findings = allocate(parcel->finding_count + 1, sizeof *parcel->findings);
    whole = fread(parcel->findings, sizeof *parcel->findings, parcel->finding_count, file) ==
                parcel->finding_count &&
            fgetc(file) == EOF;
  }
  return (whole && content_hash(parcel) == head.hash) ||
         error_set(error, "%s: damaged; run that part again", path);
}

bool parcel_load(struct parcel *parcel, const struct image *image,
                 const struct explorer_options *options, uint32_t leaves, const char *path,
                 struct error *error) {
  const struct head wanted = head_of(image, options);
  *parcel = (struct parcel){0};
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    return error_set(error, "cannot read %s: %s", path, strerror(errno));
  }
  bool good = read_file(file, &wanted, parcel, path, error);
  fclose(file);
  if (good && !sound(parcel, leaves)) {
    good = error_set(error, "%s: damaged; run that part again", path);
  }
  parcel->certificate.interrupts = NULL;
  parcel->certificate.devices = NULL;
  if (!good) {
    parcel_free(parcel);
  }
  return good;
}
