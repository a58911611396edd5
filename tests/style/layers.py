#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""layers.py ROOT: no folder of src/ includes a folder that the table in src/README.md denies it.

Also holds what has one folder to itself: a library, a system call.
"""

import pathlib
import re
import sys

import tap

OWNED = {
    r"#\s*include <(gtk/|adwaita)": {"widgets", "app"},
    r"#\s*include <libunwind": {"unwinder"},
    r"#\s*include <(elfutils/|dwarf\.h|libiberty|demangle)|SONDE_DEMANGLE_H": {"symbolizer"},
    r"#\s*include <sys/ptrace\.h>|\bprocess_vm_readv \(": {"target"},
}


def read_table(text):
    """Returns which folders each folder may include, from the table of src/README.md."""
    may_see = {}
    for folder, allowed in re.findall(r"^\| (\w+) \|[^|]*\|([^|]*)\|$", text, re.MULTILINE):
        if folder == "folder":
            continue
        words = set(re.findall(r"\w+", allowed))
        if words == {"all", "above"}:
            words = set(may_see)
        may_see[folder] = words | {folder}
    return may_see


def main():
    root = pathlib.Path(sys.argv[1])
    may_see = read_table((root / "src/README.md").read_text(encoding="utf-8"))
    cases = {"table/base-sees-nothing": [] if may_see.get("base") == {"base"} else ["not so"],
             "table/has-every-folder": [], "includes": [], "owned": []}

    for path in tap.list_files(root, "src/*/*.[ch]", "src/*/*/*.[ch]"):
        folder = path.parts[1]
        if folder not in may_see:
            cases["table/has-every-folder"].append(f"{path}: {folder} is not in src/README.md")
            continue
        lines = (root / path).read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            seen = re.match(r'#\s*include "([a-z]+)/', line)
            if seen and seen[1] not in may_see[folder]:
                cases["includes"].append(f"{path}:{number}: {folder} may not have {line}")
            for pattern, owners in OWNED.items():
                if folder not in owners and re.search(pattern, line):
                    cases["owned"].append(f"{path}:{number}: only {owners} may have {line.strip()}")
    return tap.finish(cases)


sys.exit(main())
