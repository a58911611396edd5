# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""shares.py: functions of known shares, on one thread

  <module>;main;work;spin_small               10 %
  <module>;main;work;spin_medium              30 %
  <module>;main;work;outer;spin_large         60 %

The stints are of random length around 10 ms, so that no schedule falls into step with them. Each
function adds up the CPU time of its thread and the real time that it used, and both are printed
when standard input is closed:

  {"spin_small": [CPU_NS, REAL_NS], …}
"""

import json
import random
import select
import time

import target

ROUNDS = 40000

used = {"spin_small": [0, 0], "spin_medium": [0, 0], "spin_large": [0, 0]}


def spin_small(rounds):
    total = 0
    for number in range(rounds):
        total += number * number % 7
    return total


def spin_medium(rounds):
    total = 0
    for number in range(rounds):
        total += number * number % 5
    return total


def spin_large(rounds):
    total = 0
    for number in range(rounds):
        total += number * number % 3
    return total


def outer(rounds):
    return spin_large(rounds)


def work():
    for name, function, part in (("spin_small", spin_small, 1), ("spin_medium", spin_medium, 3),
                                 ("spin_large", outer, 6)):
        rounds = int(part * ROUNDS * random.uniform(0.5, 1.5))
        cpu_ns, real_ns = time.thread_time_ns(), time.monotonic_ns()
        function(rounds)
        used[name][0] += time.thread_time_ns() - cpu_ns
        used[name][1] += time.monotonic_ns() - real_ns


def main():
    target.ready()
    while not select.select([0], [], [], 0)[0]:
        work()
    print(json.dumps(used))


main()
