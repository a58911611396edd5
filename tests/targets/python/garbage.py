# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""garbage.py: makes cycles, so that the garbage collector is at work for a good part of the time

  <module>;main;litter

Collections have no frame of their own. When standard input is closed, it prints how long they took
and how long all took:

  {"gc_ns": REAL_NS, "real_ns": REAL_NS}
"""

import gc
import json
import select
import time

import target

spent = {"gc_ns": 0}
keep = []


def on_collection(phase, info):
    spent["gc_ns"] += time.monotonic_ns() * (1 if phase == "stop" else -1)


def litter():
    for _ in range(2000):
        first, second = [], []
        first.append(second)
        second.append(first)


def main():
    # What lives long makes a collection of all take long.
    keep.extend([number] for number in range(200000))
    gc.collect()
    gc.callbacks.append(on_collection)
    target.ready()
    begin = time.monotonic_ns()
    rounds = 0
    while not select.select([0], [], [], 0)[0]:
        litter()
        rounds += 1
        if rounds % 50 == 0:
            gc.collect()
    spent["real_ns"] = time.monotonic_ns() - begin
    print(json.dumps(spent))


main()
