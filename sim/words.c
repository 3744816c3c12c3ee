#include "sim/words.h"

#include <assert.h>
#include <string.h>

size_t words_distance(const char *typed, const char *known) {
  size_t rows[3][WORDS_LONGEST + 1] = {{0}};
  size_t length = strlen(known);
  size_t i = 0;
  assert(length <= WORDS_LONGEST);
  for (size_t j = 0; j <= length; j++) {
    rows[0][j] = j;
  }
  while (typed[i] != '\0') {
    i++;
    size_t *row = rows[i % 3];
    const size_t *above = rows[(i + 2) % 3];
    const size_t *second = rows[(i + 1) % 3];
    row[0] = i;
    for (size_t j = 1; j <= length; j++) {
      size_t best = above[j - 1] + (typed[i - 1] != known[j - 1]);
      best = above[j] + 1 < best ? above[j] + 1 : best;
      best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
      bool swapped =
          i > 1 && j > 1 && typed[i - 1] == known[j - 2] && typed[i - 2] == known[j - 1];
      row[j] = swapped && second[j - 2] + 1 < best ? second[j - 2] + 1 : best;
    }
  }
  return rows[i % 3][length];
}

void words_try(struct words_nearest *nearest, const char *known) {
  size_t limit = nearest->word != NULL ? nearest->distance : 1 + strlen(known) / 2;
  size_t distance = words_distance(nearest->wrong, known);
  if (distance < limit) {
    nearest->word = known;
    nearest->distance = distance;
  }
}
