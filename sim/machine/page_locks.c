/* The executor without its page locks.
 *
 * Unicorn 2.0.1 sets up and throws away QEMU's collection of page locks at every
 * store, which shows in every check. It guards nothing there: the locks
 * themselves are left out of Unicorn (it runs one processor in one thread), and the
 * collection is read by nobody but its own functions. Which translations a store
 * makes stale is found by other means, as before.
 *
 * The library calls these two functions by their exported names, so that an
 * executable which has them takes the library's place. Built for that version of
 * Unicorn alone; libtornword does not export them, and runs with the locks. */
#include "sim/machine/page_locks.h"

#include <stddef.h>

#define TAKES_PLACE __attribute__((visibility("default")))

struct uc_struct;
struct page_collection;

TAKES_PLACE struct page_collection *page_collection_lock_arm(struct uc_struct *uc,
                                                             unsigned long start,
                                                             unsigned long end);
TAKES_PLACE void page_collection_unlock_arm(struct page_collection *pages);

struct page_collection *page_collection_lock_arm(struct uc_struct *uc, unsigned long start,
                                                 unsigned long end) {
  (void)uc;
  (void)start;
  (void)end;
  return NULL;
}

void page_collection_unlock_arm(struct page_collection *pages) {
  (void)pages;
}

void page_locks_leave_out(void) {}
