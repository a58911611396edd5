# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python.py CLI SCRIPTS [PROGRAM…] [--only PREFIX]: what is seen of every Python found here.

SCRIPTS is tests/targets/python, a PROGRAM one that has embed.c in it. With --only the cases whose
paths begin with PREFIX, /python/3.12.1/dump for one.
"""

import argparse
import functools
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import python_dumps  # noqa: E402
import python_places  # noqa: E402
import python_records  # noqa: E402
import python_stacks  # noqa: E402
import pythons  # noqa: E402
from pythons import Failed, Target  # noqa: E402
from sonde_cli import Cli  # noqa: E402

# Name → how often it prints where its threads stand.
STANDING = {
    "callbacks": 1, "collector": 1, "comprehensions": 1, "coroutines": 1, "decorators": 1,
    "deep": 1, "exceptions": 1, "fork": 2, "generators": 1, "hostile": 1, "imports": 1,
    "lambdas": 1, "lines": 1, "methods": 1, "names": 1, "recursion": 1, "subinterpreters": 1,
    "threads": 1, "traced": 1, "virtual": 1, "warm": 1, "zipped": 1,
}

# Those that tell of tasks, which are read since 3.12, and what is looked at of them and of others.
TASKS = {"tasks"}
TOLD_BY_TASKS = ("told", "tasks")
TOLD_BY_STACKS = ("told", "dump", "both")

# Case → what it does with a busy target.
RECORDED = {
    "flipflop": python_records.check_flipflop,
    "flipflop-slow": lambda *who: python_records.check_flipflop(*who, "python", "1000", "3"),
    "flipflop-both": lambda *who: python_records.check_flipflop(*who, "both", "1000", "3"),
    "suspended": python_records.check_suspended,
    "turns": python_records.check_turns,
    "objects": python_records.check_objects,
    "ladder": python_records.check_ladder,
    "swarm": python_records.check_swarm,
    "brood": python_records.check_brood,
    "inside": python_records.check_inside,
    "reborn": python_records.check_reborn,
    "crowd": python_records.check_crowd,
    "departed": python_records.check_departed,
    "forked": python_records.check_forked,
    "farewell": python_records.check_farewell,
    "launch": python_records.check_launch,
    "threads": python_records.check_threads,
    "wanted": python_records.check_wanted,
    "present": python_records.check_present,
    "napping": python_records.check_napping,
    "thread-names": python_records.check_names,
    "released": python_records.check_released,
    "frameless": python_records.check_frameless,
    "garbage": python_records.check_garbage,
    "maker": python_records.check_maker,
    "shares": python_records.check_shares,
    "shares-gil": lambda *who: python_records.check_shares(*who, mode="gil"),
    **{f"agrees-{workload}": functools.partial(python_records.check_agrees, workload=workload)
       for workload in python_records.SELVES},
}


# Those of them that need a lock, and what is looked at where there is none.
LOCKED = {"threads", "wanted", "released", "shares-gil"}
UNLOCKED = {"parallel": python_records.check_parallel}

# Those that need what a thread state tells since 3.11: the kernel's id, and on whose stack it is.
TELLING = {"hosted": python_records.check_hosted, "roaming": python_records.check_roaming,
           "strange": python_records.check_strange}

# Those that need greenlet, which the distribution has for its own Python.
SYSTEM = pathlib.Path("/usr/bin/python3")
SWITCHING = {"greenlets": python_records.check_greenlets}


class Suite:
    """The cases, told as TAP as they are run."""

    def __init__(self, prefix):
        self.prefix = prefix
        self.count = 0
        self.failed = 0

    def wants(self, path):
        return path.startswith(self.prefix)

    def tell(self, path, reason=None):
        """Tells how a case ended; with a reason it failed."""
        self.count += 1
        self.failed += reason is not None
        print(f"{'not ok' if reason else 'ok'} {self.count} {path}", flush=True)
        if reason:
            text = str(reason).encode("ascii", "backslashreplace").decode()
            text = "# " + text.replace("\n", "\n# ")
            print(text, flush=True)
            # Who runs it may show nothing else of one that failed.
            print(path, text, sep="\n", file=sys.stderr, flush=True)

    def run(self, path, case, *arguments):
        if not self.wants(path):
            return
        try:
            case(*arguments)
        except python_places.Skipped as reason:
            self.count += 1
            print(f"ok {self.count} {path} # SKIP {reason}", flush=True)
        except (Failed, OSError, subprocess.SubprocessError) as failure:
            self.tell(path, failure or repr(failure))
        else:
            self.tell(path)

    def finish(self):
        print(f"1..{self.count}", flush=True)
        return 1 if self.failed or not self.count else 0


class Bench:
    """Where the programs are, and a folder for what has to be made of them."""

    def __init__(self, cli, scripts, folder):
        self.cli = Cli(cli)
        self.scripts = pathlib.Path(scripts).resolve()
        self.folder = pathlib.Path(folder)

    def script(self, name):
        return self.scripts / f"{name}.py"

    def prepare(self, python, name):
        """Gives the command that starts a target."""
        if name == "zipped":
            return [python.path, self.zip_up()]
        if name == "virtual":
            # Through the Python itself, which may be one that sees other folders than we do.
            return [python.path, "-c", "import os, sys; os.execv(sys.argv[1], sys.argv[1:])",
                    self.make_environment(python), self.script(name)]
        return [python.path, self.script(name)]

    def zip_up(self):
        archive = self.folder / "zipped.pyz"
        if not archive.exists():
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
                file.write(self.script("zipped"), "__main__.py")
                file.write(self.script("standstill"), "standstill.py")
        return archive

    def make_environment(self, python):
        folder = self.folder / f"virtual-{python.name}"
        if not folder.exists():
            subprocess.run([python.path, "-m", "venv", "--without-pip", folder], check=True,
                           capture_output=True, env=pythons.environment())
        return folder / "bin" / "python"


class Starter:
    """Starts targets with one Python, and options of its own."""

    def __init__(self, python, bench, *options):
        self.python = python
        self.bench = bench
        self.options = options

    def command(self, name, *arguments):
        return [self.python.path, *self.options, self.bench.script(name), *arguments]

    def __call__(self, name, *arguments):
        return Target(*self.command(name, *arguments))


def check_promises(reports, script):
    """What a target tells of itself is what its head comment promises."""
    text = script.read_text(encoding="utf-8")
    seen = {}
    for report in reports:
        version = tuple(map(int, report["version"].split(".")))
        for thread in report["threads"]:
            seen[str(thread["name"])] = [frame[0] for frame in thread["frames"]]
    promises = python_stacks.read_promises(text, version)
    if set(seen) != set(promises):
        raise Failed(f"threads {sorted(seen)}, promised {sorted(promises)}")
    for name, promised in promises.items():
        if not python_stacks.fits(seen[name], promised):
            raise Failed(f"{name}: {' < '.join(seen[name])}\npromised: {' < '.join(promised)}")


def check_standing(suite, bench, name, command, script, count):
    """The cases of one target that stands still; `name` is the end of their paths."""
    kinds = {
        "told": lambda reports: check_promises(reports, script),
        "dump": lambda reports: python_dumps.check_python(reports, bench.cli),
        "both": lambda reports: python_dumps.check_both(reports, bench.cli),
        "tasks": lambda reports: python_dumps.check_tasks(reports, bench.cli),
    }
    kinds = {kind: kinds[kind] for kind in (TOLD_BY_TASKS if name[1] in TASKS else TOLD_BY_STACKS)}
    wanted = {kind: case for kind, case in kinds.items()
              if suite.wants(f"/python/{name[0]}/{kind}/{name[1]}")}
    if not wanted:
        return
    with Target(*command) as target:
        try:
            reports = [target.read() for _ in range(count)]
        except (Failed, OSError, ValueError) as failure:
            for kind in wanted:
                suite.tell(f"/python/{name[0]}/{kind}/{name[1]}", failure)
            return
        for kind, case in wanted.items():
            suite.run(f"/python/{name[0]}/{kind}/{name[1]}", case, reports)


def check_python(suite, bench, python):
    for name, count in STANDING.items():
        check_standing(suite, bench, (python.name, name), bench.prepare(python, name),
                       bench.script(name), count)
    if python.version >= (3, 12):
        for name in TASKS:
            check_standing(suite, bench, (python.name, name), bench.prepare(python, name),
                           bench.script(name), 1)

    start = Starter(python, bench)
    locked = Starter(python, bench, "-X", "gil=1") if python.free_threaded else start
    for name, case in RECORDED.items():
        suite.run(f"/python/{python.name}/record/{name}", case,
                  locked if name in LOCKED else start, bench.cli)
    for name, case in TELLING.items() if python.version >= (3, 11) else ():
        suite.run(f"/python/{python.name}/record/{name}", case, start, bench.cli)
    for name, case in SWITCHING.items() if SYSTEM.samefile(python.path) else ():
        suite.run(f"/python/{python.name}/record/{name}", case, start, bench.cli)
    for name, case in UNLOCKED.items() if python.free_threaded else ():
        suite.run(f"/python/{python.name}/record/{name}", case, start, bench.cli)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("cli")
    parser.add_argument("scripts")
    parser.add_argument("programs", nargs="*")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()

    suite = Suite(arguments.only)
    folder = tempfile.mkdtemp(prefix="sonde-python-")
    bench = Bench(arguments.cli, arguments.scripts, folder)
    try:
        found = pythons.find()
        for python in found:
            check_python(suite, bench, python)
        for name, check in python_places.CHECKS.items():
            suite.run(f"/python/{found[-1].name}/place/{name}", check, Starter(found[-1], bench),
                      bench.cli)
        suite.run(f"/python/{found[-1].name}/record/shares-long", python_records.check_shares,
                  Starter(found[-1], bench), bench.cli, "10")
        for program in arguments.programs:
            name = ("embedded", pathlib.Path(program).name)
            check_standing(suite, bench, name, [program, bench.scripts],
                           bench.script("embedded"), 1)
    finally:
        shutil.rmtree(folder)
    return suite.finish()


sys.exit(main())
