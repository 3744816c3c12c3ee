/* memory_map: with fuzzware's names. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim/board/readers.h"

static const uint32_t DEVICE_SPACE = 0x40000000;
enum { PAGE = 0x1000, LARGEST_PART = 0x04000000 };

struct part {
  uint32_t base;
  uint64_t size;
  const char *permissions;
  const char *file;
  const char *path;
  bool is_entry;
  uint32_t ivt_offset;
  uint32_t file_offset, file_size;
  bool overwrite;
  bool erased;
};

static bool read_file(struct yaml *yaml, const yaml_node_t *node, void *into) {
  struct part *part = (struct part *)((char *)into - offsetof(struct part, file));
  return yaml_text(yaml, node, &part->file) && yaml_path(yaml, node, &part->path);
}

#define MEMBER(key, reader, member) \
  { .name = key, .read = reader, .offset = offsetof(struct part, member) }

static const struct yaml_key KEYS[] = {MEMBER("base_addr", yaml_u32, base),
                                       MEMBER("size", yaml_u64, size),
                                       MEMBER("permissions", yaml_text, permissions),
                                       MEMBER("file", read_file, file),
                                       MEMBER("is_entry", yaml_bool, is_entry),
                                       MEMBER("ivt_offset", yaml_u32, ivt_offset),
                                       MEMBER("file_offset", yaml_u32, file_offset),
                                       MEMBER("file_size", yaml_u32, file_size),
                                       MEMBER("overwrite", yaml_bool, overwrite),
                                       MEMBER("erased", yaml_bool, erased),
                                       {.name = NULL}};

/* A file that is not the image: its bytes stand there at reset. */
static void load_bytes(struct board *board, struct memory_part *part, const char *path,
                       uint32_t offset) {
  FILE *stream = fopen(path, "rb");
  if (stream == NULL) {
    board_note(board, "%s: cannot be read: %s; IMAGE is used where it belongs", path,
               strerror(errno));
    return;
  }
  uint8_t *bytes = arena_allocate(&board->arena, part->size, 1);
  fseek(stream, (long)offset, SEEK_SET);
  part->byte_count = (uint32_t)fread(bytes, 1, part->size, stream);
  part->bytes = bytes;
  fclose(stream);
}

static bool check(struct yaml *yaml, const yaml_node_t *node, const struct part *part) {
  if (part->size == 0) {
    return yaml_refuse(yaml, node, "a part of memory without a size; give size: 0x10000");
  }
  if (part->size > LARGEST_PART || part->base + part->size > DEVICE_SPACE) {
    return yaml_refuse(yaml, node,
                       "memory at 0x%08x of 0x%llx bytes; it ends below 0x40000000 "
                       "and has at most 64 MiB",
                       part->base, (unsigned long long)part->size);
  }
  return true;
}

static bool read_part(struct yaml *yaml, const yaml_node_t *key, const yaml_node_t *value,
                      void *user) {
  struct board *board = user;
  struct part read = {.permissions = "rwx"};
  const char *name = yaml_scalar(key);
  if (!yaml_fill(yaml, value, KEYS, &read)) {
    return false;
  }
  if (read.base >= DEVICE_SPACE) { /* devices are everywhere there */
    return true;
  }
  if (!check(yaml, key, &read)) {
    return false;
  }
  struct memory_part *part = board_add_part(board, name);
  part->base = read.base;
  part->size = (uint32_t)read.size;
  part->device = strncmp(name, "mmio", 4) == 0;
  part->writable = strchr(read.permissions, 'w') != NULL;
  part->executable = strchr(read.permissions, 'x') != NULL;
  part->file = read.file;
  part->erased = read.erased;
  part->is_entry = read.is_entry;
  part->ivt_offset = read.ivt_offset;
  if (read.file != NULL && !read.is_entry) {
    load_bytes(board, part, read.path, read.file_offset);
  }
  return true;
}

bool read_memory_map(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return yaml_pairs(yaml, node, read_part, into);
}
