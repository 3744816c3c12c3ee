# Compiles Rust's libcore for TARGET into FOLDER: RUSTC is the compiler with its
# flags, SOURCE the lib.rs of libcore. Done in a folder of its own and moved, so
# that two builds at the same time do no harm.
#
# compiler_builtins is not part of Debian's source: an empty one is enough, the
# functions that code calls come from libgcc.
string(RANDOM LENGTH 8 suffix)
set(work ${FOLDER}.${suffix})
file(MAKE_DIRECTORY ${work})
file(WRITE ${work}/builtins.rs
  "#![no_std]\n#![feature(compiler_builtins)]\n#![compiler_builtins]\n")
execute_process(COMMAND_ERROR_IS_FATAL ANY
  COMMAND ${RUSTC} --target ${TARGET} --crate-type=rlib --crate-name=core --cap-lints=allow
    -C opt-level=2 -C debuginfo=0 -C codegen-units=1 -o ${work}/libcore.rlib ${SOURCE})
execute_process(COMMAND_ERROR_IS_FATAL ANY
  COMMAND ${RUSTC} --target ${TARGET} --crate-type=rlib --crate-name=compiler_builtins
    --cap-lints=allow -L ${work} -o ${work}/libcompiler_builtins.rlib ${work}/builtins.rs)
file(MAKE_DIRECTORY ${FOLDER})
file(RENAME ${work}/libcompiler_builtins.rlib ${FOLDER}/libcompiler_builtins.rlib)
file(RENAME ${work}/libcore.rlib ${FOLDER}/libcore.rlib)
file(REMOVE_RECURSE ${work})
