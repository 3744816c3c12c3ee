/* The images that the demo build makes of a scenario's source. */
#ifndef TORNWORD_TESTS_FIRMWARE_BUILDS_H
#define TORNWORD_TESTS_FIRMWARE_BUILDS_H

#include "sim/explore/scenario.h"

enum { BUILD_NAME = 128, BUILD_PATH = 512 };

/* Whether there is one for this core at this level. */
bool build_exists(const struct scenario_program *program, enum core core,
                  enum optimisation optimisation);

/* "torn_enum-m3-O2" */
void build_name(const struct scenario_program *program, enum core core,
                enum optimisation optimisation, char name[BUILD_NAME]);

/* Rust's stand in a folder of their own. */
void build_path(const struct scenario_program *program, enum core core,
                enum optimisation optimisation, char path[BUILD_PATH]);

/* Written in Rust: built only where rustc and its source are. */
bool build_is_rust(const struct scenario_program *program);

#endif
