# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the style checks share: which files there are, and how a result is told."""

import pathlib
import subprocess
import sys


def list_files(root, *patterns):
    """Lists the files of the project that match, as paths relative to root.

    A tree without git, from a release archive, has only files of the project, but for build
    folders.
    """
    try:
        command = ["git", "-c", f"safe.directory={root}", "-C", str(root),
                   "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        names = output.split("\0")
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(root)) for path in root.rglob("*")
                 if not path.relative_to(root).parts[0].startswith("build")]
    paths = sorted(pathlib.PurePath(name) for name in names if (root / name).is_file())
    return [path for path in paths if any(path.match(pattern) for pattern in patterns)]


def finish(cases):
    """Prints the cases, a dict of name to faults, as TAP; returns the exit status."""
    print(f"1..{len(cases)}")
    for number, (name, faults) in enumerate(cases.items(), 1):
        print(f"{'not ok' if faults else 'ok'} {number} {name}")
        for fault in faults:
            print(fault, file=sys.stderr)
    return any(cases.values())
