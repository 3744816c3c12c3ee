#!/usr/bin/env python3
"""Audits random firmwares, and the planted mistakes of the pruner.

    audit.py --program BUILD/tests/random/audit_random --seeds 1-1000
    audit.py --program BUILD/tests/random/audit_random --planted
    audit.py --program BUILD/tests/random/audit_random --differed

Each seed is generated, compiled and given to audit_random (which says what it
compares). What differs is printed, made smaller by leaving statements out, and
kept as random-SEED.c and .elf in --keep. Exit code 1 if anything differed.

Each file in planted/ names on its first line the mistake (a value of enum
equivalence_flaw) that the audit must find with it; without the mistake nothing
may differ. Each file in differed/ showed a difference once, and names on its first
line core and optimisation. Options of audit_random stand there too.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from generate import Firmware

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
FLAGS = """-std=gnu17 -g3 -mthumb -ffreestanding -nostdlib -nostartfiles -ffunction-sections
    -fdata-sections -fno-tree-loop-distribute-patterns -fno-ipa-icf -w -I.
    -Wl,--gc-sections,--build-id=none,--no-warnings -T firmware/shared/link.ld""".split()


class Audit:
    def __init__(self, arguments, folder):
        self.arguments = arguments
        self.folder = pathlib.Path(folder)

    def compile(self, name, core, optimisation, source):
        source_path = self.folder / f"{name}.c"
        image = self.folder / f"{name}.elf"
        source_path.write_text(source)
        subprocess.run([self.arguments.compiler, *FLAGS, f"-mcpu=cortex-{core}",
                        f"-{optimisation}", "firmware/shared/startup.c", str(source_path), "-lgcc",
                        "-o", str(image)], cwd=TOP, check=True)
        return image

    def run(self, image, *options):
        """(good, what was said)"""
        command = [self.arguments.program, "--boundaries", str(self.arguments.boundaries),
                   "--horizon", str(self.arguments.horizon),
                   "--chain", str(self.arguments.chain),
                   "--chunk", str(self.arguments.chunk),
                   "--depth", str(self.arguments.depth), *options, str(image)]
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, timeout=self.arguments.timeout)
        except subprocess.TimeoutExpired:
            return False, f"{image}: no end within {self.arguments.timeout} s\n"
        said = done.stdout.replace(f"{self.folder}/", "")
        if done.returncode not in (0, 1):
            said += f"{image.name}: exit code {done.returncode}\n"
        return done.returncode == 0, said

    def random(self, seed, drop=()):
        firmware = Firmware(seed, drop, self.arguments.devices, self.arguments.calm)
        image = self.compile(f"random-{seed}", firmware.core, firmware.optimisation,
                             firmware.source)
        models = ["--devices", "1"] if self.arguments.devices else []
        return firmware, *self.run(image, *models)

    @staticmethod
    def kind(said):
        """What differed first: "audit", "workers", ..."""
        found = re.search(r"\.elf: (?:\d+ )?(\w+)", said)
        return found.group(1) if found else ""

    def shrink(self, seed):
        """Leaves out each statement without which the same kind of thing still differs."""
        firmware, _, said = self.random(seed)
        kind = self.kind(said)
        drop = []
        for number in reversed(range(firmware.statements)):
            _, good, now = self.random(seed, [*drop, number])
            if not good and self.kind(now) == kind:
                drop.append(number)
                said = now
        self.random(seed, drop)
        return drop, said

    def keep(self, seed):
        self.arguments.keep.mkdir(parents=True, exist_ok=True)
        for suffix in ("c", "elf"):
            shutil.copy(self.folder / f"random-{seed}.{suffix}", self.arguments.keep)

    def seed(self, seed):
        _, good, said = self.random(seed)
        if not good:
            drop, smaller = self.shrink(seed)
            self.keep(seed)
            said += f"without the statements {','.join(map(str, sorted(drop)))}: {smaller}"
        return good, said

    @staticmethod
    def options(text):
        """Those that stand on the first line."""
        return " ".join(re.findall(r"--\w+ \d+", text.splitlines()[0])).split()

    def planted(self, path):
        text = path.read_text()
        flaw = int(re.search(r"flaw (\d+)", text.splitlines()[0]).group(1))
        said, good = "", True
        for core, optimisation in (("m3", "O1"), ("m3", "O2")):
            image = self.compile(f"{path.stem}-{optimisation}", core, optimisation, text)
            options = self.options(text)
            sound, now = self.run(image, *options)
            deceived, found = self.run(image, "--flaws", str(flaw), *options)
            said += now + found
            if not sound:
                good = False
            if deceived or "audit: " not in found:
                said += f"{path.name}, -{optimisation}: flaw {flaw} is not found\n"
                good = False
        return good, said

    def differed(self, path):
        text = path.read_text()
        core, optimisation = re.search(r"(\w+), (O\w)", text.splitlines()[0]).groups()
        return self.run(self.compile(path.stem, core, optimisation, text), *self.options(text))


def seeds_of(text):
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, help="audit_random")
    parser.add_argument("--compiler", default="arm-none-eabi-gcc")
    parser.add_argument("--seeds", type=seeds_of, default=range(0), metavar="FIRST-LAST")
    parser.add_argument("--devices", action="store_true",
                        help="the seeds' firmwares use the registers of devices.h too")
    parser.add_argument("--calm", action="store_true",
                        help="they have long stretches of own work too")
    parser.add_argument("--planted", action="store_true")
    parser.add_argument("--differed", action="store_true")
    parser.add_argument("--boundaries", type=int, default=600)
    parser.add_argument("--horizon", type=int, default=200)
    parser.add_argument("--chain", type=int, default=64,
                        help="boundaries that one probe stands for at most")
    parser.add_argument("--chunk", type=int, default=64,
                        help="boundaries of a worker's share of work at --depth 2 and more")
    parser.add_argument("--depth", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=120, help="seconds for one image")
    parser.add_argument("--budget", type=float, default=0,
                        help="seconds after which no further seed is begun; 0: none")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep", type=pathlib.Path, default=pathlib.Path("differences"))
    parser.add_argument("--verbose", action="store_true", help="a line for each image")
    return parser.parse_args()


def main():
    arguments = parse()
    start = time.monotonic()

    def work(task):
        if arguments.budget and time.monotonic() - start > arguments.budget:
            return None
        return task[0](task[1])

    with tempfile.TemporaryDirectory() as folder:
        audit = Audit(arguments, folder)
        tasks = [(audit.seed, seed) for seed in arguments.seeds]
        if arguments.planted:
            tasks += [(audit.planted, path) for path in sorted((HERE / "planted").glob("*.c"))]
        if arguments.differed:
            tasks += [(audit.differed, path) for path in sorted((HERE / "differed").glob("*.c"))]
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            tried = bad = racy = 0
            for result in pool.map(work, tasks):
                if result is None:
                    continue
                good, said = result
                tried += 1
                bad += not good
                racy += re.search(r" [1-9]\d* errors", said) is not None
                if not good or arguments.verbose:
                    print(said, end="", flush=True)
    print(f"{tried} of {len(tasks)} firmwares, {racy} with errors, {bad} with a difference, "
          f"{time.monotonic() - start:.0f} s")
    return 0 if bad == 0 and tried > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
