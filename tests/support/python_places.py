# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python_places.py: Python that is read on other CPUs, at other priorities, than usual.

Each check takes what starts a target by its name, and the program sonde-cli. The target's stacks
are possible and few are torn, wherever the two run.
"""

import contextlib
import copy
import os
import pathlib
import subprocess
import sys

import python_records
from pythons import Failed, Target

CPUSETS = pathlib.Path("/sys/fs/cgroup/cpuset")
MOVE = "import os, sys; open(sys.argv[1], 'w').write(str(os.getpid())); os.execvp(sys.argv[2], " \
       "sys.argv[2:])"

class Skipped(Exception):
    """A case cannot be tried here; says why."""


def _with(start, *prefix):
    """Gives what starts a target by another command."""
    def start_placed(name, *arguments):
        return Target(*prefix, *map(str, start.command(name, *arguments)))
    return start_placed


def _run_by(cli, *prefix):
    placed = copy.copy(cli)
    placed.prefix = prefix
    return placed


def _check(start, cli, hindrance=""):
    stats = python_records.check_flipflop(start, cli, "python", "1000")
    if stats["hindrance"] != hindrance:
        raise Failed(f"hindrance {stats['hindrance']!r}, not {hindrance!r}")


def _list_cpus():
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        raise Skipped("there is one CPU only")
    return cpus


def check_one_cpu(start, cli):
    """The target and all of Sonde on the same CPU."""
    bound = ("taskset", "-c", str(min(os.sched_getaffinity(0))))
    _check(_with(start, *bound), _run_by(cli, *bound))


def check_apart(start, cli):
    """Sonde is to run elsewhere, by its user's wish, and takes the target's CPU all the same."""
    cpus = _list_cpus()
    _check(_with(start, "taskset", "-c", str(cpus[0])),
           _run_by(cli, "taskset", "-c", str(cpus[-1])))


def check_idle_class(start, cli):
    """A target that runs only when nobody else does."""
    _check(_with(start, "chrt", "-i", "0"), cli)


def check_realtime(start, cli):
    """A target that leaves its CPU to nobody."""
    if os.geteuid() != 0:
        raise Skipped("an ordinary user may not start such a program")
    _check(_with(start, "chrt", "-f", "10"), cli, "priority")


def check_taken(start, cli):
    """All CPUs are taken by others."""
    with contextlib.ExitStack() as stack:
        for _ in os.sched_getaffinity(0):
            loop = stack.enter_context(subprocess.Popen([sys.executable, "-c", "while 1: pass"]))
            stack.callback(loop.kill)
        _check(start, cli)


@contextlib.contextmanager
def _cpuset(name, cpu):
    folder = CPUSETS / f"sonde-test-{os.getpid()}-{name}"
    try:
        folder.mkdir()
    except OSError as error:
        raise Skipped(f"no set of CPUs can be made: {error}") from error
    try:
        (folder / "cpuset.mems").write_text("0", encoding="ascii")
        (folder / "cpuset.cpus").write_text(str(cpu), encoding="ascii")
        yield sys.executable, "-c", MOVE, folder / "tasks"
    finally:
        folder.rmdir()


def check_cpuset(start, cli):
    """Sonde may not run on the CPUs of the target, as in two containers."""
    cpus = _list_cpus()
    with _cpuset("target", cpus[0]) as there, _cpuset("sonde", cpus[-1]) as here:
        _check(_with(start, *there), _run_by(cli, *here), "cpus")


CHECKS = {
    "one-cpu": check_one_cpu, "apart": check_apart, "idle-class": check_idle_class,
    "realtime": check_realtime, "taken": check_taken, "cpuset": check_cpuset,
}
