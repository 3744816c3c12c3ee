# Functions shared by the scripts of this folder: sourced, never run.
# shellcheck shell=bash disable=SC2034 # the lists are used by who sources this

# What a build needs (Debian 12 names), and what only the tests need.
BUILD_PACKAGES=(gcc libc6-dev cmake ninja-build pkg-config
  libunicorn-dev libcapstone-dev libdw-dev libelf-dev libjansson-dev libcyaml-dev
  libyaml-dev libexpat1-dev libiberty-dev nettle-dev libxxhash-dev uthash-dev
  gcc-arm-none-eabi binutils-arm-none-eabi libcriterion-dev python3)
TEST_PACKAGES=(git parallel clang-format-14 afl++ gdb-multiarch g++ make rustc rust-src qemu-system-arm srecord firmware-tomu
  libnewlib-arm-none-eabi
  clang libclang-rt-14-dev firmware-microbit-micropython ubertooth-firmware ubertooth-firmware-source libubertooth-dev)
TEST_HUBS=@pybricks/firmware@7.28.0 # of npm, where that is there

say() {
  printf '%s\n' "$*"
}

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# quietly LOG WHAT COMMAND...: runs a command with its output in a file, and
# shows the end of that file only if the command fails.
quietly() {
  local log=$1 what=$2
  shift 2
  mkdir -p "$(dirname "$log")"
  say "$what"
  if ! "$@" >"$log" 2>&1; then
    tail -n 60 "$log" >&2
    die "failed: $* (all of it: $log)"
  fi
}

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Installs those of the given packages that are missing, if any are.
install_packages() {
  local package missing=() root=()
  command -v dpkg-query >/dev/null || {
    say "not a Debian system: assuming that these are there: $*"
    return
  }
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      die "missing packages, and neither root nor sudo: apt-get install ${missing[*]}"
    root=(sudo)
  fi
  quietly build/log/apt-update.log "Reading the package lists" \
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q update
  quietly build/log/apt-install.log "Installing ${missing[*]}" \
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y --no-install-recommends install "${missing[@]}"
}

# build PRESET [TARGET...]: configures and builds into build/PRESET.
build() {
  local preset=$1
  shift
  quietly "build/log/configure-$preset.log" "Configuring build/$preset" \
    cmake --preset "$preset" -G "$(generator "$preset")"
  quietly "build/log/build-$preset.log" "Building build/$preset" \
    cmake --build --preset "$preset" ${1:+--target "$@"}
}

# The generator of an existing build folder, else Ninja if it is there.
generator() {
  local cache=build/$1/CMakeCache.txt
  if [ -f "$cache" ]; then
    sed -n 's/^CMAKE_GENERATOR:INTERNAL=//p' "$cache"
  elif command -v ninja >/dev/null; then
    say Ninja
  else
    say "Unix Makefiles"
  fi
}
