#!/usr/bin/env python3
"""A check in parts says what one in one piece says.

usage: test_parts.py TORNWORD IMAGE

Shards that are merged, a check that is killed (kill -9) and resumed, a check one
of whose workers is killed: each report must be the same bytes as that of the plain
check. What does not belong together is refused. Ends with `N passed, N failed`.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SHARDS = 4
results = {"passed": 0, "failed": 0}


def judge(what, good):
    results["passed" if good else "failed"] += 1
    if not good:
        print(f"FAILED: {what}")


def report(tool, *words):
    done = subprocess.run([tool, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def shards(tool, image, options, folder):
    parts = [os.path.join(folder, f"part{k}") for k in range(1, SHARDS + 1)]
    for number, part in enumerate(parts, 1):
        code, _, errors = report(tool, "check", "--shard", f"{number}/{SHARDS}", "--output",
                                 part, *options, image)
        judge(f"shard {number} exits {code}: {errors}", code == 0)
    return parts


def refusals(tool, image, options, parts, folder):
    cut = os.path.join(folder, "cut")
    with open(parts[0], "rb") as whole, open(cut, "wb") as half:
        half.write(whole.read()[:-7])
    turned = os.path.join(folder, "turned")
    with open(parts[0], "rb") as whole, open(turned, "wb") as other:
        content = bytearray(whole.read())
        content[-9] ^= 4
        other.write(content)
    for words, wanted in (
            ([*options, *parts[:-1], image], "missing"),
            ([*options, parts[0], *parts[:-1], image], "same shard"),
            (["--depth", "3", *parts, image], "other options"),
            ([*options, cut, *parts[1:], image], "damaged"),
            ([*options, turned, *parts[1:], image], "damaged"),
            ([*options, image, image], "no part of a check"),
            ([*options, image], "give the files")):
        code, output, errors = report(tool, "merge", *words)
        judge(f"merge {words[-3:]}: exit {code}, {errors!r} without '{wanted}'",
              code == 2 and wanted in errors and output == b"")


def children(process):
    path = f"/proc/{process}/task/{process}/children"
    with open(path, encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def kept(state):
    """Checkpoints that are whole: a name with a dot is one that is being written."""
    names = os.listdir(state) if os.path.isdir(state) else []
    return [name for name in names if "." not in name]


def kill_when_kept(tool, words, state, image):
    """Begins a check and kills it with all its workers once something is kept.
    False: it ended first."""
    with subprocess.Popen([tool, "check", "--jobs", "2", "--resume", state, *words, image],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          start_new_session=True) as check:
        begun = time.monotonic()
        while check.poll() is None and (time.monotonic() < begun + 1.2 or not kept(state)):
            time.sleep(0.02)
        ended = check.poll() is not None
        if not ended:
            os.killpg(check.pid, signal.SIGKILL)
        return not ended


def killed_and_resumed(tool, image, folder):
    """A check that is long enough here to be killed."""
    for bound in (50000, 200000, 800000, 3200000):
        state = os.path.join(folder, f"state{bound}")
        words = ["--depth", "2", "--max-instructions", str(bound)]
        if kill_when_kept(tool, words, state, image):
            break
    else:
        judge("each check ended before it could be killed", False)
        return
    kill_when_kept(tool, words, state, image)
    judge("nothing was kept", bool(kept(state)))
    judge("other options are not refused", report(
        tool, "check", "--resume", state, *words, "--horizon", "7", image)[0] == 2)
    resumed = report(tool, "check", "--resume", state, *words, image)[1]
    judge("resumed report differs", resumed == report(tool, "check", *words, image)[1])


def worker_killed(tool, image, options, whole):
    with subprocess.Popen([tool, "check", "--jobs", "2", *options, image],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as check:
        victims = []
        deadline = time.monotonic() + 10
        while not victims and check.poll() is None and time.monotonic() < deadline:
            victims = children(check.pid)
        if victims:
            os.kill(victims[-1], signal.SIGKILL)
        judge("no worker could be killed", bool(victims))
        judge("report after a worker's death differs", check.stdout.read() == whole)


def by_parallel(tool, image, folder):
    """scripts/shards, where GNU parallel is installed."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts/shards")
    options = ["--max-instructions", "3000"]
    if shutil.which("parallel") is None:
        print("skipped: scripts/shards; GNU parallel is not installed (Debian: parallel)")
        return
    merged = os.path.join(folder, "merged.json")
    done = subprocess.run([script, "3", merged, *options, image], stdout=subprocess.DEVNULL,
                          env={**os.environ, "TORNWORD": tool}, check=False)
    code, whole, _ = report(tool, "check", "--format", "json", *options, image)
    judge(f"scripts/shards exits {done.returncode}", done.returncode == code)
    with open(merged, "rb") as file:
        judge("the report of scripts/shards differs", file.read() == whole)
    judge("scripts/shards leaves parts behind",
          not [name for name in os.listdir(folder) if name.startswith("merged.json.")])


def main(tool, image):
    options = ["--depth", "2", "--max-instructions", "20000", "--quiet"]
    whole = report(tool, "check", *options, image)[1]
    with tempfile.TemporaryDirectory() as folder:
        parts = shards(tool, image, options, folder)
        judge("merged report differs",
              report(tool, "merge", *options, *parts, image)[1] == whole)
        refusals(tool, image, options, parts, folder)
        killed_and_resumed(tool, image, folder)
        worker_killed(tool, image, options, whole)
        by_parallel(tool, image, folder)
    print(f"{results['passed']} passed, {results['failed']} failed")
    return 1 if results["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
