# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""contention.py [THREADS]: threads named busy-1, busy-2, … that all want the interpreter's lock

  busy-1;Thread._bootstrap;…;work;spin        one of them has it at a time

The main thread sleeps in main. When standard input is closed, it prints the CPU time of each
thread, which is as good as the time that it had the lock and a CPU, and the real time:

  {"busy-1": CPU_NS, …, "real": REAL_NS}
"""

import json
import sys
import threading
import time

import target

cpu_ns = {}
over = threading.Event()


def spin():
    total = 0
    for number in range(5000):
        total += number
    return total


def work():
    begin = time.thread_time_ns()
    while not over.is_set():
        for _ in range(10):
            spin()
    cpu_ns[threading.current_thread().name] = time.thread_time_ns() - begin


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    begin = time.monotonic_ns()
    threads = [threading.Thread(target=work, name="busy-%d" % (i + 1)) for i in range(count)]
    for thread in threads:
        thread.start()
    target.ready()
    sys.stdin.read()
    over.set()
    for thread in threads:
        thread.join()
    print(json.dumps({**cpu_ns, "real": time.monotonic_ns() - begin}))


main()
