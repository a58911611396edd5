# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""workloads.py NAME: one of the busy programs by which recordings of two kinds are compared

  small-methods      objects with methods of a line or two, which make other objects
  leaves             two leaf functions in turn, each below its own caller, below a recursion
  text               text handling in the standard library: csv, difflib, json, re, textwrap
  recursion          functions that call themselves once, twice or each other
  generators         one generator that feeds another, driven by a loop
  nested-generators  generators that resume generators, one for each level of a tree
  async              tasks of asyncio that wait for each other
  callbacks          C that calls Python: sorted(), re.sub(), functools.reduce(), map(), min()
  comprehensions     comprehensions in each other
  exceptions         exceptions that pass several functions, and are caught, or raised anew
  descriptors        properties, descriptors, operators and what is found by __getattr__
  metaclasses        classes that are made and thrown away
  threads            four threads that compute the same
  rivals             four threads, each of which computes something else
  contexts           with statements, written as classes and as generators
  objects            objects with long chains of __init__
  closures           functions that others have made: decorators, partials, lambdas
  calls              calls of every form: by position, by name, starred, bound, of a class

Each runs one thread, but for threads and rivals, as <module>;main;… until its standard input is
closed. It does the same rounds all the time, each of which lasts for less than a millisecond, so
that any two recordings of it have the same shares. What these are depends on the Python. Recordings
of the same process agree in the share of each function, whatever frames they are of.

Before it begins it prints which functions run, by the names that Sonde has for them:

  {"version": "3.11.2", "pid": 4711, "names": ["<module>", "main", "Account.add", …]}

No function in C that runs has one of these names, but for the `main` that the process began in. At
its end, of one thread, it prints the sum of the squares of the times in which it waited for a CPU:
all samples of such a time are of one place.

  {"gaps_s2": SECONDS²}
"""

import json
import random
import select
import sys
import threading
import time

import target
import work_calls
import work_flow
import work_library
import work_objects

# Workload of several threads → what each of them does.
THREADS = {
    "threads": ("small-methods",) * 4,
    "rivals": ("small-methods", "recursion", "generators", "comprehensions"),
}
ROUNDS = 200

# Between rounds of so long together it does nothing for a while, each time for another, up to some
# 50 us, so that it is never in step with who looks at it at equal intervals.
BATCH_S = 0.0003
PAUSES = random.Random(1).sample(range(2000), 997)

# What takes longer than this has waited for a CPU meanwhile.
GAP_S = 0.0015

told = {"gaps_s2": 0}

WORKLOADS = {
    **work_calls.WORKLOADS,
    **work_flow.WORKLOADS,
    **work_library.WORKLOADS,
    **work_objects.WORKLOADS,
}


standard_input = select.poll()
standard_input.register(0)


def is_over():
    return standard_input.poll(0)


def linger(count):
    for _ in range(count):
        pass


def run_batches(work, rounds):
    last_s = time.perf_counter()
    for pause in PAUSES:
        for _ in range(rounds):
            work()
        linger(pause)
        now_s = time.perf_counter()
        if now_s - last_s > GAP_S:
            told["gaps_s2"] += (now_s - last_s) ** 2
        last_s = now_s


def repeat(work, rounds):
    while not is_over():
        run_batches(work, rounds)
    print(json.dumps(told))


def compute(work, rounds):
    while True:
        run_batches(work, rounds)


def wait_for_threads(tasks):
    for task in tasks:
        threading.Thread(target=compute, args=task, daemon=True).start()
    sys.stdin.read()


def get_name(code):
    return getattr(code, "co_qualname", code.co_name)


def list_names(work):
    """Runs some rounds, and lists the names of all functions that do."""
    thread = threading.Thread
    own = (main, repeat, compute, run_batches, linger, is_over, wait_for_threads,
           thread._bootstrap, thread._bootstrap_inner, thread.run, thread.join)
    names = {"<module>", *(get_name(function.__code__) for function in own)}

    def note(frame, event, argument):
        names.add(get_name(frame.f_code))

    sys.setprofile(note)
    for _ in range(ROUNDS):
        work()
    sys.setprofile(None)
    return sorted(names - {get_name(list_names.__code__)})


def count_rounds(work):
    """Gives how many take BATCH_S. What is specialised once is so before it is looked at."""
    begin = time.perf_counter()
    for _ in range(ROUNDS):
        work()
    return max(1, int(ROUNDS * BATCH_S / (time.perf_counter() - begin)))


def main():
    name = sys.argv[1]
    works = [WORKLOADS[part] for part in THREADS.get(name, (name,))]
    names = sorted({name for work in works for name in list_names(work)})
    tasks = [(work, count_rounds(work)) for work in works]
    target.ready(names=names)
    if name in THREADS:
        wait_for_threads(tasks)
    else:
        repeat(*tasks[0])


main()
