#!/usr/bin/env python3
"""The step view: as plain text, and by keys on a terminal.

usage: test_step.py TORNWORD IMAGE

IMAGE is the torn enum's for the Cortex-M3 (-O2).
"""
import json
import os
import pty
import re
import select
import subprocess
import sys

TIMEOUT = 120


def finding_of(tool, image):
    done = subprocess.run([tool, "check", "--format", "json", image], stdout=subprocess.PIPE,
                          check=False)
    report = json.loads(done.stdout)
    return next(one for one in report["findings"] if one["place"]["kind"] == "beat")


def steps_of(text):
    """The text of each step, by position."""
    parts = re.split(r"(?m)^Step \d+ of \d+, position (\d+)", text)
    return {int(parts[i]): parts[i + 1] for i in range(1, len(parts), 2)}


def test_plain(tool, image, finding):
    command = [tool, "replay", "--step", finding["schedule"], image]
    done = subprocess.run(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False)
    text = done.stdout.decode()
    assert done.returncode == 1 and "\x1b" not in text
    steps = steps_of(text)
    place = finding["place"]["boundary"]
    assert "inside it" not in steps[place]
    assert "inside it, after 1 access" in steps[place + 1]
    assert re.search(r"(?m)^ +[~^ ]+\^ new +~ old$", steps[place + 1])  # the halves
    assert "SysTick is pending and is entered next" in steps[place + 1]
    assert "SysTick is entered; thread mode waits" in steps[place + 2]
    assert "SysTick over thread mode" in steps[place + 2]
    assert sorted(steps) == list(steps)
    cut = subprocess.run([*command[:3], "--until-finding", *command[3:]], stdout=subprocess.PIPE,
                         check=False).stdout.decode()
    told = steps_of(cut)
    assert list(told) == list(steps)[:len(told)] and len(told) < len(steps)
    assert "SysTick reads X" in told[max(told)] and "SysTick reads X" not in steps[max(told) + 1]


class Screen:
    """A program on a terminal of its own; what it shows."""

    def __init__(self, *command):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm"
            os.execv(command[0], command)

    def read(self, until):
        text = ""
        while until not in text:
            ready, _, _ = select.select([self.terminal], [], [], TIMEOUT)
            assert ready, f"waited for {until!r}, saw {text!r}"
            text += os.read(self.terminal, 65536).decode()
        return text

    def press(self, keys):
        """The next screen."""
        os.write(self.terminal, keys.encode())
        return self.read("q: quit")

    def leave(self):
        os.write(self.terminal, b"q")
        text = self.read("\x1b[?1049l")
        try:
            while more := os.read(self.terminal, 65536):
                text += more.decode(errors="replace")
        except OSError:  # the program has left its terminal
            pass
        os.close(self.terminal)
        return text, os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def position(screen):
    return int(re.findall(r"position (\d+)", screen)[-1])


def test_keys(tool, image, finding):
    place = finding["place"]["boundary"]
    screen = Screen(tool, "replay", "--step", finding["schedule"], image)
    first = position(screen.read("q: quit"))
    assert position(screen.press(" ")) == first + 1
    assert position(screen.press("\x1b[C")) == first + 2
    assert position(screen.press("\x1b[D")) == first + 1
    assert position(screen.press("p")) == first
    assert position(screen.press("p")) == first  # there is nothing before
    assert position(screen.press("i")) == place
    torn = screen.press("n")
    assert position(torn) == place + 1 and "inside it, after 1 access" in torn
    assert position(screen.press("\x1b[6~")) > place + 5
    last = position(screen.press("\x1bOF"))
    assert position(screen.press(" ")) == last
    assert position(screen.press("g")) == first
    assert position(screen.press("f")) > place
    text, code = screen.leave()
    assert code == 1, f"exits {code}: {text}"  # the finding's


def main(tool, image):
    finding = finding_of(tool, image)
    test_plain(tool, image, finding)
    test_keys(tool, image, finding)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
