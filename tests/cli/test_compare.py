#!/usr/bin/env python3
"""Two builds of the demos compared: what -O2 took out of them, and nothing else.

usage: test_compare.py TORNWORD FIRMWARE

FIRMWARE is the folder of the demos' images.
"""
import json
import os
import subprocess
import sys
import tempfile

# Demo, and of each variable that is lost: what changed.
DEMOS = {
    "atomic_flag_broken-m0": {"X": ["no loads in loops"]},
    "atomic_flag_broken-m3": {"X": ["no loads in loops"]},
    "static_mut-m3": {"X": ["no storage"]},
    "rust/atomic_broken-m3": {"atomic_broken::X": ["no loads in loops"]},
    "atomic_flag-m3": {},
    "torn_enum-m0": {},
    "snapshot-m3": {},
    "ldrex_counter-m3": {},
    "rust/channel-m3": {},
}


def compare(tool, before, after, *options):
    return subprocess.run([tool, "info", *options, "--compare", before, after],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)


def test_demos(tool, firmware):
    for demo, expected in DEMOS.items():
        builds = [f"{firmware}/{demo}-{level}.elf" for level in ("O0", "O2")]
        if not all(map(os.path.exists, builds)):  # Rust needs its compiler
            assert "rust" in demo, demo
            continue
        done = compare(tool, *builds, "--format", "json")
        report = json.loads(done.stdout)
        lost = {one["name"]: one["changes"] for one in report["variables"] if one["lost"]}
        assert lost == expected, f"{demo}: {lost}"
        assert done.returncode == (1 if lost else 0), demo
        assert report["verdict"] == ("findings" if lost else "clean"), demo


def test_text(tool, firmware):
    builds = [f"{firmware}/atomic_flag_broken-m3-{level}.elf" for level in ("O0", "O2")]
    done = compare(tool, *builds)
    text = done.stdout.decode()
    assert done.returncode == 1
    assert "vanished-access of X (_Bool, 1 byte, declared at " in text
    assert "used by thread mode, SysTick_Handler" in text
    assert "main loads it in no loop any more, and has a loop that reads nothing, at 0x" in text
    assert "X in main: loads 1 (1 in loops), now 1\n" in text
    assert "nothing ran" in text
    assert "1 of 1 variables lost accesses where contexts meet" in text
    same = compare(tool, builds[1], builds[1])
    assert same.returncode == 0 and b"0 of 1 variables" in same.stdout


def test_refusals(tool, firmware):
    one = f"{firmware}/torn_enum-m3-O2.elf"
    with tempfile.TemporaryDirectory() as folder:
        bare = os.path.join(folder, "bare.elf")
        subprocess.run(["arm-none-eabi-objcopy", "--strip-all", one, bare], check=True)
        rows = [
            (f"{firmware}/counter64-m3-O2.elf", one, "have no variable in common"),
            (bare, one, f"{bare}: no debug information"),
            (one, bare, f"{bare}: no debug information"),
            (os.path.join(folder, "none.elf"), one, "none.elf"),
        ]
        for before, after, message in rows:
            done = compare(tool, before, after)
            error = done.stderr.decode()
            assert done.returncode == 2 and done.stdout == b"", (before, after)
            assert message in error and error.count("\n") == 1, error


def main():
    tool, firmware = sys.argv[1:]
    test_demos(tool, firmware)
    test_text(tool, firmware)
    test_refusals(tool, firmware)


if __name__ == "__main__":
    main()
