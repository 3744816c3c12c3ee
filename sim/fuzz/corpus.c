#include "sim/fuzz/corpus.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void corpus_free(struct corpus *corpus) {
  for (size_t i = 0; i < corpus->count; i++) {
    free(corpus->entries[i].bytes);
  }
  free(corpus->entries);
  *corpus = (struct corpus){0};
}

void corpus_add(struct corpus *corpus, const uint8_t *bytes, size_t size) {
  array_reserve((void **)&corpus->entries, &corpus->capacity, corpus->count + 1,
                sizeof *corpus->entries);
  struct entry *entry = &corpus->entries[corpus->count++];
  entry->bytes = allocate(size + 1, 1);
  entry->size = size;
  if (size > 0) {
    memcpy(entry->bytes, bytes, size);
  }
}

static bool load_file(struct corpus *corpus, const char *path, struct error *error) {
  struct stat status;
  if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
    return true;
  }
  FILE *stream = fopen(path, "rb");
  if (stream == NULL) {
    return error_set(error, "%s: cannot be read: %s", path, strerror(errno));
  }
  uint8_t *bytes = allocate(ENTRY_MOST, 1);
  size_t size = fread(bytes, 1, ENTRY_MOST, stream);
  bool read = ferror(stream) == 0;
  fclose(stream);
  if (read) {
    corpus_add(corpus, bytes, size);
  }
  free(bytes);
  return read || error_set(error, "%s: cannot be read: %s", path, strerror(errno));
}

static int is_entry(const struct dirent *entry) {
  return entry->d_name[0] != '.';
}

bool corpus_load(struct corpus *corpus, const char *folder, struct error *error) {
  struct dirent **names = NULL;
  int count = scandir(folder, &names, is_entry, alphasort);
  if (count < 0) {
    return error_set(error, "%s: cannot be read: %s; give a folder of test cases", folder,
                     strerror(errno));
  }
  bool good = true;
  for (int i = 0; i < count; i++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
    good = good && load_file(corpus, path, error);
    free(names[i]);
  }
  free(names);
  return good;
}

bool corpus_save(const char *folder, const char *name, const uint8_t *bytes, size_t size,
                 struct error *error) {
  char path[4096];
  char partial[4096 + 8];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  snprintf(partial, sizeof partial, "%s/.%s", folder, name);
  FILE *stream = fopen(partial, "wb");
  if (stream == NULL) {
    return error_set(error, "%s: cannot be written: %s", path, strerror(errno));
  }
  bool written = fwrite(bytes, 1, size, stream) == size;
  written = fclose(stream) == 0 && written;
  if (!written || rename(partial, path) != 0) {
    error_set(error, "%s: cannot be written: %s", path, strerror(errno));
    unlink(partial);
    return false;
  }
  return true;
}
