#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""bench-real.py CLI: Sonde and perf on redis-server under load.

Both look at the same server in turn, so that neither sees what the other does to it: a sample of
perf counts for the function that called the kernel, as one of Sonde's does. Prints the share that
each gives the top functions, and how far the two are apart in all: the total variation, half of
the sum of all differences. Of two halves of perf's own samples it says how much of that is chance.

perf sees the server only while it runs. Sonde counts it too while it is ready to run, so the two
agree only where there are CPUs enough for the server, its clients and Sonde.
"""

import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

COMMAND = "./dev bench real"
NEEDED = ("redis-server", "redis-benchmark", "perf")
ROUNDS = 4
ROUND_S = 4
RATE = 997
TOP_COUNT = 6
COMMANDS = "set,get,incr,lpush,rpush,lpop,rpop,sadd,hset,spop,zadd,mset"
# A client that waits for each answer keeps the server in the kernel; one that does not, in its own
# functions.
LOADS = {"1 request at a time": "1", "16 requests at a time": "16"}
SKIPPED = 77


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def clean(name):
    """One code may have several names, of which each tool takes another, and a compiler adds to
    some. A place without a name is [unknown] to perf."""
    if "+0x" in name:
        return "[unknown]"
    name = re.sub(r"^(__GI_)?_*(libc_)?", "", name).split(".")[0]
    return name.replace("memcpy_", "memmove_")


def read_sonde(folded):
    counts = collections.Counter()
    for line in folded.read_text().splitlines():
        path, _, count = line.rpartition(" ")
        counts[clean(path.rpartition(";")[2])] += int(count)
    return counts


def sonde(cli, pid, folder):
    folded = folder / "folded"
    run(cli, "record", "-p", pid, "-r", str(RATE), "-d", str(ROUND_S), "-o", folded)
    return read_sonde(folded)


def read_perf(text):
    """The first frame outside of the kernel of each call chain; an empty line ends one."""
    counts = collections.Counter()
    for chain in text.split("\n\n"):
        for line in chain.splitlines():
            address, _, name = line.strip().partition(" ")
            if address and not address.startswith("ffff"):
                counts[clean(name.strip())] += 1
                break
    return counts


def perf(pid, folder):
    data = folder / "perf.data"
    run("perf", "record", "-q", "-e", "cpu-clock", "-F", str(RATE), "-g", "-p", pid,
        "-o", data, "--", "sleep", str(ROUND_S))
    script = subprocess.run(["perf", "script", "-i", data, "-F", "ip,sym"], check=True,
                            capture_output=True, text=True)
    return read_perf(script.stdout)


def share(counts, name):
    return counts[name] / max(counts.total(), 1)


def variation(left, right):
    return sum(abs(share(left, name) - share(right, name)) for name in left | right) / 2


def report(load, ours, theirs):
    """Lists of counts, one a round."""
    sonde_sum = sum(ours, collections.Counter())
    perf_sum = sum(theirs, collections.Counter())
    ranked = sorted(sonde_sum | perf_sum,
                    key=lambda name: -share(sonde_sum, name) - share(perf_sum, name))
    for name in ranked[:TOP_COUNT]:
        print(f"redis, {load}: {name}, Sonde and perf\t{100 * share(sonde_sum, name):.1f} % and "
              f"{100 * share(perf_sum, name):.1f} %\t-\t{COMMAND}")

    halves = [sum(theirs[i::2], collections.Counter()) for i in range(2)]
    for what, value in (("Sonde from perf", variation(sonde_sum, perf_sum)),
                        ("one half of perf from the other", variation(*halves))):
        print(f"redis, {load}: total variation, {what}\t{100 * value:.1f} %\t-\t{COMMAND}")
    print(f"redis, {load}: samples, Sonde and perf\t{sonde_sum.total()} and {perf_sum.total()}\t"
          f"-\t{COMMAND}", flush=True)


def wait_for(path):
    deadline = time.monotonic() + 30
    while not path.exists():
        if time.monotonic() > deadline:
            sys.exit("redis-server did not start")
        time.sleep(0.05)


def measure_load(cli, folder, pid, load):
    client = subprocess.Popen(["redis-benchmark", "-s", folder / "socket", "-t", COMMANDS, "-q",
                               "-l", "-n", "20000", "-r", "100000", "-P", LOADS[load]],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(2)
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(sonde(cli, pid, folder))
            theirs.append(perf(pid, folder))
        report(load, ours, theirs)
    finally:
        client.kill()
        client.wait()


def measure(cli, folder):
    socket = folder / "socket"
    server = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", socket, "--save", "",
                               "--appendonly", "no", "--dir", folder], stdout=subprocess.DEVNULL)
    try:
        wait_for(socket)
        for load in LOADS:
            measure_load(cli, folder, str(server.pid), load)
    finally:
        server.kill()
        server.wait()


def main():
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        print("not measured, since there is no " + ", ".join(missing), file=sys.stderr)
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        measure(os.path.abspath(sys.argv[1]), pathlib.Path(folder))
    return 0


sys.exit(main())
