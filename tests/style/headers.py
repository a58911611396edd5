#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""headers.py ROOT BUILD: every header compiles on its own, with the flags of its folder."""

import json
import pathlib
import shlex
import subprocess
import sys

import tap

KEPT = ("-I", "-D", "-std", "-W")
CHECK = ("-fsyntax-only", "-Werror", "-x", "c", "-")


def read_flags(root, build):
    """Returns compiler and flags that a file of each folder is compiled with."""
    flags = {}
    with open(build / "compile_commands.json", encoding="utf-8") as commands:
        for entry in json.load(commands):
            words = shlex.split(entry["command"])
            source = (pathlib.Path(entry["directory"]) / entry["file"]).resolve()
            if source.suffix == ".c" and source.is_relative_to(root):
                kept = [word for word in words if word.startswith(KEPT)]
                flags.setdefault(source.parent.relative_to(root), [words[0], *kept])
    return flags


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    flags = read_flags(root, build)
    cases = {}

    for path in tap.list_files(root, "src/*/*.h"):
        # A folder without sources has no flags of its own; those of base are the least.
        folder = path.parent if path.parent in flags else pathlib.PurePath("src/base")
        text = f'#include "config.h"\n#include "{path.relative_to("src")}"\n'
        command = [*flags[pathlib.Path(folder)], f"-I{root}/src", "-I.", *CHECK]
        done = subprocess.run(command, input=text, cwd=build, capture_output=True, text=True)
        cases[str(path)] = done.stderr.splitlines() if done.returncode != 0 else []
    return tap.finish(cases)


sys.exit(main())
