#include "samples.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *sample_path(const char *name) {
  char *path = NULL;
  cr_assert_geq(asprintf(&path, "%s/%s", SAMPLES, name), 0);
  return path;
}

bool sample_exists(const char *name) {
  char *path = sample_path(name);
  bool exists = access(path, R_OK) == 0;
  free(path);
  return exists;
}

struct image *sample_load(const char *name) {
  char *path = sample_path(name);
  struct error error = {{0}};
  struct image *image = image_load(path, NULL, &error);
  cr_assert_not_null(image, "%s", error.message);
  free(path);
  return image;
}

unsigned char *sample_bytes(const char *name, size_t *size) {
  char *path = sample_path(name);
  FILE *stream = fopen(path, "rb");
  cr_assert_not_null(stream, "%s", path);
  fseek(stream, 0, SEEK_END);
  *size = (size_t)ftell(stream);
  rewind(stream);
  unsigned char *bytes = malloc(*size);
  cr_assert_eq(fread(bytes, 1, *size, stream), *size);
  fclose(stream);
  free(path);
  return bytes;
}

char *sample_write(const unsigned char *bytes, size_t size) {
  char *path = NULL;
  cr_assert_geq(asprintf(&path, "%s/written.%d", SAMPLES, (int)getpid()), 0);
  FILE *stream = fopen(path, "wb");
  cr_assert_not_null(stream, "%s", path);
  cr_assert_eq(fwrite(bytes, 1, size, stream), size);
  fclose(stream);
  return path;
}

unsigned sample_line(const char *source, const char *text) {
  char *path = NULL;
  char line[256];
  cr_assert_geq(asprintf(&path, "%s/%s", SAMPLE_SOURCES, source), 0);
  FILE *stream = fopen(path, "r");
  cr_assert_not_null(stream, "%s", path);
  unsigned number = 0;
  bool found = false;
  while (!found && fgets(line, sizeof line, stream) != NULL) {
    number++;
    found = strstr(line, text) != NULL;
  }
  fclose(stream);
  free(path);
  cr_assert(found, "no \"%s\" in %s", text, source);
  return number;
}
