#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""bench-window.py SONDE DEMO: what the open window costs.

Shows the demo workload, ten times a second, on a virtual display and drawn by the processor, as
where there is no GPU. Prints the share of a core that the main thread takes, which is all that
draws, and that of all threads: the rest is sampling and names.
"""

import pathlib
import subprocess
import sys
import time

COMMAND = "./dev bench window"
DEADLINE_S = 60
# The first seconds have the start of the program and the first names in them.
SETTLE_S = 5
MEASURED_S = 15


def cpu_s(thread):
    """CPU seconds that the thread has used: nanoseconds in the kernel's first word."""
    return int((thread / "schedstat").read_text().split()[0]) / 1e9


def has_window(pid):
    found = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(pid)],
                           check=False, capture_output=True)
    return bool(found.stdout.strip())


def wait_for_window(sonde):
    deadline = time.monotonic() + DEADLINE_S
    while not has_window(sonde.pid):
        if sonde.poll() is not None or time.monotonic() > deadline:
            sys.exit("Sonde shows no window")
        time.sleep(0.1)


def say(what, share):
    print(f"share of a core, {what}\t{100 * share:.1f} %\t-\t{COMMAND}", flush=True)


def measure(sonde):
    tasks = pathlib.Path(f"/proc/{sonde.pid}/task")
    wait_for_window(sonde)
    time.sleep(SETTLE_S)

    before = {task.name: cpu_s(task) for task in tasks.iterdir()}
    begun = time.monotonic()
    time.sleep(MEASURED_S)
    after = {task.name: cpu_s(task) for task in tasks.iterdir()}
    seconds = time.monotonic() - begun

    # A thread that ended in between took its figures with it; a new one began at zero.
    used = {name: value - before.get(name, 0.0) for name, value in after.items()}
    say("main thread with the window open", used[str(sonde.pid)] / seconds)
    say("all threads with the window open", sum(used.values()) / seconds)


def main():
    program, demo = sys.argv[1:3]
    with subprocess.Popen([demo], stdout=subprocess.DEVNULL) as target:
        with subprocess.Popen([program, str(target.pid)], stderr=subprocess.DEVNULL) as sonde:
            try:
                measure(sonde)
            finally:
                sonde.kill()
                target.kill()


main()
