/* Which words anything has read. */
#include <criterion/criterion.h>

#include "sim/machine/reads.h"

enum { BASE = 0x20000000, SIZE = 0x1000 };

Test(reads, all_words_count_while_nothing_is_kept) {
  struct reads reads = {.kept = false};
  reads_add(&reads, BASE, 4);
  cr_expect(reads_has(&reads, BASE));
  cr_expect(reads_has(&reads, 0));
  cr_expect_eq(reads.generation, 0);
}

Test(reads, a_word_counts_once_it_is_read) {
  struct reads reads = {.kept = false};
  reads_begin(&reads, BASE, SIZE);
  cr_expect_not(reads_has(&reads, BASE + 8));
  uint64_t generation = reads.generation;
  reads_add(&reads, BASE + 9, 1);
  cr_expect(reads_has(&reads, BASE + 8));
  cr_expect(reads_has(&reads, BASE + 11));
  cr_expect_not(reads_has(&reads, BASE + 4));
  cr_expect_not(reads_has(&reads, BASE + 12));
  cr_expect_gt(reads.generation, generation);
  generation = reads.generation;
  reads_add(&reads, BASE + 8, 4);
  cr_expect_eq(reads.generation, generation, "nothing is new");
  reads_free(&reads);
}

Test(reads, takes_all_words_of_what_is_read) {
  struct reads reads = {.kept = false};
  reads_begin(&reads, BASE, SIZE);
  reads_add(&reads, BASE + 2, 4); /* across two */
  cr_expect(reads_has(&reads, BASE) && reads_has(&reads, BASE + 4));
  cr_expect_not(reads_has(&reads, BASE + 8));
  reads_add(&reads, BASE + 62 * 4, 16); /* across what one number of bits holds */
  for (unsigned word = 62; word < 66; word++) {
    cr_expect(reads_has(&reads, BASE + word * 4), "word %u", word);
  }
  cr_expect_not(reads_has(&reads, BASE + 66 * 4));
  reads_free(&reads);
}

Test(reads, keeps_to_its_part_of_memory) {
  struct reads reads = {.kept = false};
  reads_begin(&reads, BASE, SIZE);
  uint64_t generation = reads.generation;
  reads_add(&reads, BASE - 4, 4);
  reads_add(&reads, BASE + SIZE, 4);
  reads_add(&reads, 0xfffffffc, 4);
  cr_expect_eq(reads.generation, generation);
  cr_expect(reads_has(&reads, BASE - 4) && reads_has(&reads, BASE + SIZE));
  reads_add(&reads, BASE + SIZE - 2, 4);
  cr_expect(reads_has(&reads, BASE + SIZE - 4));
  reads_free(&reads);
}

Test(reads, begins_anew) {
  struct reads reads = {.kept = false};
  reads_begin(&reads, BASE, SIZE);
  reads_add(&reads, BASE, 4);
  uint64_t generation = reads.generation;
  reads_begin(&reads, BASE, SIZE);
  cr_expect_not(reads_has(&reads, BASE));
  cr_expect_gt(reads.generation, generation);
  generation = reads.generation;
  reads_end(&reads);
  cr_expect(reads_has(&reads, BASE));
  cr_expect_gt(reads.generation, generation);
  reads_free(&reads);
}
