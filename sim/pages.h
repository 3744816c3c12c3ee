/* Zeroed memory in whole pages: for tables of megabytes of which one run touches
 * little. What was never touched costs nothing, neither at first nor when all is
 * made zero again. */
#ifndef TORNWORD_SIM_PAGES_H
#define TORNWORD_SIM_PAGES_H

#include <stddef.h>

/* `size` bytes of zeros, at the start of a page. Aborts when there is no memory. */
void *pages_create(size_t size);
/* Makes them zero again. */
void pages_clear(void *memory, size_t size);
/* NULL is allowed. */
void pages_destroy(void *memory, size_t size);

#endif
