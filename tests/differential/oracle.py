"""The two simulators and the toolchain, for the tools of this folder."""

import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

# core: QEMU's board, the compiler's flags
CORES = {
    "m0": ("microbit", ["-mcpu=cortex-m0"]),
    "m0plus": ("microbit", ["-mcpu=cortex-m0plus"]),
    "m3": ("mps2-an385", ["-mcpu=cortex-m3"]),
    "m4": ("mps2-an386", ["-mcpu=cortex-m4"]),
    "m4f": ("mps2-an386", ["-mcpu=cortex-m4", "-mfloat-abi=softfp", "-mfpu=fpv4-sp-d16"]),
    "m7": ("mps2-an500", ["-mcpu=cortex-m7", "-mfloat-abi=softfp", "-mfpu=fpv5-d16"]),
}
ARMV6M = ("m0", "m0plus")
LOCKUP = 134
TIMEOUT = 20        # seconds for one image
TIMEOUT_ALONE = 120 # for one program that was in an image that took longer
SKIPPED = 77

COMPILE = ["-mthumb", "-masm-syntax-unified", "-std=gnu17", "-O1", "-g", "-mgeneral-regs-only", "-ffreestanding",
           "-nostdlib", "-nostartfiles", "-fno-tree-loop-distribute-patterns", "-Wall", "-Wextra",
           "-Werror", "-Wl,--build-id=none,--fatal-warnings,--no-warn-rwx-segments",
           "-T", os.path.join(HERE, "target", "link.ld"), "-I", os.path.join(HERE, "target")]


def require(*tools):
    """Ends with ctest's code for a skipped test if one is missing."""
    for tool in tools:
        if shutil.which(tool) is None:
            print(f"skipped: {tool} is not installed")
            sys.exit(SKIPPED)


def compile_image(core, sources, image, defines=()):
    command = (["arm-none-eabi-gcc"] + CORES[core][1] + COMPILE +
               [f"-D{d}" for d in defines] + sources + ["-lgcc", "-o", image])
    subprocess.run(command, check=True)


def qemu_command(core, image):
    return ["qemu-system-arm", "-M", CORES[core][0], "-nodefaults", "-display", "none",
            "-monitor", "none", "-serial", "none", "-semihosting-config",
            "enable=on,target=native", "-icount", "shift=0", "-kernel", image]


def run(command, timeout=TIMEOUT):
    """Output (the oracle's semihosting goes to stderr) and exit code; 'timeout' is
    a code too."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, timeout=timeout)
        output, code = done.stdout, done.returncode if done.returncode >= 0 else 128 - done.returncode
    except subprocess.TimeoutExpired as expired:
        output, code = expired.stdout or b"", "timeout"
    lines = output.decode(errors="replace").splitlines()
    return "\n".join(line for line in lines if not line.startswith("qemu-system-arm: warning")), code


def run_qemu(core, image, timeout=TIMEOUT):
    return run(qemu_command(core, image), timeout)


def run_ours(trace, core, image, timeout=TIMEOUT):
    return run([trace, "--core", core, image], timeout)
