# Flags for every target of ours: one interface library, linked by all of them.
add_library(tornword_flags INTERFACE)
target_include_directories(tornword_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(tornword_flags INTERFACE _GNU_SOURCE)
target_compile_options(tornword_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla)
if(TORNWORD_WERROR)
  target_compile_options(tornword_flags INTERFACE -Werror)
endif()
if(TORNWORD_SANITIZE)
  target_compile_options(tornword_flags INTERFACE -fsanitize=address,undefined
    -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(tornword_flags INTERFACE -fsanitize=address,undefined)
endif()
if(TORNWORD_COVERAGE)
  target_compile_options(tornword_flags INTERFACE --coverage)
  target_link_options(tornword_flags INTERFACE --coverage)
endif()
