#!/usr/bin/env python3
"""The gdb server, by its protocol and by a real gdb.

usage: test_gdb.py TORNWORD IMAGE DOCUMENT

IMAGE is the torn enum's. Its finding is taken from a check, and the session that
DOCUMENT tells (docs/debugging.md) is run by gdb-multiarch and compared with what
stands there, but for addresses. Without gdb-multiarch only the protocol is
tested, and the exit code is 77.
"""
import json
import re
import shutil
import socket
import subprocess
import sys

SKIPPED = 77
TIMEOUT = 120


class Server:
    """tornword as a gdb server on a port of its own."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        line = self.process.stderr.readline().decode()
        found = re.search(r"localhost:(\d+)", line)
        assert found, f"the server said: {line}"
        self.port = int(found.group(1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.stderr.close()
        self.process.wait()


class Wire:
    """A debugger's side of the protocol."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self.bytes = self.socket.makefile("rb")

    def close(self):
        self.bytes.close()
        self.socket.close()

    def send(self, content):
        data = content if isinstance(content, bytes) else content.encode()
        self.socket.sendall(b"$%s#%02x" % (data, sum(data) % 256))

    def receive(self):
        while self.bytes.read(1) != b"$":
            pass
        content = b""
        while (byte := self.bytes.read(1)) != b"#":
            content += byte
        expected = int(self.bytes.read(2), 16)
        assert sum(content) % 256 == expected, content
        self.socket.sendall(b"+")
        return re.sub(rb"}(.)", lambda m: bytes([m.group(1)[0] ^ 0x20]), content).decode()

    def ask(self, content):
        self.send(content)
        return self.receive()

    def travel(self, content):
        """A movement: its stop reply; console output on the way is dropped."""
        reply = self.ask(content)
        while reply.startswith("O"):
            reply = self.receive()
        return reply

    def monitor(self, command):
        text = b""
        reply = self.ask("qRcmd," + command.encode().hex())
        while reply != "OK":
            assert reply[0] == "O", reply
            text += bytes.fromhex(reply[1:])
            reply = self.receive()
        return text.decode()

    def position(self):
        return int(re.match(r"position (\d+)", self.monitor("place")).group(1))


def finding_of(tool, image):
    done = subprocess.run([tool, "check", "--format", "json", image], stdout=subprocess.PIPE,
                          check=False)
    report = json.loads(done.stdout)
    return next(one for one in report["findings"] if one["place"]["kind"] == "beat")


def test_protocol(port, finding):
    wire = Wire(port)
    assert "ReverseStep+" in wire.ask("qSupported:swbreak+;hwbreak+")
    assert wire.ask("vMustReplyEmpty") == ""
    assert wire.ask("vCont?").startswith("vCont;")
    description = wire.ask("qXfer:features:read:target.xml:0,1ffb")
    for feature in ("m-profile", "m-system"):
        assert f"org.gnu.gdb.arm.{feature}" in description
    assert "org.gnu.gdb.arm.vfp" not in description  # a Cortex-M3
    assert wire.ask("qXfer:features:read:other.xml:0,10") == "E00"
    assert "<memory type=\"ram\"" in wire.ask("qXfer:memory-map:read::0,1ffb")
    assert wire.ask("?").startswith("T05thread:1;")

    # registers: all at once, one by one, and those that are not there
    registers = wire.ask("g")
    assert len(registers) == 23 * 8
    assert wire.ask("p0") == registers[:8]
    assert wire.ask("P0=78563412") == "OK"
    assert wire.ask("g").startswith("78563412")
    assert wire.ask("p50") == "E01"
    assert wire.ask("P16=00000000") in ("OK", "E01")  # control: only as it is
    assert wire.ask("G" + registers) == "OK"
    assert wire.ask("g") == registers

    # memory: RAM can be written, flash only with what it holds
    address = int(finding["address"], 16)
    old = wire.ask(f"m{address:x},8")
    assert wire.ask(f"M{address:x},4:01020304") == "OK"
    assert wire.ask(f"m{address:x},4") == "01020304"
    assert wire.ask(b"X%x,4:\x01}\x03}\x5d\x04" % address) == "OK"
    assert wire.ask(f"m{address:x},4") == "01237d04"
    flash = wire.ask("m0,4")
    assert wire.ask("M0,4:" + flash) == "OK"
    assert wire.ask("M0,4:00000001") == "E01"
    assert wire.ask("m90000000,4") == "E14"
    assert wire.ask(f"M{address:x},8:{old}") == "OK"

    # what is damaged, too long, or nonsense is refused and breaks nothing
    wire.socket.sendall(b"$m0,4#00")
    assert wire.bytes.read(1) == b"-"
    for nonsense in ("m", "mzz,4", "m0,ffffff", "M0,4:0", "Z9,0,0", "Z2,0", "Hgzz", "vCont;x",
                     "qXfer:threads:read::", "P", "G1", "T999", "b", "\x00", ""):
        wire.ask(nonsense)
    wire.socket.sendall(b"$" + b"x" * 40000 + b"#00")
    assert wire.bytes.read(1) in (b"-", b"+")

    # a step back at the beginning; there and back again
    assert "replaylog:begin" in wire.travel("bs")
    for _ in range(5):
        assert wire.travel("vCont;s:1").startswith("T05thread:1;")
    assert wire.position() == 5
    wire.travel("bs")
    assert wire.position() == 4
    assert "goes to position 30" in wire.monitor("go 30")
    wire.travel("vCont;c")
    assert wire.position() == 30
    report = wire.monitor("finding")  # longer than one packet of text
    assert len(report) > 1024 and finding["reproduce"].split()[2] in report
    assert "no monitor command" in wire.monitor("dance")
    assert "inject" in wire.monitor("help")
    assert "inject:" in wire.monitor("inject rain")
    assert wire.ask("D") == "OK"
    wire.close()

    # the next debugger finds the run where it was
    wire = Wire(port)
    assert wire.position() == 30
    wire.monitor("reset")
    assert wire.position() == 0
    wire.close()


def test_interrupt(tool, image):
    with Server(tool, "debug", "--gdb=0", image) as server:
        wire = Wire(server.port)
        wire.send("vCont;c")
        wire.socket.sendall(b"\x03")
        assert wire.bytes.read(1) == b"+"
        assert wire.receive().startswith("T02")
        assert wire.position() > 0
        wire.send("k")
        assert server.process.wait(TIMEOUT) == 0
        wire.close()


def told(document):
    """The session in the document: its lines, and its commands."""
    text = open(document, encoding="utf-8").read()
    lines = re.search(r"```gdb\n(.*?)```", text, re.S).group(1).splitlines()
    commands = [line[len("(gdb) "):] for line in lines if line.startswith("(gdb) ")]
    return lines, commands


def run_gdb(image, port, commands):
    script = ["set confirm off", "set pagination off", "set width 0", "set style enabled off"]
    for command in commands:
        script += [f"echo (gdb) {command}\\n", command.replace("3333", str(port))]
    arguments = ["gdb-multiarch", "-nx", "-q", "-batch"]
    for line in script:
        arguments += ["-ex", line]
    done = subprocess.run([*arguments, image], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, timeout=TIMEOUT, check=False)
    return done.stdout.decode(errors="replace")


def same(line):
    """A line without what depends on the compiler."""
    line = re.sub(r"\b0x0*[0-9a-f]{1,7}\b(?! *,)", "ADDRESS", line)
    return re.sub(r"position \d+", "position N", line).strip()


def test_story(image, port, document):
    expected, commands = told(document)
    output = run_gdb(image, port, commands)
    got = [same(line) for line in output.splitlines() if line.strip()]
    want = [same(line) for line in expected if line.strip()]
    for number, line in enumerate(want):
        assert number < len(got) and got[number] == line, \
            f"docs say '{line}', gdb says:\n{output}"
    assert len(got) == len(want), output


def test_machine_interface(image, port):
    """As front ends do it."""
    commands = [f"-target-select extended-remote localhost:{port}", "-break-insert SysTick_Handler",
                "-exec-continue", "-thread-info", "-stack-list-frames",
                "-data-list-register-values x 15", "-exec-step-instruction --reverse",
                "-target-detach", "-gdb-exit"]
    process = subprocess.Popen(["gdb-multiarch", "-nx", "-q", "--interpreter=mi3", image],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    heard = ""
    for command in commands:
        process.stdin.write((command + "\n").encode())
        process.stdin.flush()
        waits = "*stopped" if command.startswith(("-exec", "-target-select")) else "^"
        while True:
            line = process.stdout.readline().decode()
            heard += line
            assert not line.startswith("^error"), heard
            if not line or line.startswith(waits):
                break
    process.stdin.close()
    process.stdout.close()
    assert process.wait(TIMEOUT) == 0
    assert 'reason="breakpoint-hit"' in heard, heard
    assert 'func="<signal handler called>"' in heard, heard
    assert re.search(r'\^done,threads=\[{id="1",.*target-id="Thread 2"', heard), heard


def main(tool, image, document):
    finding = finding_of(tool, image)
    replay = (tool, "replay", "--gdb=0", finding["schedule"], image)
    with Server(*replay) as server:
        test_protocol(server.port, finding)
    test_interrupt(tool, image)
    if shutil.which("gdb-multiarch") is None:
        print("gdb-multiarch is not installed: sessions with it are skipped")
        return SKIPPED
    with Server(*replay) as server:
        test_story(image, server.port, document)
    with Server(*replay) as server:
        test_machine_interface(image, server.port)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
