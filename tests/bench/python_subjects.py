# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python_subjects.py: for bench-python.py: Pythons to measure, and who measures"""

import json
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import sys
import tempfile

import pythons
from sonde_cli import read_folded

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "tests" / "targets" / "python"


class User:
    """Who runs the target and Sonde: the one who runs the bench, or another by name."""

    def __init__(self, name=None):
        self.name = name
        self.suffix = f", as {name}" if name else ""
        entry = pwd.getpwnam(name) if name else None
        self.ids = f"{entry.pw_uid}:{entry.pw_gid}" if name else None
        self.prefix = [] if not name else [
            "setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--init-groups"]


class Subject:
    """A Python that is installed here."""

    def __init__(self, python):
        self.name = python.name
        self.path = python.path
        self.scripts = SCRIPTS

    def command(self, user):
        return [*user.prefix, self.path]

    def command_of(self, kind):
        """Shows how a kind of figure is measured again."""
        return f"tests/bench/bench-python.py {kind} --python {self.name}"

    def matches(self, wanted):
        """Tells whether a path, or the beginning of a version, means this one."""
        return self.name.startswith(wanted) or self.path == os.path.realpath(wanted)

    def is_of(self, peer):
        """Tells whether another profiler of the same tree reads it."""
        return False

    def can_run(self, user):
        return subprocess.run([*self.command(user), "-c", "0"], capture_output=True, check=False,
                              cwd="/").returncode == 0

    def start(self, user, name, *arguments):
        return pythons.Target(*self.command(user), self.scripts / f"{name}.py", *arguments)


class TreeSubject(Subject):
    """A Python of a tree that is entered with chroot."""

    def __init__(self, tree, program, version):
        self.tree = tree
        self.name = version
        self.path = program
        self.scripts = tree.scripts

    def command(self, user):
        options = [f"--userspec={user.ids}"] if user.ids else []
        return ["chroot", *options, self.tree.root, self.path]

    def command_of(self, kind):
        return f"PEERS=$PEERS {super().command_of(kind)}"

    def is_of(self, peer):
        return self.name.startswith(peer.python + ".")


class Tree:
    """A tree with Pythons and other profilers, as $PEERS names; holds the scripts for a while."""

    def __init__(self, root):
        self.root = root
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sonde-bench-", dir=f"{root}/tmp"))
        self.folder.chmod(0o755)
        shutil.copytree(SCRIPTS, self.folder / "python")
        self.scripts = pathlib.Path("/tmp") / self.folder.name / "python"

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        shutil.rmtree(self.folder)

    def list_subjects(self):
        subjects = []
        for path in sorted(pathlib.Path(self.root).glob("usr/bin/python3.*")):
            if not re.fullmatch(r"python3\.\d+t?", path.name):
                continue
            asked = subprocess.run(["chroot", self.root, path.name, "-c", pythons.QUESTION],
                                   capture_output=True, text=True, check=False).stdout.split()
            if len(asked) == 5:
                subjects.append(TreeSubject(self, path.name, ".".join(asked[1:4])))
        return sorted(subjects, key=lambda subject: int(subject.name.split(".")[1]))


class Sonde:
    """The programs of a build folder."""

    def __init__(self, build):
        self.cli = pathlib.Path(build).resolve() / "src" / "cli" / "sonde-cli"
        self.least = pathlib.Path(build).resolve() / "tests" / "bench" / "least"

    def start(self, user, target, *options):
        """Starts a recording."""
        return subprocess.Popen([*user.prefix, self.cli, "record", "-p", str(target.pid), *options],
                                stderr=subprocess.DEVNULL)

    def record(self, user, target, *options):
        """Records to the end; gives stack (a tuple, outermost first) → samples, and figures."""
        with tempfile.TemporaryDirectory() as folder:
            # Whoever runs it writes there.
            os.chmod(folder, 0o777)
            stats, stacks = f"{folder}/stats", f"{folder}/stacks"
            status = self.start(user, target, "-o", stacks, "--stats", stats, *options).wait()
            if status != 0:
                sys.exit(f"sonde-cli ended with status {status}")
            with open(stacks, encoding="utf-8") as lines, open(stats, encoding="utf-8") as figures:
                return read_folded(lines.read()), json.load(figures)

    def measure_least(self, target, rate, seconds):
        """Gives the share of a core of who only sleeps and copies."""
        return float(subprocess.run([self.least, str(target.pid), str(rate), str(seconds)],
                                    check=True, capture_output=True).stdout)

    def start_least(self, target, rate):
        """Starts it on the CPU on which the target runs, for as long as that may take.

        The target is to stay there, or it would be moved away from who disturbs it. Sonde follows.
        """
        stat = pathlib.Path(f"/proc/{target.pid}/stat").read_text(encoding="utf-8")
        cpu = stat.rpartition(")")[2].split()[36]
        os.sched_setaffinity(target.pid, {int(cpu)})
        return subprocess.Popen([self.least, str(target.pid), str(rate), "600", cpu],
                                stdout=subprocess.DEVNULL)


def find(tree, wanted):
    """Lists the Pythons here and in a tree, those of `wanted` alone if that is not empty."""
    subjects = [Subject(python) for python in pythons.find()]
    subjects += tree.list_subjects() if tree else []
    if not wanted:
        return subjects
    return [subject for subject in subjects if any(map(subject.matches, wanted))]
