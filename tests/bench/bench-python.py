#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""bench-python.py CLI SCRIPTS LEAST [WHAT…] [--python PYTHON] [--minutes N]: what Python costs.

Runs sonde-cli on programs of tests/targets/python and prints each figure as a line of four fields
with tabs between them: what was measured, the value, the goal or "-", and the command that
repeats it. Without WHAT all of these:

  rate      good samples a second at the highest rate, and how many were torn
  torn      stacks that cannot be, among a million
  agree     how far the shares of functions are from those of samples that stop their threads
            (total variation), where C calls them, where generators resume generators, where they
            last some ten nanoseconds and where code is made anew all the time
  share     how much of a core Sonde takes at 1 and 10 kHz, and how much LEAST does, which only
            sleeps as often and copies a page
  slowdown  how much longer the target takes for a piece of work, in pairs with and without
  memory    what Sonde holds after some minutes on a program that makes new functions all the
            time; --minutes 10 for the long form

With a tree of other profilers in $PEERS, a chroot with python3.15 and austin, rate and share print
what those reach on the same programs, and what Sonde reaches on that Python.
"""

import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

RATE_S = 4
SHARE_S = 10
PAIRS = 9
DEPTH = 30
THREADS = 16
WORK_S = 1.5
STACKS = 1000000
AGREE_S = 3
AGREE_PAIRS = 4
TOP_RATE = "1000000"

KINDS = ("rate", "torn", "agree", "share", "slowdown", "memory")

ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Target:
    """A program of tests/targets/python, which has begun; ended at the end of the block."""

    def __init__(self, *command):
        self.program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.pid = str(json.loads(self.program.stdout.readline())["pid"])
        time.sleep(0.2)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.program.kill()
        self.program.wait()
        self.program.stdin.close()
        self.program.stdout.close()


def innermost(stacks, names):
    """Counts the innermost functions of folded stacks, of those with `names` if that is a set."""
    counts = collections.Counter()
    for line in stacks.splitlines():
        path, _, count = line.rpartition(" ")
        functions = [name for name in path.split(";") if names is None or name in names]
        if functions:
            counts[functions[-1]] += int(count)
    return counts


def variation(counts, others):
    """Gives the total variation distance of two distributions."""
    return sum(abs(counts[name] / counts.total() - others[name] / others.total())
               for name in {*counts, *others}) / 2


class Bench:
    """The program to measure, and how a script is run."""

    def __init__(self, cli, scripts, least, python):
        self.cli = str(pathlib.Path(cli).resolve())
        self.least = str(pathlib.Path(least).resolve())
        self.scripts = pathlib.Path(scripts).resolve()
        self.python = [python]
        self.suffix = ""

    def start(self, name, *arguments):
        return Target(*self.python, self.scripts / f"{name}.py", *map(str, arguments))

    def record(self, target, *options, frames="python"):
        """Records to the end; gives the stacks, the figures and all CPU seconds of sonde-cli."""
        with tempfile.TemporaryDirectory() as folder:
            stats, stacks = f"{folder}/stats", f"{folder}/stacks"
            recording = subprocess.Popen(
                [self.cli, "record", "-p", target.pid, "--frames", frames, "-m", "wall",
                 "-o", stacks, "--stats", stats, *options], stderr=subprocess.DEVNULL)
            _, status, usage = os.wait4(recording.pid, 0)
            recording.returncode = os.waitstatus_to_exitcode(status)
            if recording.returncode != 0:
                sys.exit(f"sonde-cli ended with status {recording.returncode}")
            with open(stacks, encoding="utf-8") as lines, open(stats, encoding="utf-8") as figures:
                return lines.read(), json.load(figures), usage.ru_utime + usage.ru_stime

    def say(self, what, value, goal, target, options):
        command = f"{target} & sonde-cli record -p $! --frames python -m wall {options}"
        print(f"{what}{self.suffix}\t{value}\t{goal}\t{command}", flush=True)

    def rate(self):
        for threads, unit, goal in ((1, "samples", ">= 200000"), (THREADS, "sweeps", ">= 30000")):
            with self.start("busy", DEPTH, threads) as target:
                _, stats, cpu_s = self.record(target, "-r", TOP_RATE, "-d", str(RATE_S))
            shown = (f"busy.py {DEPTH} {threads}", f"-r {TOP_RATE} -d {RATE_S}")
            where = f"{threads} thread{'s' if threads > 1 else ''}, depth {DEPTH}"
            good, torn = stats["samples"], stats["lost"]["torn"]
            self.say(f"good {unit} a second, {where}",
                     f"{good / threads / stats['duration_s']:.0f}", goal, *shown)
            self.say(f"torn and thrown away, {where}", f"{100 * torn / (good + torn):.2f} %",
                     "<= 2 %", *shown)
            # What it would be with a core of its own: others may have taken a part of it.
            self.say(f"good {unit} a second of CPU time, {where}",
                     f"{good / threads / cpu_s:.0f}", "-", *shown)

    def torn(self):
        allowed = re.compile(r"<module>;main(;dive)*(;spin(;hot_a(;leaf_a)?|;hot_b(;leaf_b)?)?)?")
        whole = impossible = rounds = 0
        with self.start("flipflop", DEPTH) as target:
            while whole < STACKS and rounds < 20:
                rounds += 1
                stacks, _, _ = self.record(target, "-r", TOP_RATE, "-d", str(RATE_S))
                for line in stacks.splitlines():
                    path, _, count = line.rpartition(" ")
                    whole += int(count)
                    impossible += 0 if allowed.fullmatch(path) else int(count)
        self.say(f"impossible stacks among {whole}", str(impossible), "0", f"flipflop.py {DEPTH}",
                 f"-r {TOP_RATE}")

    def agree(self):
        for script, argument in (("echoes", "callbacks"), ("echoes", "generators"),
                                 ("flipflop", DEPTH), ("maker", "")):
            peeked, stopped = collections.Counter(), collections.Counter()
            taken = torn = 0
            with self.start(script, argument) as target:
                for _ in range(AGREE_PAIRS):
                    stacks, stats, _ = self.record(target, "-d", str(AGREE_S))
                    peeked += innermost(stacks, None)
                    taken, torn = taken + stats["samples"], torn + stats["lost"]["torn"]
                    stacks, _, _ = self.record(target, "-d", str(AGREE_S), frames="both")
                    stopped += innermost(stacks, set(peeked))
            name = f"{script}.py {argument}".rstrip()
            shown = (name, f"-d {AGREE_S}")
            self.say(f"variation of {name} from stopped samples",
                     f"{100 * variation(peeked, stopped):.1f} %", "-", *shown)
            self.say(f"torn and thrown away, {name}", f"{100 * torn / (taken + torn):.2f} %", "-",
                     *shown)

    def share(self):
        for rate, goal in (("1000", "<= 3 %"), ("10000", "<= 20 %")):
            with self.start("busy", DEPTH, 1) as target:
                _, stats, cpu_s = self.record(target, "-r", rate, "-d", str(SHARE_S))
            shown = (f"busy.py {DEPTH}", f"-r {rate} -d {SHARE_S}")
            self.say(f"share of a core at {rate} Hz", f"{100 * cpu_s / stats['duration_s']:.1f} %",
                     goal, *shown)
            self.say(f"samples a second at {rate} Hz",
                     f"{stats['samples'] / stats['duration_s']:.0f}", "-", *shown)
            with self.start("busy", DEPTH, 1) as target:
                share = float(subprocess.run([self.least, target.pid, rate, str(SHARE_S)],
                                             check=True, capture_output=True).stdout)
            print(f"the same of who only sleeps and copies{self.suffix}\t{100 * share:.1f} %\t-\t"
                  f"busy.py {DEPTH} & tests/bench/least $! {rate} {SHARE_S}", flush=True)

    def work(self, rounds, *options):
        """Gives real and CPU time of the work, watched with these options or not at all."""
        with self.start("busy", DEPTH, 1, rounds) as target:
            recording = None
            if options:
                recording = subprocess.Popen([self.cli, "record", "-p", target.pid, "-o",
                                              os.devnull, *options], stderr=subprocess.DEVNULL)
            told = json.loads(target.program.stdout.readline())
            if recording is not None and recording.wait() != 0:
                sys.exit(f"sonde-cli ended with status {recording.returncode}")
            return told["real_ns"], told["cpu_ns"]

    def slowdown(self):
        with self.start("busy", DEPTH, 1, 1000) as target:
            told = json.loads(target.program.stdout.readline())
        rounds = max(1, int(told["rounds"] * WORK_S * 1e9 / told["cpu_ns"]))
        for what, options in (("alone", ()),
                              ("python", ("--frames", "python", "-r", "1000")),
                              ("both", ("--frames", "both", "-r", "1000"))):
            pairs = [(self.work(rounds), self.work(rounds, *options)) for _ in range(PAIRS)]
            for i, time_kind in enumerate(("real", "CPU")):
                ratios = sorted(100 * (watched[i] / alone[i] - 1) for alone, watched in pairs)
                spread = (ratios[-2] - ratios[1]) / 2
                name = "a pair of its own" if what == "alone" else f"{what} at 1000 Hz"
                self.say(f"slowdown in {time_kind} time, {name}, median of {PAIRS}",
                         f"{statistics.median(ratios):.1f} ± {spread:.1f} %",
                         "within the noise" if what == "python" else "-",
                         f"busy.py {DEPTH} 1 {rounds}", " ".join(options))

    def memory(self, minutes):
        def read_mib(pid, key):
            text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
            return int(re.search(rf"^{key}:\s+(\d+)", text, re.MULTILINE)[1]) / 1024

        shown = ("maker.py", f"-r 10000 -d {60 * minutes:g}")
        with self.start("maker") as target:
            recording = subprocess.Popen(
                [self.cli, "record", "-p", target.pid, "--frames", "python", "-r", "10000",
                 "-o", os.devnull], stderr=subprocess.DEVNULL)
            time.sleep(15 * minutes)
            early = read_mib(recording.pid, "VmRSS")
            time.sleep(45 * minutes)
            late, most = (read_mib(recording.pid, key) for key in ("VmRSS", "VmHWM"))
            recording.terminate()
            recording.wait()
        where = f"new functions all the time, {minutes:g} min at 10 kHz"
        self.say(f"memory, {where}", f"{most:.1f} MiB", "<= 200 MB", *shown)
        self.say(f"memory grown in the last {0.75 * minutes:g} min of it",
                 f"{late - early:.1f} MiB", "-", *shown)


class Peers:
    """The profilers of the tree, on the same programs on Pythons of the same tree."""

    NEWEST, AUSTINS = "python3.15", "python3.13"

    def __init__(self, tree, scripts):
        self.chroot = ["chroot", tree]
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=f"{tree}/tmp"))
        shutil.copytree(scripts, self.folder / "python")
        self.scripts = pathlib.Path("/tmp") / self.folder.name / "python"
        self.output = str(self.scripts / "output")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        shutil.rmtree(self.folder)

    def bench(self, cli, least):
        """Gives a bench for Sonde that runs the programs there."""
        bench = Bench(cli, self.scripts, least, self.NEWEST)
        bench.scripts, bench.python = self.scripts, [*self.chroot, self.NEWEST]
        bench.suffix = f", {self.NEWEST}"
        return bench

    def busy(self, python, threads):
        return Target(*self.chroot, python, self.scripts / "busy.py", str(DEPTH), str(threads))

    def run(self, command):
        """Runs a profiler to its end; gives what it printed and its CPU seconds."""
        with tempfile.TemporaryFile() as output:
            profiler = subprocess.Popen([*self.chroot, "env", "LC_ALL=C.UTF-8", *command],
                                        stdout=output, stderr=subprocess.STDOUT)
            _, status, usage = os.wait4(profiler.pid, 0)
            profiler.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            text = ANSI.sub("", output.read().decode(errors="replace"))
        return text, usage.ru_utime + usage.ru_stime

    def sample(self, threads, rate, seconds):
        """Gives good sweeps a second, the share of failed ones and the share of a core."""
        with self.busy(self.NEWEST, threads) as target:
            text, cpu_s = self.run([self.NEWEST, "-m", "profiling.sampling", "attach", "-a", "-r",
                                    rate, "-d", str(seconds), "--binary", "-o", self.output,
                                    target.pid])
        per_second = float(re.search(r"Sample rate: ([\d.]+)", text)[1])
        failed = float(re.search(r"Error rate: ([\d.]+)", text)[1]) / 100
        return per_second * (1 - failed), failed, cpu_s / seconds

    def austin(self, threads):
        """Gives its sweeps a second."""
        with self.busy(self.AUSTINS, threads) as target:
            text, _ = self.run(["/opt/austin/usr/bin/austin", "-i", "1", "-b", "-o", self.output,
                                "-x", str(RATE_S), "-p", target.pid])
        seconds = float(re.search(r"Sampling duration : ([\d.]+) s", text)[1])
        taken = re.search(r"Error rate : (\d+)/(\d+)", text)
        return (int(taken[2]) - int(taken[1])) / seconds

    def say(self, what, value, threads, command):
        command = f"chroot $PEERS {command} $(pgrep -f 'busy.py {DEPTH} {threads}')"
        print(f"{what}\t{value}\t-\t{command}", flush=True)

    def rate(self):
        for threads, unit in ((1, "samples"), (THREADS, "sweeps")):
            good, failed, share = self.sample(threads, TOP_RATE, RATE_S)
            where = f"{threads} thread{'s' if threads > 1 else ''}, depth {DEPTH}"
            command = f"{self.NEWEST} -m profiling.sampling attach -a -r {TOP_RATE} -d {RATE_S}"
            name = "profiling.sampling"
            self.say(f"{name}: good {unit} a second, {where}", f"{good:.0f}", threads, command)
            self.say(f"{name}: failed, {where}", f"{100 * failed:.2f} %", threads, command)
            self.say(f"{name}: share of a core, {where}", f"{100 * share:.0f} %", threads, command)
            self.say(f"austin: {unit} a second, {where}, {self.AUSTINS}",
                     f"{self.austin(threads):.0f}", threads, f"austin -i 1 -x {RATE_S} -p")

    def share(self):
        for rate in ("1000", "10000"):
            good, _, share = self.sample(1, rate, SHARE_S)
            command = f"{self.NEWEST} -m profiling.sampling attach -a -r {rate} -d {SHARE_S}"
            self.say(f"profiling.sampling: share of a core at {rate} Hz", f"{100 * share:.1f} %", 1,
                     command)
            self.say(f"profiling.sampling: samples a second at {rate} Hz", f"{good:.0f}", 1,
                     command)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cli")
    parser.add_argument("scripts")
    parser.add_argument("least")
    parser.add_argument("what", nargs="*", metavar="WHAT")
    parser.add_argument("--python", default="/usr/bin/python3")
    parser.add_argument("--minutes", type=float, default=0.5)
    arguments = parser.parse_args()
    if not set(arguments.what) <= set(KINDS):
        parser.error(f"WHAT is one of {', '.join(KINDS)}")

    bench = Bench(arguments.cli, arguments.scripts, arguments.least, arguments.python)
    for what in arguments.what or KINDS:
        getattr(bench, what)(*([arguments.minutes] if what == "memory" else []))
        if os.environ.get("PEERS") and what in ("rate", "share"):
            with Peers(os.environ["PEERS"], bench.scripts) as peers:
                getattr(peers.bench(arguments.cli, arguments.least), what)()
                getattr(peers, what)()


main()
