/* Without libFuzzer: gives the target each file of the folders that are named, whole
 * and cut short. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/readers/reader.h"

enum { LARGEST = 1 << 20, CUTS = 8 };

static void give(const char *path) {
  FILE *stream = fopen(path, "rb");
  uint8_t *bytes = malloc(LARGEST);
  if (stream == NULL || bytes == NULL) {
    abort();
  }
  size_t size = fread(bytes, 1, LARGEST, stream);
  fclose(stream);
  for (size_t cut = 0; cut <= CUTS; cut++) {
    LLVMFuzzerTestOneInput(bytes, size * (CUTS - cut) / CUTS);
  }
  free(bytes);
}

int main(int count, char **folders) {
  unsigned given = 0;
  for (int i = 1; i < count; i++) {
    struct dirent **entries = NULL;
    int found = scandir(folders[i], &entries, NULL, alphasort);
    for (int k = 0; k < found; k++) {
      char path[1024];
      snprintf(path, sizeof path, "%s/%s", folders[i], entries[k]->d_name);
      if (entries[k]->d_name[0] != '.') {
        give(path);
        given++;
      }
      free(entries[k]);
    }
    free(entries);
  }
  printf("%u files\n", given);
  return given > 0 ? 0 : 1;
}
