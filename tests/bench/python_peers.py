# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python_peers.py: for bench-python.py: other profilers that read Python without pausing it

They are in a tree of Debian's: CPython 3.15's profiling.sampling, on the Python that it is of, and
austin, which reads no newer Python than 3.13.
"""

import collections
import os
import re
import subprocess
import tempfile

ANSI = re.compile(r"\x1b\[[0-9;]*m")

# A frame is FILE:FUNCTION:LINE, in profiling.sampling and in austin.
FRAME = re.compile(r".*:([^:]*):-?\d+")


def _read_frames(parts):
    """Gives the functions; what is no frame, as what was torn may have it, is taken for a name."""
    matches = [(FRAME.fullmatch(part), part) for part in parts]
    return tuple(match[1] if match else part for match, part in matches)


def _read_lines(path):
    return path.read_text(encoding="utf-8", errors="replace").split("\n")


class Peer:
    """A profiler; each call runs it to its end, after whole seconds, on a process of a tree."""

    def __init__(self, tree):
        self.tree = tree
        self.output = tree.folder / "output"

    def exists(self):
        return os.access(f"{self.tree.root}{self.program}", os.X_OK)

    def run(self, *arguments):
        """Gives what it printed, and its CPU seconds."""
        command = ["chroot", self.tree.root, "env", "LC_ALL=C.UTF-8", self.program, *arguments]
        with tempfile.TemporaryFile() as printed:
            profiler = subprocess.Popen(command, stdout=printed, stderr=subprocess.STDOUT)
            _, status, usage = os.wait4(profiler.pid, 0)
            profiler.returncode = os.waitstatus_to_exitcode(status)
            printed.seek(0)
            text = ANSI.sub("", printed.read().decode(errors="replace"))
        return text, usage.ru_utime + usage.ru_stime

    def inside(self):
        return str(self.tree.scripts.parent / "output")


class Sampling(Peer):
    """CPython 3.15's own."""

    name, program, python = "profiling.sampling", "/usr/bin/python3.15", "3.15"

    def _attach(self, pid, rate, seconds, *options):
        return self.run("-m", "profiling.sampling", "attach", "-a", "-r", str(rate), "-d",
                        str(round(seconds)), *options, "-o", self.inside(), str(pid))

    def record(self, pid, rate, seconds, is_threaded):
        """Gives stack → samples, and the share that failed."""
        # All samples of one thread that is never idle are of both modes.
        mode = "cpu" if is_threaded else "wall"
        text, _ = self._attach(pid, rate, seconds, "--mode", mode, "--no-gc", "--collapsed")
        stacks = collections.Counter()
        for line in _read_lines(self.output):
            path, _, count = line.rpartition(" ")
            if count.isdecimal():
                stacks[_read_frames(path.split(";")[1:])] += int(count)
        return stacks, float(re.search(r"Error rate: ([\d.]+)", text)[1]) / 100

    def measure_share(self, pid, rate, seconds):
        """Gives its share of a core."""
        _, cpu_s = self._attach(pid, rate, seconds, "--binary")
        return cpu_s / seconds


class Austin(Peer):
    """The other one."""

    name, program, python = "austin", "/opt/austin/usr/bin/austin", "3.13"

    def record(self, pid, rate, seconds, is_threaded):
        """Gives stack → samples, and the share that failed."""
        self.run("-i", str(1000000 // rate), "-x", str(round(seconds)), *["-s"][:is_threaded], "-o",
                 self.inside(), "-p", str(pid))
        stacks = collections.Counter()
        failed = 0
        for line in _read_lines(self.output):
            if ":INVALID:" in line:
                failed += 1
            elif line.startswith("P"):
                stacks[_read_frames(line.rpartition(" ")[0].split(";")[2:])] += 1
        return stacks, failed / (failed + sum(stacks.values()))
