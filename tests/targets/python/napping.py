# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""napping.py: four threads that sleep in one function after another, while a fifth has the lock

  napping-1;Thread._bootstrap;…;work;nap;short_nap          some 1 ms, and until it has the lock
  …;nap;medium_nap, …;nap;long_nap                          some 3 and 6 ms

A thread that sleeps at each of two looks may have run between them. Prints for each thread the real
time that each function took, in ns, when standard input is closed:

  {"napping-1": {"short_nap": REAL_NS, …}, …}
"""

import json
import random
import sys
import threading
import time

import target

used = {}
over = threading.Event()


def short_nap():
    time.sleep(0.001 * random.uniform(0.5, 1.5))


def medium_nap():
    time.sleep(0.003 * random.uniform(0.5, 1.5))


def long_nap():
    time.sleep(0.006 * random.uniform(0.5, 1.5))


def nap(mine, function):
    begin = time.monotonic_ns()
    function()
    mine[function.__name__] += time.monotonic_ns() - begin


def work():
    mine = used[threading.current_thread().name] = dict.fromkeys(
        ("short_nap", "medium_nap", "long_nap"), 0)
    while not over.is_set():
        for function in (short_nap, medium_nap, long_nap):
            nap(mine, function)


def spin():
    total = 0
    while not over.is_set():
        total += 1


def main():
    threads = [threading.Thread(target=work, name="napping-%d" % (i + 1)) for i in range(4)]
    threads.append(threading.Thread(target=spin, name="spinning"))
    for thread in threads:
        thread.start()
    target.ready()
    sys.stdin.read()
    over.set()
    for thread in threads:
        thread.join()
    print(json.dumps(used))


main()
