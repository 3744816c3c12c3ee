/* Names as the programmer wrote them: Rust (legacy and v0) and C++. */
#ifndef TORNWORD_SIM_IMAGE_DEMANGLE_H
#define TORNWORD_SIM_IMAGE_DEMANGLE_H

#include "sim/image/arena.h"

/* NULL for a name that is not mangled; else text of the arena. */
const char *demangle(struct arena *arena, const char *name);
/* The demangled name, or the name itself (copied to the arena). */
const char *demangle_or_copy(struct arena *arena, const char *name);

#endif
