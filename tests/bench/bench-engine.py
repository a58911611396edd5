#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""bench-engine.py CLI TARGETS WHAT [--minutes N]: what sampling costs, and whom.

Runs sonde-cli on programs of tests/targets and prints each figure as a line of four fields
with tabs between them: what was measured, the value, the goal or "-", and the command that
repeats it.

  rate      samples a second at the highest rate, CPU time a sample, time of a stop
  slowdown  how much longer the target takes for a piece of work, in pairs with and without; at
            1,000 Hz also where the target is bound to one CPU and Sonde to another
  share     how much of a core Sonde takes at 1,000 Hz
  memory    what it holds after some minutes; --minutes 10 for the long form
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

RATE_S = 3
SHARE_S = 10
PAIRS = {100: 5, 1000: 20, 10000: 5}  # By rate
WORK = "1000"


def bound(cpu):
    """Gives what a command begins with that is bound to one CPU, or to none."""
    return [] if cpu is None else ["taskset", "-c", str(cpu)]


class Target:
    """A program of tests/targets, ready; ended at the end of the block."""

    def __init__(self, folder, name, *arguments, cpu=None):
        self.program = subprocess.Popen([*bound(cpu), folder / name, *arguments],
                                        stdout=subprocess.PIPE, text=True)
        while not self.program.stdout.readline().startswith("ready "):
            pass
        self.pid = str(self.program.pid)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.program.kill()
        self.program.wait()
        self.program.stdout.close()


class Bench:
    def __init__(self, cli, targets):
        self.cli = pathlib.Path(cli)
        self.targets = pathlib.Path(targets)

    def start(self, target, stats, *options, cpu=None):
        return subprocess.Popen([*bound(cpu), self.cli, "record", "-p", target.pid, "-o",
                                 os.devnull, "--stats", stats, *options],
                                stderr=subprocess.DEVNULL)

    def record(self, target, *options):
        """Records target to the end; returns the figures and all CPU seconds of sonde-cli."""
        with tempfile.NamedTemporaryFile(suffix=".json") as stats:
            recording = self.start(target, stats.name, *options)
            _, status, usage = os.wait4(recording.pid, 0)
            recording.returncode = os.waitstatus_to_exitcode(status)
            if recording.returncode != 0:
                sys.exit(f"sonde-cli ended with status {recording.returncode}")
            # It was replaced, not written into.
            with open(stats.name, encoding="utf-8") as written:
                return json.load(written), usage.ru_utime + usage.ru_stime

    def say(self, what, value, goal, target, options):
        command = f"{target} & sonde-cli record -p $! {options} -o /dev/null --stats -"
        print(f"{what}\t{value}\t{goal}\t{command}", flush=True)

    def rate(self):
        for threads in (1, 16):
            for depth in (5, 30, 100):
                arguments = [str(depth)] + ([str(threads)] if threads > 1 else [])
                with Target(self.targets, "depth", *arguments) as target:
                    stats, _ = self.record(target, "-r", "20000", "-d", str(RATE_S))
                shown = (" ".join(["depth", *arguments]), f"-r 20000 -d {RATE_S}")
                where = f"{threads} thread{'s' if threads > 1 else ''}, depth {depth}"
                goal = ">= 10000" if (threads, depth) == (1, 30) else "-"
                per_second = stats["samples_in_mode"] / stats["duration_s"]
                cost_us = 1e6 * stats["sampler_cpu_s"] / max(stats["samples"], 1)
                self.say(f"samples a second, {where}", f"{per_second:.0f}", goal, *shown)
                self.say(f"CPU time a sample, {where}", f"{cost_us:.1f} µs", "-", *shown)
                self.say(f"stop p50, {where}", f"{1e6 * stats['stop_p50_s']:.0f} µs", "-", *shown)
                self.say(f"stop p99, {where}", f"{1e6 * stats['stop_p99_s']:.0f} µs", "-", *shown)

    def work_ns(self, rate, cpus):
        """Real time that the work takes, looked at rate times a second; 0 for not at all."""
        with Target(self.targets, "counter", WORK, cpu=cpus[0]) as target:
            recording = None
            if rate > 0:
                recording = self.start(target, os.devnull, "-r", str(rate), cpu=cpus[1])
            report = json.loads(target.program.stdout.readline())
            target.program.wait()
            if recording is not None and recording.wait() != 0:
                sys.exit(f"sonde-cli ended with status {recording.returncode}")
            return report["real_ns"]

    def slow_down(self, rate, cpus):
        """Gives by how much the work takes longer when it is looked at."""
        alone = self.work_ns(0, cpus)
        return 100 * (self.work_ns(rate, cpus) / alone - 1)

    def slowdown(self):
        usable = sorted(os.sched_getaffinity(0))
        places = {"": (None, None)}
        if len(usable) > 1:
            places[", each on a CPU of its own"] = (usable[0], usable[1])
        for rate, pairs in PAIRS.items():
            # In turn: what the machine does besides is the same for both then.
            at = {where: [] for where in places if rate == 1000 or not where}
            for _ in range(pairs):
                for where, percents in at.items():
                    percents.append(self.slow_down(rate, places[where]))
            for where, percents in at.items():
                cpus = places[where]
                self.say(f"slowdown at {rate} Hz{where}, {pairs} pairs",
                         f"{statistics.median(percents):.1f} % ({min(percents):.1f} to "
                         f"{max(percents):.1f})",
                         "<= 8 %" if rate == 1000 and not where else "-",
                         " ".join([*bound(cpus[0]), "counter", WORK]), f"-r {rate}")

    def share(self):
        for what, goal, arguments in (
                ("one busy thread", "<= 8 %", ["depth", "30"]),
                ("1000 asleep and one busy", "<= 30 %", ["sleepers", "1000"])):
            with Target(self.targets, *arguments) as target:
                stats, cpu_s = self.record(target, "-r", "1000", "-d", str(SHARE_S))
            self.say(f"share of a core at 1000 Hz, {what}",
                     f"{100 * cpu_s / stats['duration_s']:.1f} %", goal,
                     " ".join(arguments), f"-r 1000 -d {SHARE_S}")
            self.say(f"looks a second at 1000 Hz, {what}", f"{stats['rate_achieved']:.0f}", "-",
                     " ".join(arguments), f"-r 1000 -d {SHARE_S}")

    def memory(self, minutes):
        def read_mib(pid):
            for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
            return 0.0

        seconds = 60 * minutes
        for what, arguments in (("a program with 4 threads", ["shares", "4"]),
                                ("one with ever new call paths", ["wander"])):
            with Target(self.targets, *arguments) as target:
                recording = self.start(target, os.devnull, "-t")
                time.sleep(seconds / 4)
                early = read_mib(recording.pid)
                time.sleep(3 * seconds / 4)
                late = read_mib(recording.pid)
                recording.terminate()
                recording.wait()
            shown = " ".join(arguments)
            self.say(f"memory after {minutes:g} min, {what}", f"{late:.1f} MiB",
                     "-", shown, "-t")
            self.say(f"memory grown since {minutes / 4:g} min, {what}", f"{late - early:.1f} MiB",
                     "-", shown, "-t")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cli")
    parser.add_argument("targets")
    parser.add_argument("what", choices=("rate", "slowdown", "share", "memory"))
    parser.add_argument("--minutes", type=float, default=0.5)
    arguments = parser.parse_args()

    bench = Bench(arguments.cli, arguments.targets)
    if arguments.what == "memory":
        bench.memory(arguments.minutes)
    else:
        getattr(bench, arguments.what)()


main()
