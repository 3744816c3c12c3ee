/* Device registers with models, for random firmwares: counters, a timer that captures and
 * compares, a flag that is cleared by 1 and drives IRQ 0, one that is cleared by reading
 * and comes later, values in turn. tests/random/generate.py knows the addresses. */
#ifndef TORNWORD_TESTS_RANDOM_DEVICES_H
#define TORNWORD_TESTS_RANDOM_DEVICES_H

#include "sim/machine/registers.h"

static const uint32_t device_turns[] = {1, 0, 3, 2};

static const struct register_effect device_effects[] = {
    {.target = 0x40003010, .captures = true, .tick = 16, .width = 16},
    {.target = 0x40003014,
     .set = 1,
     .compares = true,
     .tick = 4,
     .width = 6,
     .repeats = true,
     .while_in = 0x40003018,
     .while_bits = 1},
    {.target = 0x40003020, .set = 3, .after = 20},
};

static const struct register_model device_models[] = {
    {.address = 0x40003000, .source = SOURCE_COUNTER, .period = 16},
    {.address = 0x40003004, .source = SOURCE_COUNTER, .period = 1},
    {.address = 0x40003008, .first_effect = 0, .effect_count = 1},
    {.address = 0x4000300c, .first_effect = 1, .effect_count = 1},
    {.address = 0x40003010},
    {.address = 0x40003014, .clear_by_one = UINT32_MAX},
    {.address = 0x40003018},
    {.address = 0x4000301c, .first_effect = 2, .effect_count = 1},
    {.address = 0x40003020, .clear_by_read = 1},
    {.address = 0x40003024, .source = SOURCE_SET, .values = device_turns, .value_count = 4},
};

static const struct register_line device_lines[] = {
    {.exception = 16,
     .status = 0x40003014,
     .status_bits = 1,
     .enable = 0x40003018,
     .enable_bits = 1},
};

static const struct register_set device_set = {
    .models = device_models,
    .model_count = sizeof device_models / sizeof *device_models,
    .effects = device_effects,
    .effect_count = sizeof device_effects / sizeof *device_effects,
    .lines = device_lines,
    .line_count = sizeof device_lines / sizeof *device_lines,
};

#endif
