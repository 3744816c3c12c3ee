/* Readers of a board's sections, shared by the files of this folder only. */
#ifndef TORNWORD_SIM_BOARD_READERS_H
#define TORNWORD_SIM_BOARD_READERS_H

#include "sim/board/board.h"
#include "sim/board/yaml.h"

/* `into` is the struct board. */
yaml_reader read_memory_map; /* memory.c */
yaml_reader read_registers;  /* registers.c */
yaml_reader read_lines;
yaml_reader read_input_registers; /* inputs.c */
yaml_reader read_mmio_models;     /* fuzzware.c */
yaml_reader read_handlers;
yaml_reader read_exit_at;
yaml_reader read_nvic;
yaml_reader read_use_exit_at;
yaml_reader read_symbols;
yaml_reader read_invariants; /* claims.c */
yaml_reader read_groups;

#endif
