#include "report/source_uri.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

/* What is left of the path below the folder; NULL if it is not below. */
static const char *below(const char *path, const char *folder) {
  size_t length = strlen(folder);
  while (length > 0 && folder[length - 1] == '/') {
    length--;
  }
  bool is = length > 0 && strncmp(path, folder, length) == 0 && path[length] == '/';
  return is ? path + length + 1 : NULL;
}

/* Without "." and with ".." resolved, as far as there is something to leave. */
static void normalise(char *path) {
  bool absolute = path[0] == '/';
  char *parts[PATH_MAX / 2];
  size_t count = 0;
  char *rest = NULL;
  for (char *part = strtok_r(path, "/", &rest); part != NULL && count < PATH_MAX / 2;
       part = strtok_r(NULL, "/", &rest)) {
    bool up = strcmp(part, "..") == 0;
    if (up && count > 0 && strcmp(parts[count - 1], "..") != 0) {
      count--;
    } else if (strcmp(part, ".") != 0 && !(up && absolute)) {
      parts[count++] = part;
    }
  }
  char *at = path + (absolute ? 1 : 0);
  for (size_t i = 0; i < count; i++) {
    size_t length = strlen(parts[i]);
    memmove(at, parts[i], length);
    at += length;
    *at++ = '/';
  }
  at[count > 0 ? -1 : 0] = '\0';
}

static const char *encode(struct texts *texts, const char *prefix, const char *path) {
  static const char plain[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
  static const char digits[] = "0123456789ABCDEF";
  char *text = allocate(3 * strlen(path) + 1, 1);
  size_t length = 0;
  for (const char *at = path; *at != '\0'; at++) {
    if (strchr(plain, *at) != NULL) {
      text[length++] = *at;
    } else {
      text[length++] = '%';
      text[length++] = digits[(unsigned char)*at >> 4];
      text[length++] = digits[*at & 0xf];
    }
  }
  const char *kept = texts_print(texts, "%s%s", prefix, text);
  free(text);
  return kept;
}

struct source_uri source_uri(struct texts *texts, const char *path, const char *root) {
  char *clean = allocate(strlen(path) + 2, 1);
  memcpy(clean, path, strlen(path));
  normalise(clean);
  char *resolved = realpath(root != NULL ? root : ".", NULL);
  const char *rest = root != NULL ? below(clean, root) : NULL;
  if (rest == NULL && resolved != NULL) {
    rest = below(clean, resolved);
  }
  if (rest == NULL && clean[0] != '/') {
    rest = clean;
  }
  struct source_uri uri = {
      .text = encode(texts, rest != NULL ? "" : "file://", rest != NULL ? rest : clean),
      .relative = rest != NULL,
  };
  free(resolved);
  free(clean);
  return uri;
}
