#!/usr/bin/env python3
"""Every finding of every demo, replayed from its token in a new process.

usage: test_replay.py TORNWORD IMAGE...

Each image is checked twice (the reports must be the same bytes), and each token
of the report is given to `tornword replay` alone: the same finding must come
back, twice with the same bytes. Ends with a line `N passed, N failed`.
"""
import json
import subprocess
import sys

BOUND = ["--max-instructions", "1500"]


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def check(tool, image):
    command = [tool, "check", "--format", "json", "--severity", "note", *BOUND, image]
    code, report, errors = run(command)
    again = run(command)[1]
    if code not in (0, 1):
        return None, f"check exits {code}: {errors}"
    if report != again:
        return None, "two checks differ"
    return json.loads(report), None


def replay(tool, image, finding):
    command = [tool, "replay", "--format", "json", "--severity", "note", *BOUND,
               finding["schedule"], image]
    code, report, errors = run(command)
    if code != 1:
        return f"replay exits {code}: {errors}"
    if report != run(command)[1]:
        return "two replays differ"
    found = {one["id"]: one for one in json.loads(report)["findings"]}
    same = found.get(finding["id"])
    if same is None:
        return f"replay shows {sorted(found)}, not {finding['id']}"
    for key in ("kind", "variable", "accesses", "place", "value"):
        if same[key] != finding[key]:
            return f"{key} is {same[key]}, the check had {finding[key]}"
    return None


def main(tool, images):
    passed = failed = 0
    for image in images:
        report, problem = check(tool, image)
        problems = [problem] if problem else [
            replay(tool, image, finding) for finding in report["findings"]]
        for problem in problems:
            if problem:
                print(f"{image}: {problem}")
            failed += bool(problem)
            passed += not problem
    print(f"{passed} passed, {failed} failed")
    return failed > 0 or passed == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
