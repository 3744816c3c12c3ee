/* A schedule as a text file: what a token says, for people and version control.
 *
 *   # what it shows, or any other comment
 *   schedule 1
 *   model 1
 *   image 23b150cd
 *   config d3b1
 *   inject SysTick at beat 48 after 1
 *
 * One statement a line, in any order but `schedule 1` first; # begins a comment.
 * An `inject` line for each interrupt, in the order of the run:
 *
 *   inject EXCEPTION at boundary N
 *   inject EXCEPTION at beat N after ACCESSES
 *   inject EXCEPTION at entry N
 *   inject EXCEPTION at return N
 *
 * or `run until N`, the run as it is. A file that holds a token alone is read as
 * well. Wherever a TOKEN is taken, @FILE names such a file. */
#ifndef TORNWORD_SESSION_SCHEDULE_FILE_H
#define TORNWORD_SESSION_SCHEDULE_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/error.h"
#include "sim/explore/schedule.h"

/* A token, or @FILE. Messages on a file begin with its name and line. */
bool schedule_argument(const char *text, struct schedule *schedule, struct error *error);

/* `comment`: one line, or NULL. */
void schedule_write(FILE *out, const struct schedule *schedule, const char *comment);

#endif
