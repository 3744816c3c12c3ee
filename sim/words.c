#include "sim/words.h"

#include <assert.h>
#include <string.h>

size_t words_distance(const char *typed, const char *known) {
  size_t row[WORDS_LONGEST + 1];
  size_t length = strlen(known);
  assert(length <= WORDS_LONGEST);
  for (size_t j = 0; j <= length; j++) {
    row[j] = j;
  }
  for (size_t i = 1; typed[i - 1] != '\0'; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= length; j++) {
      size_t best = diagonal + (typed[i - 1] != known[j - 1]);
      best = row[j] + 1 < best ? row[j] + 1 : best;
      best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
      diagonal = row[j];
      row[j] = best;
    }
  }
  return row[length];
}
