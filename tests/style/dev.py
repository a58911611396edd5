#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""dev.py ROOT: ./dev says what is wrong with a call before it builds or starts anything."""

import os
import pathlib
import subprocess
import sys
import tempfile

import tap

REFUSED = {
    "run/unknown-name": (["run", "sonde-no-such-name"],
                         "dev: no process is called sonde-no-such-name\n"),
    "run/unknown-number": (["run", "4194305"], "dev: there is no process 4194305\n"),
    "run/two": (["run", "sonde-no-such-name", "1"],
                "dev: run takes one process: ./dev run [PID|NAME]\n"),
}


def find_faults(root, arguments, expected):
    """Calls ./dev as where there is no display; its build folder cannot be made."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
        environment.update(BUILD=f"{folder}/build", MESON_ARGS="--no-such-option")
        call = subprocess.run([root / "dev", *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, env=environment, check=False)
    if (call.returncode, call.stdout, call.stderr) == (1, "", expected):
        return []
    return [f"./dev {' '.join(arguments)} ended with {call.returncode} and said:\n"
            f"{call.stdout}{call.stderr}"]


def main():
    root = pathlib.Path(sys.argv[1])
    return tap.finish({name: find_faults(root, arguments, expected)
                       for name, (arguments, expected) in REFUSED.items()})


sys.exit(main())
