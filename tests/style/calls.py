#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""calls.py ROOT BUILD: docs/system-calls.md has every system call of the kernel's headers.

Calls that are newer than the newest of the page are only printed: what is done with them is safe.
"""

import json
import pathlib
import re
import shlex
import subprocess
import sys

import tap

CALL = re.compile(r"`(\w+)` (\d+)")
MACRO = re.compile(r"#define __NR_(\w+) (\d+)")


def read_header(build):
    with open(build / "compile_commands.json", encoding="utf-8") as commands:
        compiler = shlex.split(json.load(commands)[0]["command"])[0]
    done = subprocess.run([compiler, "-dM", "-E", "-x", "c", "-"], input="#include <asm/unistd.h>",
                          check=True, capture_output=True, text=True)
    return {int(number): name for name, number in MACRO.findall(done.stdout)}


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    page = (root / "docs/system-calls.md").read_text(encoding="utf-8")
    calls = {int(number): name for line in page.splitlines() if line.startswith("| `")
             for name, number in CALL.findall(line)}
    faults = []

    for number, name in sorted(read_header(build).items()):
        if number > max(calls):
            print(f"# {name} {number} is newer than the page")
        elif calls.get(number) != name:
            faults.append(f"docs/system-calls.md: {number} is {name}, not {calls.get(number)}")
    return tap.finish({"system-calls": faults})


sys.exit(main())
