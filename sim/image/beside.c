/* --symbols: an ELF file beside a hex or raw image.
 *
 * The image says what the bytes are, the ELF file says what they mean: where
 * .data runs, how large .bss is, what is code. Bytes that only one of them has
 * stay apart. */
#include <stdlib.h>
#include <string.h>

#include "sim/image/formats.h"

struct difference {
  uint32_t first; /* address */
  uint32_t count; /* of bytes */
  uint32_t missing;
};

struct image *beside_read(const char *path, struct error *error) {
  struct image *other = allocate(1, sizeof *other);
  other->path = arena_text(&other->arena, path);
  if (file_read(other, error) && file_check(other, error) && elf_segments(other, error)) {
    return other;
  }
  image_destroy(other);
  return NULL;
}

static void compare(struct difference *difference, const struct segment *ours,
                    const struct segment *theirs) {
  for (uint32_t i = 0; i < theirs->size; i++) {
    if (ours->bytes[theirs->address - ours->address + i] != theirs->bytes[i]) {
      difference->first = difference->count == 0 ? theirs->address + i : difference->first;
      difference->count++;
    }
  }
}

/* The segments of the merged image while they are put together. */
struct merge {
  struct segment *segments;
  size_t count;
};

/* Cuts what `named` covers out of the plain segment at `index`. */
static void cut(struct merge *merge, size_t index, const struct segment *named) {
  struct segment plain = merge->segments[index];
  uint32_t before = named->address - plain.address;
  uint32_t behind = plain.size - before - named->size;
  struct segment *head = &merge->segments[index];
  head->size = head->memory_size = before;
  if (behind > 0) {
    struct segment *tail = &merge->segments[merge->count++];
    *tail = plain;
    tail->address = tail->run_address = named->address + named->size;
    tail->size = tail->memory_size = behind;
    tail->bytes = plain.bytes + before + named->size;
  }
}

static bool covers(const struct segment *ours, const struct segment *theirs) {
  return ours->size > 0 && theirs->address >= ours->address && theirs->size <= ours->size &&
         theirs->address - ours->address <= ours->size - theirs->size;
}

/* One segment of the ELF file with the bytes that the image has for it. */
static struct segment take(struct merge *merge, const struct segment *theirs,
                           struct difference *difference) {
  struct segment named = *theirs;
  for (size_t i = 0; theirs->size > 0 && i < merge->count; i++) {
    struct segment *ours = &merge->segments[i];
    if (covers(ours, theirs)) {
      compare(difference, ours, theirs);
      named.bytes = ours->bytes + (theirs->address - ours->address);
      cut(merge, i, theirs);
      return named;
    }
  }
  difference->missing += theirs->size;
  named.size = 0;
  named.bytes = NULL;
  return named;
}

static void say(struct image *image, const struct image *other, const struct difference *d) {
  if (d->count > 0) {
    image_note(
        image,
        "%u bytes differ from %s, the first at 0x%08x: is it the ELF file of this image?",
        d->count, other->path, d->first);
  }
  if (d->missing > 0) {
    image_note(image, "%u bytes of %s are not in the image", d->missing, other->path);
  }
}

static int compare_segments(const void *left, const void *right) {
  const struct segment *a = left;
  const struct segment *b = right;
  if (a->address != b->address) {
    return a->address < b->address ? -1 : 1;
  }
  return a->run_address < b->run_address ? -1 : a->run_address > b->run_address;
}

void beside_merge(struct image *image, const struct image *other) {
  size_t room = image->segment_count + 2 * other->segment_count;
  struct merge plain = {allocate(room, sizeof *plain.segments), image->segment_count};
  struct merge merged = {allocate(2 * room, sizeof *merged.segments), 0};
  struct difference difference = {0};
  memcpy(plain.segments, image->segments, plain.count * sizeof *plain.segments);
  for (size_t i = 0; i < other->segment_count; i++) {
    merged.segments[merged.count++] = take(&plain, &other->segments[i], &difference);
  }
  for (size_t i = 0; i < plain.count; i++) {
    if (plain.segments[i].size > 0) {
      merged.segments[merged.count++] = plain.segments[i];
    }
  }
  qsort(merged.segments, merged.count, sizeof *merged.segments, compare_segments);
  free(plain.segments);
  free(image->segments);
  image->segments = merged.segments;
  image->segment_count = merged.count;
  if (!image->has_entry) {
    image->has_entry = other->has_entry;
    image->entry = other->entry;
  }
  say(image, other, &difference);
}
