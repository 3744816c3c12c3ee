#!/usr/bin/env python3
"""Every finding of every demo, replayed from its token in a new process.

usage: test_replay.py [--times N] [--depth N] [--jobs N] [--log FILE] TORNWORD IMAGE...

Each image is checked twice (the reports must be the same bytes), and each token
of the report is given to `tornword replay` alone, N times (2): the same finding
must come back, with the same bytes each time. The first of each image is also
saved as a file, replayed from it, and minimized.
With --log each image that is through is a line of FILE, and is not run again by
the same command: it goes on where it was stopped.
Ends with a line `N findings of N images, N replays: N passed, N failed`.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed

BOUND = ["--max-instructions", "1500"]


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def check(tool, image, depth):
    command = [tool, "check", "--depth", str(depth), "--format", "json", "--severity", "note",
               *BOUND, image]
    code, report, errors = run(command)
    again = run(command)[1]
    if code not in (0, 1):
        return None, f"check exits {code}: {errors}"
    if report != again:
        return None, "two checks differ"
    return json.loads(report), None


def replay(tool, image, finding, token, times):
    command = [tool, "replay", "--format", "json", "--severity", "note", *BOUND, token, image]
    code, report, errors = run(command)
    if code != 1:
        return f"replay exits {code}: {errors}"
    for _ in range(1, times):
        if run(command)[:2] != (code, report):
            return "two replays differ"
    found = {one["id"]: one for one in json.loads(report)["findings"]}
    same = found.get(finding["id"])
    if same is None:
        return f"replay shows {sorted(found)}, not {finding['id']}"
    for key in ("kind", "variable", "accesses", "place", "value"):
        if same[key] != finding[key]:
            return f"{key} is {same[key]}, the check had {finding[key]}"
    return None


def from_file(tool, image, finding):
    """Saved, and replayed from the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "race.txt")
        run([tool, "replay", *BOUND, "--save", path, finding["schedule"], image])
        with open(path, encoding="utf-8") as saved:
            if saved.readline().strip() != "# " + finding["schedule"]:
                return "the saved schedule does not name its token"
        return replay(tool, image, finding, "@" + path, 1)


def minimized(tool, image, finding):
    """Its own schedule is not made later or other than it is; it shows the same."""
    code, report, errors = run([tool, "replay", "--format", "json", "--severity", "note", *BOUND,
                                "--minimize", finding["schedule"], image])
    found = {one["id"]: one for one in json.loads(report)["findings"]}
    place = re.search(r"-[ibern](\d+)[^-]*$", errors.strip())
    if code != 1 or finding["id"] not in found or place is None:
        return f"minimize exits {code} and shows {sorted(found)}: {errors}"
    if int(place.group(1)) > finding["place"]["boundary"]:
        return f"minimize made it later: {errors}"
    return None


def judge(tool, image, depth, times):
    """What became of one image's findings."""
    report, problem = check(tool, image, depth)
    found = [] if problem else report["findings"]
    problems = [problem] if problem else [
        replay(tool, image, finding, finding["schedule"], times) for finding in found]
    for finding in found[:1]:
        problems += [from_file(tool, image, finding), minimized(tool, image, finding)]
    return {"image": image, "findings": len(found),
            "replays": len(found) * times + len(found[:1]),
            "passed": sum(not problem for problem in problems),
            "problems": [problem for problem in problems if problem]}


def judged_before(path):
    """The lines of a log; one that was cut off in writing is run again."""
    if path is None or not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as log:
        lines = [json.loads(line) for line in log if line.endswith("}\n")]
    return {line["image"]: line for line in lines if not line["problems"]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=2)
    parser.add_argument("--depth", type=int, default=1, help="interrupts of one run")
    parser.add_argument("--jobs", type=int, default=1, help="images at a time")
    parser.add_argument("--log", help="file that keeps what is through")
    parser.add_argument("tool")
    parser.add_argument("images", nargs="+")
    arguments = parser.parse_args()
    before = judged_before(arguments.log)
    lines = [before[name] for name in arguments.images if name in before]
    left = [image for image in arguments.images if image not in before]
    with ThreadPoolExecutor(arguments.jobs) as pool:
        jobs = [pool.submit(judge, arguments.tool, image, arguments.depth, arguments.times)
                for image in left]
        for job in as_completed(jobs):
            line = job.result()
            lines.append(line)
            for problem in line["problems"]:
                print(f"{line['image']}: {problem}", flush=True)
            if arguments.log:
                with open(arguments.log, "a", encoding="utf-8") as log:
                    log.write(json.dumps(line) + "\n")
    total = {key: sum(line[key] for line in lines) for key in ("findings", "replays", "passed")}
    failed = sum(len(line["problems"]) for line in lines)
    print(f"{total['findings']} findings of {len(lines)} images, {total['replays']} replays: "
          f"{total['passed']} passed, {failed} failed")
    return failed > 0 or total["passed"] == 0


if __name__ == "__main__":
    sys.exit(main())
