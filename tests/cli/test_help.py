#!/usr/bin/env python3
"""Manual pages and completions say what --help says.

usage: test_help.py TORNWORD MAN_FOLDER HEADER

Verbs and options are taken from --help of the program. Each must stand in tornword.1,
and be what bash (really asked), zsh and fish complete; and nothing else. Prototypes of
the header must be those of tornword.3. Pages and scripts must be without mistakes for
the programs that read them, as far as these are installed.
Ends with a line `N passed, N failed`.
"""
import re
import shutil
import subprocess
import sys

PASSED = 0
FAILED = []


def expect(good, what):
    global PASSED
    PASSED += bool(good)
    if not good:
        FAILED.append(what)


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                          text=True).stdout


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def verbs_of(tool):
    text = output(tool, "--help").split("Verbs:")[1].split("Examples:")[0]
    return re.findall(r"^  (\w+) ", text, re.M)


def options_of(tool, verb):
    listed = re.findall(r"^ {2,6}(?:-., )?--([a-z-]+)", output(tool, verb, "--help"), re.M)
    return {name for name in listed if name not in ("usage", "version")}


def check_manual(page, verbs, options):
    for verb in verbs:
        expect(re.search(rf"^\.SS tornword {verb} ", page, re.M), f"tornword.1 has no {verb}")
    named = set(re.findall(r"^(?:\\fB\\-.\\fR, )?\\fB\\-\\-([a-z\\-]+)\\fR", page, re.M))
    named = {name.replace("\\-", "-") for name in named} | {"help"}
    every = set().union(*options.values())
    expect(named == every, f"tornword.1: {sorted(named ^ every)}")


def check_library_manual(page, header):
    """Prototypes, with nothing but their words."""
    def words(text):
        return re.findall(r"\w+|\*", text)
    header = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
    declared = re.findall(r"^TORNWORD_API ([^;]+);", header, re.M)
    synopsis = page.split(".SH SYNOPSIS")[1].split(".fi")[0]
    synopsis = re.sub(r"^\.\w+", "", synopsis, flags=re.M).replace('"', "")
    prototypes = [words(one) for one in synopsis.split(";")]
    for one in declared:
        wanted = [word for word in words(one) if word != "void" or "*" in one]
        found = any(prototype[-len(wanted):] == wanted for prototype in prototypes)
        expect(found or "(void)" in one and any("tornword_version" in p for p in prototypes),
               f"tornword.3 has not: {' '.join(wanted)}")
    expect(len(declared) > 0, "no declaration was found in the header")


def ask_bash(script, words):
    """What bash would complete the last word with."""
    ask = (f'source "{script}"; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); '
           '_tornword; printf "%s\\n" "${COMPREPLY[@]}"')
    return set(output("bash", "--norc", "-c", ask).split())


def check_bash(script, verbs, options):
    expect(ask_bash(script, 'tornword ""') == set(verbs) | {"--help", "--version"},
           "bash: verbs")
    for verb in verbs:
        asked = ask_bash(script, f"tornword {verb} --")
        wanted = {"--" + name for name in options[verb]}
        expect(asked == wanted, f"bash: {verb}: {sorted(asked ^ wanted)}")
    for words, wanted in (("check --format", {"text", "json", "html", "sarif", "junit"}),
                          ("check --core", {"m0", "m0+", "m3", "m4", "m4f", "m7"}),
                          ("replay --trace", {"jsonl", "vcd", "chrome"})):
        for separator in ("", "="):
            asked = ask_bash(script, f'tornword {words} {separator} ""')
            expect(asked == wanted, f"bash: {words}{separator}: {asked}")
    expect(ask_bash(script, "tornword check --format js") == {"json"}, "bash: a word's begin")


def check_scripts(folder, verbs, options):
    zsh, fish = read(f"{folder}/tornword.zsh"), read(f"{folder}/tornword.fish")
    for verb in verbs:
        part = re.search(rf"^    \({verb}\)$(.*?);;", zsh, re.M | re.S)
        named = set(re.findall(r"^ +'--([a-z-]+)", part.group(1), re.M)) if part else set()
        expect(named == options[verb], f"zsh: {verb}: {sorted(named ^ options[verb])}")
        named = set(re.findall(rf"subcommand_from {verb}' -l ([a-z-]+)", fish))
        expect(named == options[verb], f"fish: {verb}: {sorted(named ^ options[verb])}")
    for shell in ("bash", "zsh", "fish"):
        if shutil.which(shell):
            said = output(shell, "-n", f"{folder}/tornword.{shell}")
            expect(said == "", f"{shell} -n: {said}")


def check_format(folder):
    for page in ("tornword.1", "tornword.3"):
        for command in (["mandoc", "-T", "lint", "-W", "warning"], ["groff", "-man", "-ww", "-z"]):
            if shutil.which(command[0]):
                said = output(*command, f"{folder}/{page}")
                lines = [line for line in said.splitlines() if "missing date" not in line]
                expect(not lines, f"{command[0]}: {page}: {lines[:5]}")


def main():
    tool, folder, header = sys.argv[1:]
    verbs = verbs_of(tool)
    options = {verb: options_of(tool, verb) for verb in verbs}
    expect(len(verbs) > 5 and "horizon" in options["check"], f"--help: {verbs}")
    check_manual(read(f"{folder}/tornword.1"), verbs, options)
    check_library_manual(read(f"{folder}/tornword.3"), read(header))
    check_bash(f"{folder}/tornword.bash", verbs, options)
    check_scripts(folder, verbs, options)
    check_format(folder)
    for problem in FAILED:
        print(problem)
    print(f"{PASSED} passed, {len(FAILED)} failed")
    return bool(FAILED)


if __name__ == "__main__":
    sys.exit(main())
