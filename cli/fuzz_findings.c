#include "cli/fuzz_findings.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "report/sections.h"
#include "sim/fuzz/corpus.h"
#include "sim/fuzz/minimise.h"

enum { ID_DIGITS = 16, MINIMISE_RUNS = 2000, SHOWN_BYTES = 32 };

static bool is_known(const struct fuzz_findings *f, const char *id) {
  for (size_t i = 0; i < f->count; i++) {
    if (strcmp(f->ids[i], id) == 0) {
      return true;
    }
  }
  return false;
}

static void remember(struct fuzz_findings *f, const char *id) {
  array_reserve((void **)&f->ids, &f->capacity, f->count + 1, sizeof *f->ids);
  snprintf(f->ids[f->count++], sizeof *f->ids, "%s", id);
}

bool fuzz_findings_open(struct fuzz_findings *f, struct session *session, const char *corpus,
                        struct error *error) {
  f->session = session;
  snprintf(f->folder, sizeof f->folder, "%s/findings", corpus);
  if (mkdir(f->folder, 0777) != 0 && errno != EEXIST) {
    return error_set(error, "--corpus: %s: cannot be made: %s", f->folder, strerror(errno));
  }
  DIR *folder = opendir(f->folder);
  for (struct dirent *file = NULL; folder != NULL && (file = readdir(folder)) != NULL;) {
    if (strlen(file->d_name) == ID_DIGITS && !is_known(f, file->d_name)) {
      remember(f, file->d_name);
    }
  }
  if (folder != NULL) {
    closedir(folder);
  }
  f->judge = judge_create(session->image, &session->explorer, error);
  return f->judge != NULL;
}

void fuzz_findings_close(struct fuzz_findings *f) {
  judge_destroy(f->judge);
  free(f->ids);
}

static void print_bytes(const uint8_t *bytes, size_t size) {
  for (size_t i = 0; i < size && i < SHOWN_BYTES; i++) {
    printf(" %02x", bytes[i]);
  }
  fputs(size > SHOWN_BYTES ? " ...\n" : "\n", stdout);
}

/* The streams by name, and where the interrupt must come. */
static void print_needs(const struct report *report, const struct finding *finding,
                        const struct stimulus *stimulus) {
  for (unsigned tag = 0; tag < STIMULUS_STREAMS; tag++) {
    const struct stream *stream = &stimulus->streams[tag];
    if (stream->size == 0 || tag == STREAM_INTERRUPTS) {
      continue;
    }
    printf("Needs:   %u byte%s ", stream->size, plural(stream->size));
    if (tag != STREAM_COMMON) {
      printf("of stream %u ", tag);
    }
    fputs("as input:", stdout);
    print_bytes(stimulus->bytes + stream->first, stream->size);
  }
  if (finding->exception == 0) {
    return;
  }
  printf("Needs:   %s %s, number %llu", report_exception_numbered(report, finding->exception),
         place_sentence(report, &finding->place), (unsigned long long)finding->place.boundary);
  if (finding->assumed) {
    fputs("; assumed: no model of a device raised it", stdout);
  }
  if (finding->early) {
    fputs("; early: its handler uses a device that the program had not set up", stdout);
  }
  fputs("\n\n", stdout);
}

/* The report's words, with the saved file as --input. */
static void tell(struct fuzz_findings *f, const char *id, const char *path,
                 const struct stimulus *stimulus) {
  struct check check;
  judge_explain(f->judge, stimulus, &check);
  struct options options = *f->session->options;
  options.input = path;
  options.given[OPTION_INPUT] = true;
  struct session session = *f->session;
  session.options = &options;
  const struct report report = session_report(&session, &check);
  const struct page page = {stdout, report.color};
  for (size_t i = 0; i < check.finding_count; i++) {
    if (strcmp(check.findings[i].id, id) == 0) {
      section_finding(&page, &report, &check.findings[i]);
      print_needs(&report, &check.findings[i], stimulus);
    }
  }
  f->session->texts = session.texts;
  fflush(stdout);
  check_free(&check);
}

static bool keep(struct fuzz_findings *f, const char *id, const uint8_t *bytes, size_t size,
                 struct error *error) {
  struct stimulus_writer small = {
      .bytes = allocate(size + 1, 1), .size = size, .capacity = size + 1};
  struct stimulus stimulus = {0};
  char path[sizeof f->folder + ID_DIGITS + 2];
  remember(f, id);
  memcpy(small.bytes, bytes, size);
  minimise(f->judge, id, MINIMISE_RUNS, &small);
  snprintf(path, sizeof path, "%s/%s", f->folder, id);
  bool saved = corpus_save(f->folder, id, small.bytes, small.size, error);
  if (saved) {
    stimulus_parse(&stimulus, small.bytes, small.size);
    tell(f, id, path, &stimulus);
  }
  stimulus_fini(&stimulus);
  free(small.bytes);
  return saved;
}

static bool counts(const struct fuzz_findings *f, const struct finding *finding) {
  return finding_traits(finding->sighting.kind)->severity >= f->session->options->severity;
}

bool fuzz_findings_take(struct fuzz_findings *f, const uint8_t *bytes, size_t size,
                        struct error *error) {
  struct stimulus stimulus = {0};
  size_t count = 0;
  char(*ids)[17] = NULL;
  size_t new = 0;
  stimulus_parse(&stimulus, bytes, size);
  const struct finding *findings = judge_decide(f->judge, &stimulus, &count);
  ids = allocate(count + 1, sizeof *ids);
  for (size_t i = 0; i < count; i++) {
    if (counts(f, &findings[i]) && !is_known(f, findings[i].id)) {
      memcpy(ids[new ++], findings[i].id, sizeof *ids);
    }
  }
  bool good = true;
  for (size_t i = 0; good && i < new; i++) {
    good = is_known(f, ids[i]) || keep(f, ids[i], bytes, size, error);
  }
  free(ids);
  stimulus_fini(&stimulus);
  return good;
}
