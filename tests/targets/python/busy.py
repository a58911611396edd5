# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""busy.py [DEPTH [THREADS [ROUNDS]]]: what is measured with: small functions, called all the time

  <module>;main;dive*(DEPTH - 3);work         DEPTH frames, and below them nothing,
  ...;work;leaf_a, ...;work;leaf_b            or one of two leaves, on each of THREADS threads

It ends when standard input is closed, or after ROUNDS rounds of the main thread, which begin when
there is a line on standard input; and prints how long those took, CPU time of that thread, user and
system, and real time:

  {"cpu_ns": CPU_NS, "real_ns": REAL_NS, "rounds": ROUNDS}
"""

import json
import os
import select
import sys
import threading
import time

import target

# Frames below the first of dive: of the main thread, and of one that threading starts.
MAIN_FRAMES, THREAD_FRAMES = 2, 3


def leaf_a(value):
    return value + 1


def leaf_b(value):
    return value - 1


def work(rounds):
    value = done = 0
    while done != rounds and not select.select([0], [], [], 0)[0]:
        for _ in range(5000):
            value = leaf_a(value)
            value = leaf_b(value)
        done += 1
    return done


def dive(depth, rounds):
    return dive(depth - 1, rounds) if depth > 1 else work(rounds)


def main():
    depth, threads, rounds = map(int, (sys.argv[1:] + ["30", "1", "0"][len(sys.argv) - 1:]))
    for _ in range(threads - 1):
        threading.Thread(target=dive, args=(max(1, depth - THREAD_FRAMES - 1), -1),
                         daemon=True).start()
    target.ready()
    if rounds:
        sys.stdin.readline()
    cpu_ns, real_ns = time.thread_time_ns(), time.monotonic_ns()
    done = dive(max(1, depth - MAIN_FRAMES - 1), rounds or -1)
    print(json.dumps({"cpu_ns": time.thread_time_ns() - cpu_ns,
                      "real_ns": time.monotonic_ns() - real_ns, "rounds": done}), flush=True)
    os._exit(0)


main()
