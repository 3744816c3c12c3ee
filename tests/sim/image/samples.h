/* The images that the tests load, by name. */
#ifndef TORNWORD_TESTS_SIM_IMAGE_SAMPLES_H
#define TORNWORD_TESTS_SIM_IMAGE_SAMPLES_H

#include "sim/image/image.h"

/* Path of a sample ("shapes_o2.elf"); caller frees. */
char *sample_path(const char *name);
/* Loads a sample that must load; the test fails if it does not. */
struct image *sample_load(const char *name);
bool sample_exists(const char *name);
/* All bytes of a file; caller frees. */
unsigned char *sample_bytes(const char *name, size_t *size);
/* Writes a file for this test process; returns its path, caller frees. */
char *sample_write(const unsigned char *bytes, size_t size);
/* Number of the line that holds this text, in a sample's source. */
unsigned sample_line(const char *source, const char *text);

#endif
