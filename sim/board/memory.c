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
  bool overlay;
  bool erased;
};

static bool read_file(struct yaml *yaml, const yaml_node_t *node, void *into) {
  struct part *part = (struct part *)((char *)into - offsetof(struct part, file));
  return yaml_text(yaml, node, &part->file) && yaml_path(yaml, node, &part->path);
}

#define MEMBER(key, reader, member) YAML_MEMBER(struct part, key, reader, member)

static const struct yaml_key KEYS[] = {
    MEMBER("base_addr", yaml_u32, base),
    MEMBER("size", yaml_u64, size),
    MEMBER("permissions", yaml_text, permissions),
    MEMBER("file", read_file, file),
    MEMBER("is_entry", yaml_bool, is_entry),
    MEMBER("ivt_offset", yaml_u32, ivt_offset),
    MEMBER("file_offset", yaml_u32, file_offset),
    MEMBER("load_offset", yaml_u32, file_offset),
    MEMBER("overlay", yaml_bool, overlay),
    MEMBER("file_size", yaml_u32, file_size),
    {.name = "overwrite", .unused = "what is described later wins"},
    MEMBER("erased", yaml_bool, erased),
    {.name = NULL}};

/* A file that is not the image: its bytes stand there at reset. */
static void load_bytes(struct board *board, struct memory_part *part, const struct part *read) {
  FILE *stream = fopen(read->path, "rb");
  if (stream == NULL) {
    board_note(board, "%s: cannot be read: %s; IMAGE is used where it belongs", read->path,
               strerror(errno));
    return;
  }
  bool seeks = fseek(stream, 0, SEEK_END) == 0;
  long end = seeks ? ftell(stream) : 0;
  uint32_t most =
      read->file_size != 0 && read->file_size < part->size ? read->file_size : part->size;
  if (end > (long)read->file_offset && fseek(stream, (long)read->file_offset, SEEK_SET) == 0) {
    uint64_t there = (uint64_t)end - read->file_offset;
    uint8_t *bytes = arena_allocate(&board->arena, there < most ? there : most, 1);
    part->byte_count = (uint32_t)fread(bytes, 1, there < most ? there : most, stream);
    part->bytes = bytes;
  }
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
  if (read.overlay) {
    yaml_note(yaml, key, "'overlay' is not used: what lies there is memory");
    return true;
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
  bool any = read.file != NULL && strpbrk(read.file, "*?[") != NULL; /* it is the image */
  if (any || read.is_entry) {
    part->is_entry = true;
    if (read.file_offset != 0) {
      yaml_note(yaml, key, "the offset in the file is not used: cut the file for IMAGE");
    }
  } else if (read.file != NULL) {
    load_bytes(board, part, &read);
  }
  return true;
}

bool read_memory_map(struct yaml *yaml, const yaml_node_t *node, void *into) {
  return yaml_pairs(yaml, node, read_part, into);
}
