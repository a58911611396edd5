# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""pythons.py: the CPythons that are installed here, and programs that they run.

What pythons.c is for the tests in C.
"""

import ctypes
import glob
import json
import os
import select
import signal
import subprocess
import tempfile
import time

OLDEST = (3, 8, 0)

# Generous, for a slow machine.
DEADLINE_S = 60

QUESTION = """
import sys, sysconfig
print(sys.implementation.name, *sys.version_info[:3],
      int(bool(sysconfig.get_config_var("Py_GIL_DISABLED"))))
"""

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None)


class Failed(Exception):
    """A case does not hold; says why."""


class Python:
    """One Python: its program, version and, for a case's path, its name: "3.11.7"."""

    def __init__(self, path, version, free_threaded):
        self.path = path
        self.version = version
        self.free_threaded = free_threaded
        self.name = "%d.%d.%d" % version + ("t" if free_threaded else "")


def _ask(path):
    try:
        words = subprocess.run([path, "-S", "-c", QUESTION], capture_output=True, text=True,
                               check=True, env=environment()).stdout.split()
    except (OSError, subprocess.CalledProcessError):
        return None
    if len(words) != 5 or words[0] != "cpython":
        return None
    return Python(path, tuple(map(int, words[1:4])), words[4] == "1")


def find():
    """Lists those that Sonde reads, oldest first, each program once.

    They are the ones on $PATH and in /usr/bin, those of pyenv, and what $SONDE_TEST_PYTHONS names,
    with colons between them.
    """
    # The shims of pyenv start another Python each, and by the folder one stands in.
    folders = [folder for folder in os.environ.get("PATH", "").split(":")
               if not folder.endswith("/shims")]
    pyenv = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    patterns = [folder + "/python3*" for folder in [*folders, "/usr/bin"]]
    patterns.append(pyenv + "/versions/*/bin/python")
    paths = [path for pattern in patterns for path in sorted(glob.glob(pattern))]
    paths += filter(None, os.environ.get("SONDE_TEST_PYTHONS", "").split(":"))

    # By its real name: a program that starts another one, like pyenv's, is not a Python.
    real = dict.fromkeys(os.path.realpath(path) for path in paths)
    found = [_ask(path) for path in real if not path.endswith("-config")]
    pythons = sorted((python for python in found if python and python.version >= OLDEST),
                     key=lambda python: (python.version, python.free_threaded, python.path))
    names = [python.name for python in pythons]
    for i, python in enumerate(pythons):
        same = names[:i + 1].count(python.name)
        python.name += f"-{same}" if same > 1 else ""
    return pythons


def environment():
    """Gives the environment of a target: nothing of the Python that runs the test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}


def _die_with_parent():
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Target:
    """A program that tells lines of JSON; killed at the end of the block, with its children."""

    def __init__(self, *command):
        self._errors = tempfile.TemporaryFile()
        self.program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self._errors, env=environment(),
                                        preexec_fn=_die_with_parent, start_new_session=True)
        self._read = b""
        self.pid = self.program.pid

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        # Its session holds what it forked.
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.program.wait()
        self.program.stdin.close()
        self.program.stdout.close()
        self._errors.close()

    def read(self):
        """Gives the next line that it prints, as an object."""
        deadline = time.monotonic() + DEADLINE_S
        while b"\n" not in self._read:
            left = max(0, deadline - time.monotonic())
            some = b""
            if select.select([self.program.stdout], [], [], left)[0]:
                some = os.read(self.program.stdout.fileno(), 65536)
            if not some:
                raise Failed(f"the target printed no line: {self.errors()}")
            self._read += some
        line, self._read = self._read.split(b"\n", 1)
        return json.loads(line)

    def tell(self, line):
        """Writes a line on its standard input."""
        self.program.stdin.write(line.encode() + b"\n")
        self.program.stdin.flush()

    def finish(self):
        """Tells it to end, and gives what it prints of itself at last."""
        self.program.stdin.close()
        report = self.read()
        if self.program.wait(DEADLINE_S) != 0:
            raise Failed(f"the target failed: {self.errors()}")
        return report

    def errors(self):
        """Gives the end of what it wrote on standard error."""
        self._errors.seek(0)
        return self._errors.read()[-2000:].decode(errors="replace")
