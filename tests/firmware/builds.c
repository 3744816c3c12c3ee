#include "tests/firmware/builds.h"

#include <stdio.h>
#include <string.h>

static const char *file_name(const char *source) {
  const char *slash = strrchr(source, '/');
  return slash != NULL ? slash + 1 : source;
}

bool build_exists(const struct scenario_program *program, enum core core,
                  enum optimisation optimisation) {
  return (program->cores >> core & 1) != 0 && (program->optimisations >> optimisation & 1) != 0;
}

void build_name(const struct scenario_program *program, enum core core,
                enum optimisation optimisation, char name[BUILD_NAME]) {
  const char *file = file_name(program->source);
  snprintf(name, BUILD_NAME, "%.*s-%s-%s", (int)strcspn(file, "."), file,
           core_traits(core)->name, optimisation_name(optimisation));
}

bool build_is_rust(const struct scenario_program *program) {
  const char *file = file_name(program->source);
  return strcmp(file + strcspn(file, "."), ".rs") == 0;
}

void build_path(const struct scenario_program *program, enum core core,
                enum optimisation optimisation, char path[BUILD_PATH]) {
  char name[BUILD_NAME];
  build_name(program, core, optimisation, name);
  snprintf(path, BUILD_PATH, "%s/%s%s.elf", FIRMWARE_DIR, build_is_rust(program) ? "rust/" : "",
           name);
}
