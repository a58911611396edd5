#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""text.py ROOT: what can be told about a file by reading it: heads, lengths, spaces, words.

A length over the soft limit is printed and fails nothing; one over the hard limit fails.
"""

import pathlib
import re
import sys

import tap

TEXTS = ("*.c", "*.h", "*.py", "*.sh", "*.ui", "*.css", "*.xml", "*.in", "*.svg", "*.build",
         "*.yml", "dev", ".ci/run", "with-display", "meson_options.txt", "*.md", "NEWS",
         "POTFILES", "*.1")
CODE = ("*.c", "*.h", "*.py", "*.sh", "*.build", "dev", ".ci/run", "with-display", "*.ui", "*.css")
LINE_MAX = 100
FILE_SOFT, FILE_HARD = 400, 600
HEADER_SOFT = 80
FUNCTION_SOFT, FUNCTION_HARD = 40, 60
WORDS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def list_functions(lines):
    """Lists name, first line and length of the functions of a C file, body only."""
    functions = []
    name, begun = None, 0
    for number, line in enumerate(lines, 1):
        match = re.match(r"(\w+) \(", line)
        if match:
            name = match[1]
        elif line == "{":
            begun = number
        elif line == "}" and begun and name:
            functions.append((name, begun, number - begun - 1))
            name, begun = None, 0
    return functions


def has_head(text):
    head = text[:600]
    return ("SPDX-FileCopyrightText: 2026 The Sonde authors" in head and
            "SPDX-License-Identifier: GPL-3.0-or-later" in head)


def check_lengths(path, lines, cases, notes):
    hard = cases["lengths"]
    if len(lines) > FILE_HARD:
        hard.append(f"{path}: {len(lines)} lines")
    elif len(lines) > (HEADER_SOFT if path.suffix == ".h" else FILE_SOFT):
        notes.append(f"{path}: {len(lines)} lines")
    if path.suffix != ".c":
        return
    for name, begun, length in list_functions(lines):
        if length > FUNCTION_HARD and not name.endswith("_class_init"):
            hard.append(f"{path}:{begun}: {name}() has {length} lines")
        elif length > FUNCTION_SOFT:
            notes.append(f"{path}:{begun}: {name}() has {length} lines")


def check_lines(path, lines, cases):
    # A table of Markdown, a man page, a drawing and a sentence of a template have lines as long as
    # they must be.
    wide = path.suffix in {".md", ".1", ".svg", ".ui"}
    for number, line in enumerate(lines, 1):
        where = f"{path}:{number}"
        if len(line) > LINE_MAX and not wide and "http" not in line:
            cases["line-length"].append(f"{where}: {len(line)} columns")
        if "\t" in line:
            cases["tabs"].append(where)
        if line != line.rstrip():
            cases["trailing-space"].append(where)
        if WORDS.search(line) and path.name != "text.py":
            cases["words"].append(f"{where}: open an issue instead: {line.strip()}")


def main():
    root = pathlib.Path(sys.argv[1])
    cases = {name: [] for name in
             ("spdx-head", "pragma-once", "line-length", "tabs", "trailing-space", "words",
              "lengths", "last-newline")}
    notes = []

    for path in tap.list_files(root, *TEXTS):
        text = (root / path).read_text(encoding="utf-8")
        lines = text.splitlines()
        if any(path.match(pattern) for pattern in CODE) and not has_head(text):
            cases["spdx-head"].append(str(path))
        if path.suffix == ".h" and "#pragma once" not in lines:
            cases["pragma-once"].append(str(path))
        if not text.endswith("\n"):
            cases["last-newline"].append(str(path))
        check_lines(path, lines, cases)
        if path.suffix in {".c", ".h"}:
            check_lengths(path, lines, cases, notes)

    for note in notes:
        print(f"# longer than it might be: {note}")
    return tap.finish(cases)


sys.exit(main())
