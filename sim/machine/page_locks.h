#ifndef TORNWORD_SIM_MACHINE_PAGE_LOCKS_H
#define TORNWORD_SIM_MACHINE_PAGE_LOCKS_H

/* To be called by whoever makes an executor: what it does, it does by being linked. */
void page_locks_leave_out(void);

#endif
