/* What stands behind a struct tornword_firmware. */
#ifndef TORNWORD_LIBRARY_FIRMWARE_H
#define TORNWORD_LIBRARY_FIRMWARE_H

#include "include/tornword.h"
#include "session/session.h"

struct tornword_firmware {
  struct options options;
  struct session session;
  struct texts texts; /* copies of what the caller gave, and the notes */
  const char **notes;
  size_t note_count, note_capacity;
};

#endif
