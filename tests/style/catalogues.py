#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""catalogues.py ROOT: every language of po/LINGUAS is whole, and its format strings fit."""

import pathlib
import subprocess
import sys
import tempfile

import tap

KEYWORDS = "_ N_ C_:1c,2 NC_:1c,2 ngettext:1,2 g_dngettext:2,3 g_dpgettext2:2c,3".split()


def run(*command, cwd):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    return done.stderr.splitlines() if done.returncode != 0 else []


def main():
    root = pathlib.Path(sys.argv[1])
    cases = {}

    with tempfile.TemporaryDirectory() as folder:
        pot = f"{folder}/sonde.pot"
        cases["strings"] = run("xgettext", "--files-from=po/POTFILES", "--from-code=UTF-8",
                               "--add-comments=Translators", f"--output={pot}",
                               *(f"--keyword={word}" for word in KEYWORDS), cwd=root)
        for language in (root / "po/LINGUAS").read_text(encoding="utf-8").splitlines():
            if not language or language.startswith("#"):
                continue
            catalogue = f"po/{language}.po"
            cases[f"{language}/well-formed"] = run("msgfmt", "--check", "--output-file=/dev/null",
                                                   catalogue, cwd=root)
            cases[f"{language}/whole"] = run("msgcmp", catalogue, pot, cwd=root)
    return tap.finish(cases)


sys.exit(main())
