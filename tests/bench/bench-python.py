#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""bench-python.py [WHAT…] [OPTION…]: how right Python is without pausing, and what it costs.

Runs sonde-cli on programs of tests/targets/python and prints each figure as a line of four fields
with tabs between them: what was measured, the value, the goal or "-", and the command that
repeats it. Without WHAT all of these, the first two for every Python that is found here, the others
for the last of them:

  agree     how far shares of functions in recordings of Python are from those in recordings of
            Both, which stop their threads, of the same process
  torn      samples that were lost as torn, and stacks that cannot be
  slowdown  how much longer the target takes for a piece of work, in pairs with and without
  share     how much of a core Sonde takes, in pairs with least.c, which only sleeps as often and
            copies a page
  rate      samples a second at the highest rate
  memory    what Sonde holds after some minutes on a program that makes new functions all the time

With a tree of other profilers in $PEERS, which is entered with chroot, the Pythons of the tree are
measured too, and agree, torn and share have figures of CPython's own profiler and of austin.

In agree a workload is recorded four times: Python, Both, Python, Both. What is compared is always
one recording with another, all of the same length, so that each comparison has the same noise:

  variation     the mean of the four pairs of unlike recordings
  noise         that of the two of Both; and told beside it, that of the two of Python
  beyond noise  variation less noise, or 0

Where Python errs in one recording otherwise than in the next, the two of Python are far from each
other. That is no noise, but an error.

A variation of chance and one that lasts do not add up, so the difference is too low where they are
of one size. What lasts is estimated without noise too: by the difference of the first two
recordings in the direction that the last two have, and the other way round. It is 0 on average
where there is no difference, and so at times less.
"""

import argparse
import itertools
import os
import pathlib
import re
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import python_peers  # noqa: E402
import python_subjects  # noqa: E402
from python_subjects import ROOT, Sonde, Tree, User  # noqa: E402
from shares import count_self, lasting_variation, variation  # noqa: E402

WORKLOADS = ("small-methods", "leaves", "text", "recursion", "generators", "nested-generators",
             "async", "callbacks", "comprehensions", "exceptions", "descriptors", "metaclasses",
             "threads", "rivals", "contexts", "objects", "closures", "calls")
THREADED = ("threads", "rivals")

AGREE_HZ = 1000
TORN_S = 5
TORN = (("flipflop", "30"), ("workloads", "small-methods"), ("workloads", "threads"))
DEPTH, THREADS = "30", "16"
WORK_S = 1.5
SHARE_S, SHARE_PAIRS = 5, 5
RATE_S = 4

# What a sampler needs to find its way in, before its share is measured or that of its target.
ATTACH_S = 1
READY_S = 0.2

GOALS = {  # By rate
    "torn": {1000: "<= 0.5 %", 10000: "<= 2 %"},
    "slowdown": {1000: "<= 2 %", 10000: "<= 15 %"},
}

FLIPFLOP = re.compile(r"<module>;main(;dive)*(;spin(;hot_a(;leaf_a)?|;hot_b(;leaf_b)?)?)?")


def say(what, value, goal, command):
    print(f"{what}\t{value}\t{goal}\t{command}", flush=True)


def spread(values, unit):
    """Shows the median of values, the least and the largest."""
    values = sorted(values)
    return f"{statistics.median(values):.2f} {unit} ({values[0]:.2f} to {values[-1]:.2f})"


class Agreement:
    """Recordings of one process by turns: of who is judged, and of Both."""

    def __init__(self, judged, both):
        self.judged = judged
        self.both = both
        self.variation = 100 * statistics.mean(
            variation(*pair) for pair in itertools.product(judged, both))
        self.noise = 100 * variation(*both)
        self.own_noise = 100 * variation(*judged)
        self.beyond = max(0, self.variation - self.noise)
        pairs = tuple(zip(judged, both))
        self.lasting = 50 * (lasting_variation(*pairs) + lasting_variation(*reversed(pairs)))

    def show(self):
        return (f"{self.beyond:.1f} points ({self.variation:.1f} - {self.noise:.1f}; "
                f"own {self.own_noise:.1f}), lasting {self.lasting:.1f}")

    def list_worst(self):
        """Lists functions that differ most: name, percent as judged, percent in Both."""
        judged, both = (sum(counts[1:], counts[0]) for counts in (self.judged, self.both))
        rows = [(name, 100 * judged[name] / judged.total(), 100 * both[name] / both.total())
                for name in {*judged, *both}]
        return sorted(rows, key=lambda row: -abs(row[1] - row[2]))[:8]


class Bench:
    """What is measured with one Python by one user."""

    def __init__(self, sonde, subject, user, options):
        self.sonde = sonde
        self.subject = subject
        self.user = user
        self.options = options

    def start(self, name, *arguments):
        target = self.subject.start(self.user, name, *arguments)
        target.told = target.read()
        # It is on its way out of ready() yet.
        time.sleep(READY_S)
        return target

    def record(self, target, frames, rate, seconds, *more):
        return self.sonde.record(self.user, target, "--frames", frames, "-r", str(rate), "-d",
                                 str(seconds), *more)

    def say(self, what, value, goal, kind, more=""):
        user = f" --user {self.user.name}" if self.user.name else ""
        say(f"{what}, {self.subject.name}{self.user.suffix}", value, goal,
            f"{self.subject.command_of(kind)}{user}{more}")

    def show_rows(self, agreement):
        for row in agreement.list_worst() if self.options.details else ():
            print("# %-50s %5.1f %%, both %5.1f %%" % row, file=sys.stderr, flush=True)

    def compare(self, workload, judge):
        """Records by turns with `judge`, which gives stacks, and of Both."""
        judged, both = [], []
        with self.start("workloads", workload) as target:
            names = {*target.told["names"]}
            for _ in range(2):
                judged.append(count_self(judge(target)))
                stacks, _ = self.record(target, "both", AGREE_HZ, self.options.seconds)
                both.append(count_self(stacks, names))
        return Agreement(judged, both)

    def agree(self):
        found = []
        more = f" --seconds {self.options.seconds:g}"
        for workload in self.options.workload or WORKLOADS:
            agreement = self.compare(workload, lambda target: self.record(
                target, "python", AGREE_HZ, self.options.seconds)[0])
            found.append(agreement)
            self.say(f"agree, {workload}: beyond noise", agreement.show(), "<= 2 points", "agree",
                     f" --workload {workload}{more}")
            self.show_rows(agreement)
        worst = max(found, key=lambda agreement: agreement.beyond)
        self.say(f"agree, worst of {len(found)}: beyond noise", worst.show(), "<= 2 points",
                 "agree", more)
        mean = statistics.mean(agreement.lasting for agreement in found)
        self.say(f"agree, mean of {len(found)}: lasting", f"{mean:.1f} points", "-", "agree", more)

    def say_torn(self, where, rate, taken, torn):
        self.say(f"torn at {rate} Hz, {where}", f"{100 * torn / max(1, taken + torn):.2f} %",
                 GOALS["torn"].get(rate, "-"), "torn")

    def torn(self):
        for script, argument in TORN:
            with self.start(script, argument) as target:
                for rate in GOALS["torn"]:
                    _, stats = self.record(target, "python", rate, TORN_S)
                    self.say_torn(f"{script}.py {argument}", rate, stats["samples"],
                                  stats["lost"]["torn"])
        self.impossible()

    def impossible(self):
        rate, wanted = self.options.rate, self.options.stacks
        whole = impossible = torn = rounds = 0
        with self.start("flipflop", DEPTH) as target:
            # What is counted again, or late, is no stack of its own.
            while whole < wanted and rounds < 1 + 3 * wanted / rate / 10:
                rounds += 1
                stacks, stats = self.record(target, "python", rate, min(10, wanted / rate))
                torn += stats["lost"]["torn"]
                for stack, count in stacks.items():
                    whole += count
                    impossible += 0 if FLIPFLOP.fullmatch(";".join(stack)) else count
        self.say(f"impossible stacks at {rate} Hz among {whole}", str(impossible), "0", "torn",
                 f" --rate {rate} --stacks {wanted}")
        self.say_torn(f"all of these {whole + torn}", rate, whole, torn)

    def work(self, rounds, start_watcher=None):
        """Gives real and CPU time of the work, watched or not; by Sonde, or by what is started."""
        watcher = None
        with self.start("busy", DEPTH, "1", str(rounds)) as target:
            if start_watcher:
                watcher = start_watcher(target)
                time.sleep(ATTACH_S)
            target.tell("begin")
            told = target.read()
        if watcher is not None:
            watcher.terminate()
            watcher.wait()
        return told

    def find_rounds(self):
        """Finds how many rounds of the work take so long as WORK_S."""
        told = self.work(1000)
        return max(1, int(told["rounds"] * WORK_S * 1e9 / told["cpu_ns"]))

    def slow(self, rounds, start_watcher):
        """Gives what the watched of two runs takes more, in CPU and in real time, in percent."""
        pairs = []
        for i in range(self.options.pairs):
            # Neither is always the first, since a machine gets warm.
            runs = [self.work(rounds, start_watcher if watched else None)
                    for watched in ((False, True) if i % 2 else (True, False))]
            pairs.append(runs if i % 2 else runs[::-1])
        return [[100 * (watched[key] / alone[key] - 1) for alone, watched in pairs]
                for key in ("cpu_ns", "real_ns")]

    def say_slow(self, where, goal, percents):
        for kind, values in zip(("CPU", "wall"), percents):
            self.say(f"slowdown {where} in {kind} time, {self.options.pairs} pairs",
                     spread(values, "%"), goal, "slowdown", f" --pairs {self.options.pairs}")

    def slowdown(self):
        rounds = self.find_rounds()
        self.say_slow("of nothing, the noise,", "-", self.slow(rounds, None))
        for rate, goal in GOALS["slowdown"].items():
            def watch(target, rate=rate):
                return self.sonde.start(self.user, target, "-o", os.devnull, "--frames", "python",
                                        "-r", str(rate))

            def take_cpu(target, rate=rate):
                return self.sonde.start_least(target, rate)

            self.say_slow(f"at {rate} Hz", goal, self.slow(rounds, watch))
            self.say_slow(f"at {rate} Hz of who only copies on its CPU", "-",
                          self.slow(rounds, take_cpu))

    def measure_share(self, target, rate):
        """Gives Sonde's share of a core once it is at work, in all of its threads."""
        def read_cpu_ns(pid):
            return sum(int(path.read_text(encoding="ascii").split()[0])
                       for path in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"))

        recording = self.sonde.start(self.user, target, "-o", os.devnull, "--frames", "python",
                                     "-r", str(rate))
        time.sleep(ATTACH_S)
        begin_ns, cpu_ns = time.monotonic_ns(), read_cpu_ns(recording.pid)
        time.sleep(SHARE_S)
        cpu_ns = read_cpu_ns(recording.pid) - cpu_ns
        share = cpu_ns / (time.monotonic_ns() - begin_ns)
        recording.terminate()
        recording.wait()
        return share

    def share(self):
        with self.start("busy", DEPTH, "1") as target:
            for rate in (1000, 10000):
                pairs = [(self.sonde.measure_least(target, rate, SHARE_S),
                          self.measure_share(target, rate)) for _ in range(SHARE_PAIRS)]
                self.say(f"share of a core at {rate} Hz",
                         spread([100 * share for _, share in pairs], "%"), "-", "share")
                self.say(f"share of a core at {rate} Hz of who only sleeps and copies",
                         spread([100 * least for least, _ in pairs], "%"), "-", "share")
                self.say(f"the first to the second at {rate} Hz",
                         spread([share / least for least, share in pairs], "x"), "<= 1.3 x",
                         "share")
        with self.start("busy", DEPTH, THREADS) as target:
            shares = [100 * self.measure_share(target, 1000) for _ in range(3)]
        self.say(f"share of a core at 1000 Hz, {THREADS} threads", spread(shares, "%"), "<= 10 %",
                 "share")

    def rate(self):
        for threads in ("1", THREADS):
            with self.start("busy", DEPTH, threads) as target:
                _, stats = self.record(target, "python", 20000, RATE_S, "-m", "wall")
            self.say(f"samples a second of a thread at 20000 Hz, threads: {threads}",
                     f"{stats['samples'] / int(threads) / stats['duration_s']:.0f}", "-", "rate")

    def memory(self):
        def read_mib(pid, key):
            text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
            return int(re.search(rf"^{key}:\s+(\d+)", text, re.MULTILINE)[1]) / 1024

        minutes = self.options.minutes
        with self.start("maker") as target:
            recording = self.sonde.start(self.user, target, "--frames", "python", "-r", "10000",
                                         "-o", os.devnull)
            time.sleep(15 * minutes)
            early = read_mib(recording.pid, "VmRSS")
            time.sleep(45 * minutes)
            late, most = (read_mib(recording.pid, key) for key in ("VmRSS", "VmHWM"))
            recording.terminate()
            recording.wait()
        where = f"new functions all the time, {minutes:g} min at 10 kHz"
        more = f" --minutes {minutes:g}"
        self.say(f"memory, {where}", f"{most:.1f} MiB", "<= 200 MB", "memory", more)
        self.say(f"memory grown in the last {0.75 * minutes:g} min of it",
                 f"{late - early:.1f} MiB", "-", "memory", more)


class PeerBench:
    """What is measured of another profiler, by root."""

    def __init__(self, peer, bench):
        self.peer = peer
        self.bench = bench

    def say(self, what, value, kind, more=""):
        say(f"{self.peer.name}: {what}, {self.bench.subject.name}", value, "-",
            f"{self.bench.subject.command_of(kind)}{more}")

    def agree(self):
        options = self.bench.options
        for workload in options.workload or WORKLOADS:
            failed = []

            def record(target):
                stacks, share = self.peer.record(target.pid, AGREE_HZ, options.seconds,
                                                 workload in THREADED)
                failed.append(share)
                return stacks

            agreement = self.bench.compare(workload, record)
            self.say(f"agree, {workload}: beyond noise",
                     f"{agreement.show()}, failed {100 * statistics.mean(failed):.1f} %", "agree",
                     f" --workload {workload} --seconds {options.seconds:g}")
            self.bench.show_rows(agreement)

    def torn(self):
        for script, argument in TORN:
            with self.bench.start(script, argument) as target:
                for rate in GOALS["torn"]:
                    _, failed = self.peer.record(target.pid, rate, TORN_S, argument in THREADED)
                    self.say(f"failed at {rate} Hz, {script}.py {argument}",
                             f"{100 * failed:.2f} %", "torn")

    def share(self):
        with self.bench.start("busy", DEPTH, "1") as target:
            for rate in (1000, 10000):
                self.say(f"share of a core at {rate} Hz",
                         f"{100 * self.peer.measure_share(target.pid, rate, SHARE_S):.1f} %",
                         "share")


# Each Python is measured, or the last one, and by an ordinary user too.
KINDS = ("agree", "torn", "slowdown", "share", "rate", "memory")
EACH = {"agree", "torn"}
BY_USER = {"torn", "slowdown", "share"}
OF_PEERS = {python_peers.Sampling: {"agree", "torn", "share"},
            python_peers.Austin: {"agree", "torn"}}


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="WHAT")
    parser.add_argument("--build", default=ROOT / "build", help="the build folder")
    parser.add_argument("--python", action="append", default=[],
                        help="one to measure: a path, or the beginning of a version; several times")
    parser.add_argument("--user", help="torn, slowdown and share as this user too")
    parser.add_argument("--workload", action="append", choices=WORKLOADS, help="one, for agree")
    parser.add_argument("--seconds", type=float, default=3, help="of a recording, for agree")
    parser.add_argument("--details", action="store_true", help="which functions do not agree")
    parser.add_argument("--rate", type=int, default=10000, help="in Hz, for impossible stacks")
    parser.add_argument("--stacks", type=int, default=1000000, help="how many of those")
    parser.add_argument("--pairs", type=int, default=20, help="of runs, for slowdown")
    parser.add_argument("--minutes", type=float, default=0.5, help="for memory; 10 for long")
    arguments = parser.parse_args()
    if not set(arguments.what) <= set(KINDS):
        parser.error(f"WHAT is one of {', '.join(KINDS)}")
    return arguments


def run(options, tree):
    subjects = python_subjects.find(tree, options.python)
    if not subjects:
        sys.exit(f"no such Python: {' '.join(options.python)}")
    sonde = Sonde(options.build)
    users = [User()] + ([User(options.user)] if options.user else [])
    for what in options.what or KINDS:
        for user in users if what in BY_USER else users[:1]:
            able = [subject for subject in subjects if subject.can_run(user)]
            for subject in sorted({*subjects} - {*able}, key=subjects.index):
                print(f"{subject.name}{user.suffix}: {subject.path} cannot be run",
                      file=sys.stderr, flush=True)
            for subject in able if what in EACH else able[-1:]:
                getattr(Bench(sonde, subject, user, options), what)()
        for kind, subject in itertools.product(OF_PEERS if tree else (), subjects):
            peer = kind(tree)
            if what in OF_PEERS[kind] and subject.is_of(peer) and peer.exists():
                getattr(PeerBench(peer, Bench(sonde, subject, users[0], options)), what)()


def main():
    options = read_arguments()
    if os.environ.get("PEERS"):
        with Tree(os.environ["PEERS"]) as tree:
            run(options, tree)
    else:
        run(options, None)


main()
