/* The line table, from the line programs in .debug_line (DWARF 2 to 5).
 *
 * libdw sorts the sequences of a unit into each other. Functions that the
 * linker dropped keep sequences that start at address 0, and with flash at 0
 * they would cover live code. So the programs are run here, sequence by
 * sequence; only the file names come from libdw. */
#include <dwarf.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "sim/image/dies.h"
#include "sim/image/object.h"

enum { MOST_ROWS = 8 * 1000 * 1000, MOST_OPCODES = 256 };

struct cursor {
  const uint8_t *at;
  const uint8_t *end;
};

struct program {
  struct cursor code;
  uint8_t minimum_step;
  int8_t line_base;
  uint8_t line_range;
  uint8_t opcode_base;
  uint8_t operands[MOST_OPCODES]; /* of each standard opcode */
};

struct registers {
  uint32_t address;
  uint32_t line;
  uint32_t column;
  uint64_t file;
};

struct run {
  struct image *image;
  struct dies *dies;
  struct unit *unit;
  struct registers registers;
  size_t sequence; /* index of the first row of the sequence */
};

static uint64_t take(struct cursor *cursor, size_t size) {
  uint64_t value = 0;
  if ((size_t)(cursor->end - cursor->at) < size) {
    cursor->at = cursor->end;
    return 0;
  }
  memcpy(&value, cursor->at, size); /* both sides are little-endian */
  cursor->at += size;
  return value;
}

static uint64_t take_uleb(struct cursor *cursor, bool *negative, unsigned *bits) {
  uint64_t value = 0;
  uint8_t byte = 0x80;
  *bits = 0;
  while ((byte & 0x80) != 0 && cursor->at < cursor->end) {
    byte = *cursor->at++;
    if (*bits < 63) {
      value |= (uint64_t)(byte & 0x7f) << *bits;
      *bits += 7;
    }
  }
  *negative = (byte & 0x40) != 0;
  return value;
}

static uint64_t take_unsigned(struct cursor *cursor) {
  bool negative = false;
  unsigned bits = 0;
  return take_uleb(cursor, &negative, &bits);
}

static uint64_t take_signed(struct cursor *cursor) {
  bool negative = false;
  unsigned bits = 0;
  uint64_t value = take_uleb(cursor, &negative, &bits);
  return negative && bits < 64 ? value | (UINT64_MAX << bits) : value;
}

static bool program_open(struct cursor section, uint64_t offset, struct program *program) {
  if (offset >= (size_t)(section.end - section.at)) {
    return false;
  }
  struct cursor header = {section.at + offset, section.end};
  uint64_t length = take(&header, 4);
  if (length > (size_t)(header.end - header.at)) {
    return false; /* truncated, or 64-bit DWARF, which 32-bit tools do not write */
  }
  header.end = header.at + length;
  uint64_t version = take(&header, 2);
  take(&header, version >= 5 ? 2 : 0); /* sizes of addresses and selectors */
  uint64_t header_length = take(&header, 4);
  if (version < 2 || version > 5 || header_length > (size_t)(header.end - header.at)) {
    return false;
  }
  program->code = (struct cursor){header.at + header_length, header.end};
  program->minimum_step = (uint8_t)take(&header, 1);
  take(&header, version >= 4 ? 2 : 1); /* operations per instruction; default_is_stmt */
  program->line_base = (int8_t)take(&header, 1);
  program->line_range = (uint8_t)take(&header, 1);
  program->opcode_base = (uint8_t)take(&header, 1);
  for (unsigned i = 1; i < program->opcode_base; i++) {
    program->operands[i] = (uint8_t)take(&header, 1);
  }
  return program->line_range != 0 && program->opcode_base != 0;
}

static void row_add(struct run *run, bool end) {
  struct line_table *lines = &run->image->lines;
  if (lines->count == MOST_ROWS) {
    return;
  }
  void *rows = lines->rows;
  array_reserve(&rows, &lines->capacity, lines->count + 1, sizeof *lines->rows);
  lines->rows = rows;
  uint32_t column = run->registers.column;
  lines->rows[lines->count] = (struct line_row){
      .address = run->registers.address,
      .line = run->registers.line,
      .file = end ? NULL : dies_unit_file(run->dies, run->unit, run->registers.file),
      .order = (uint32_t)lines->count,
      .column = column <= UINT16_MAX ? (uint16_t)column : 0,
      .end = end,
  };
  lines->count++;
}

static void sequence_end(struct run *run) {
  struct line_table *lines = &run->image->lines;
  row_add(run, true);
  if (run->sequence < lines->count &&
      symbols_drop_code(run->image, lines->rows[run->sequence].address)) {
    lines->count = run->sequence;
  }
  run->sequence = lines->count;
  run->registers = (struct registers){.line = 1, .file = 1};
}

static void run_extended(struct run *run, struct cursor *code) {
  uint64_t length = take_unsigned(code);
  if (length == 0 || length > (size_t)(code->end - code->at)) {
    code->at = code->end;
    return;
  }
  struct cursor body = {code->at, code->at + length};
  code->at = body.end;
  uint64_t opcode = take(&body, 1);
  if (opcode == DW_LNE_end_sequence) {
    sequence_end(run);
  } else if (opcode == DW_LNE_set_address) {
    run->registers.address = (uint32_t)take(&body, 4) & ~1U;
  }
}

static void advance(struct run *run, const struct program *program, uint64_t steps) {
  run->registers.address += (uint32_t)(steps * program->minimum_step);
}

static void run_standard(struct run *run, const struct program *program, uint8_t opcode,
                         struct cursor *code) {
  switch (opcode) {
    case DW_LNS_copy:
      row_add(run, false);
      break;
    case DW_LNS_advance_pc:
      advance(run, program, take_unsigned(code));
      break;
    case DW_LNS_advance_line:
      run->registers.line += (uint32_t)take_signed(code);
      break;
    case DW_LNS_set_file:
      run->registers.file = take_unsigned(code);
      break;
    case DW_LNS_set_column:
      run->registers.column = (uint32_t)take_unsigned(code);
      break;
    case DW_LNS_const_add_pc:
      advance(run, program, (255U - program->opcode_base) / program->line_range);
      break;
    case DW_LNS_fixed_advance_pc:
      run->registers.address += (uint32_t)take(code, 2);
      break;
    default: /* statement and block marks, and opcodes of later versions */
      for (unsigned i = 0; i < program->operands[opcode]; i++) {
        take_unsigned(code);
      }
      break;
  }
}

static void program_run(struct run *run, struct program *program) {
  struct cursor *code = &program->code;
  run->registers = (struct registers){.line = 1, .file = 1};
  run->sequence = run->image->lines.count;
  while (code->at < code->end) {
    uint8_t opcode = *code->at++;
    if (opcode >= program->opcode_base) {
      unsigned special = opcode - program->opcode_base;
      advance(run, program, special / program->line_range);
      run->registers.line +=
          (uint32_t)(program->line_base + (int)(special % program->line_range));
      row_add(run, false);
    } else if (opcode == 0) {
      run_extended(run, code);
    } else {
      run_standard(run, program, opcode, code);
    }
  }
  run->image->lines.count = run->sequence; /* a sequence without an end is none */
}

static int compare_rows(const void *left, const void *right) {
  const struct line_row *a = left;
  const struct line_row *b = right;
  if (a->address != b->address) {
    return a->address < b->address ? -1 : 1;
  }
  if (a->end != b->end) {
    return a->end ? -1 : 1;
  }
  return a->order < b->order ? -1 : a->order > b->order;
}

static struct cursor section_bytes(const struct image *image, Elf *elf) {
  for (size_t i = 0; i < image->section_count; i++) {
    if (strcmp(image->sections[i].name, ".debug_line") != 0 &&
        strcmp(image->sections[i].name, ".zdebug_line") != 0) {
      continue;
    }
    const Elf_Data *data = elf_getdata(elf_getscn(elf, i), NULL);
    if (data != NULL && data->d_buf != NULL) {
      const uint8_t *bytes = data->d_buf;
      return (struct cursor){bytes, bytes + data->d_size};
    }
  }
  return (struct cursor){NULL, NULL};
}

void lines_load(struct image *image, struct dies *dies, Elf *elf) {
  struct cursor section = section_bytes(image, elf);
  for (size_t i = 0; dies != NULL && section.at != NULL && i < dies->unit_count; i++) {
    uint64_t offset = 0;
    struct program program = {.minimum_step = 0};
    if (die_number(&dies->units[i].die, DW_AT_stmt_list, &offset) &&
        program_open(section, offset, &program)) {
      struct run run = {.image = image, .dies = dies, .unit = &dies->units[i]};
      program_run(&run, &program);
    }
  }
  if (image->lines.count > 0) {
    qsort(image->lines.rows, image->lines.count, sizeof *image->lines.rows, compare_rows);
  }
}

/* Index of the first row behind pc. */
static size_t rows_behind(const struct line_table *lines, uint32_t pc) {
  size_t first = 0;
  size_t behind = lines->count;
  while (first < behind) {
    size_t middle = first + (behind - first) / 2;
    if (lines->rows[middle].address <= pc) {
      first = middle + 1;
    } else {
      behind = middle;
    }
  }
  return first;
}

uint32_t image_row_behind(const struct image *image, uint32_t pc) {
  size_t index = rows_behind(&image->lines, pc);
  while (index < image->lines.count && image->lines.rows[index].end) {
    index++;
  }
  return index < image->lines.count ? image->lines.rows[index].address : UINT32_MAX;
}

const struct line_row *lines_at(const struct line_table *lines, uint32_t pc, uint32_t low) {
  size_t first = rows_behind(lines, pc);
  if (first == 0 || lines->rows[first - 1].end) {
    return NULL;
  }
  const struct line_row *here = &lines->rows[first - 1];
  for (size_t i = first; i > 0 && lines->rows[i - 1].address >= low; i--) {
    const struct line_row *row = &lines->rows[i - 1];
    if (row->end) {
      break;
    }
    if (row->line != 0) {
      return row;
    }
  }
  return here;
}
