# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""sonde_cli.py: runs sonde-cli and reads what it prints, for tests in Python."""

import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time

from pythons import Failed

THREAD = re.compile(r"Thread (\d+) “(.*)” \(.*\)")
FRAME = re.compile(r"#\d+ +(0x[0-9a-f]{16}|Python {12}) (.*)")

# What is longer is cut: a name's characters, a thread's bytes.
NAME_MAX = 4096
LABEL_MAX = 127

DEADLINE_S = 120


class Recording:
    """A recording under way; killed at the end of the block, if it is not finished by then."""

    def __init__(self, cli, pid, *options):
        self._folder = tempfile.TemporaryDirectory()
        self._stats = os.path.join(self._folder.name, "stats")
        self._program = cli.start("record", "-p", pid, "--stats", self._stats, *options)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._program.kill()
        self._program.communicate()
        self._folder.cleanup()

    def wait_until_peeking(self):
        """Waits until samples are taken without stopping, which threads of their own do."""
        tasks = pathlib.Path(f"/proc/{self._program.pid}/task")
        deadline = time.monotonic() + DEADLINE_S
        while not any(path.read_text(encoding="utf-8") == "sonde-preempter\n"
                      for path in tasks.glob("*/comm")):
            if self._program.poll() is not None or time.monotonic() > deadline:
                raise Failed("it does not begin to take samples")
            time.sleep(0.01)

    def stand_still(self, seconds):
        """Makes all of its threads stand still for a while, as Ctrl+Z does."""
        self._program.send_signal(signal.SIGTSTP)
        if not os.WIFSTOPPED(os.waitpid(self._program.pid, os.WUNTRACED)[1]):
            raise Failed("it ends when it is to stand still")
        time.sleep(seconds)
        self._program.send_signal(signal.SIGCONT)

    def finish(self):
        """Waits for its end; gives stack (a tuple, outermost first) → samples, and the figures."""
        folded, errors = self._program.communicate(timeout=DEADLINE_S)
        if self._program.returncode != 0:
            raise Failed(f"the recording ended with status {self._program.returncode}: "
                         f"{errors.decode(errors='replace')}")
        with open(self._stats, encoding="utf-8") as stats:
            return read_folded(folded.decode()), json.load(stats)


class Cli:
    """The program; each call runs it to its end, by way of another one if there is a prefix."""

    def __init__(self, path, *prefix):
        self.path = path
        self.prefix = prefix

    def start(self, *arguments):
        """Gives the process, which is a job of its own."""
        return subprocess.Popen([*self.prefix, self.path, *map(str, arguments)],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env={**os.environ, "LC_ALL": "C.UTF-8"},
                                process_group=0)

    def run(self, *arguments):
        """Gives its standard output."""
        with self.start(*arguments) as program:
            try:
                output, errors = program.communicate(timeout=DEADLINE_S)
            except subprocess.TimeoutExpired:
                program.kill()
                raise
        if program.returncode != 0:
            raise Failed(f"sonde-cli {' '.join(map(str, arguments))} ended with status "
                         f"{program.returncode}: {errors.decode(errors='replace')}")
        return output.decode()

    def dump(self, pid, frames, *options):
        """Gives thread's id → (name, frames), a frame as (whether it is Python's, text)."""
        return read_dump(self.run("dump", "--frames", frames, *options, pid))

    def record(self, pid, *options):
        """Gives stack (a tuple, outermost first) → samples, and the figures."""
        with Recording(self, pid, *options) as recording:
            return recording.finish()


def read_dump(text):
    threads = {}
    for block in text.strip("\n").split("\n\n"):
        head, *lines = block.split("\n")
        match = THREAD.fullmatch(head)
        if match is None:
            raise Failed(f"not a thread: {head}")
        found = [FRAME.fullmatch(line) for line in lines]
        if None in found:
            raise Failed(f"not a frame: {lines[found.index(None)]}")
        threads[int(match[1])] = (match[2], [(frame[1][0] == "P", frame[2]) for frame in found])
    return threads


def read_folded(text):
    counts = {}
    for line in text.splitlines():
        path, _, count = line.rpartition(" ")
        counts[tuple(path.split(";"))] = int(count)
    return counts


def shown(text):
    """Gives a text of the target as sonde-cli shows it: one line, no control characters."""
    clean = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else
                    "?" if c < " " or "\x7f" <= c < "\xa0" else c for c in text[:NAME_MAX])
    return clean + "…" * (len(text) > NAME_MAX)


def label(name):
    """Gives the name of a thread as sonde-cli shows it."""
    text = shown(name)
    if len(text.encode()) <= LABEL_MAX:
        return text
    return text.encode()[:LABEL_MAX - len("…".encode())].decode(errors="ignore") + "…"


def frame_text(frame):
    """Gives a frame, a (name, file, line), as dump prints it."""
    name, file, line = frame
    if file is None:
        return shown(name)
    return f"{shown(name) or '?'} at {shown(file)}:{line}"
