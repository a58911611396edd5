# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""roaming.py: two threads run an interpreter in turn that the main thread has made

  Thread._bootstrap;…;run_one;turn;<module>;inner_hot   half of the time
  Thread._bootstrap;…;run_two;turn;<module>;inner_hot   the other half
"""

import threading

try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters

import target

TEXT = """
import time

def inner_hot(end):
    while time.monotonic() < end:
        pass

inner_hot(time.monotonic() + 0.2)
"""


def turn(mine, next_one):
    while True:
        mine.acquire()
        interpreters.run_string(made, TEXT)
        next_one.release()


def run_one():
    turn(one, two)


def run_two():
    turn(two, one)


made = interpreters.create()
one = threading.Semaphore(1)
two = threading.Semaphore(0)
threads = [threading.Thread(target=run, daemon=True) for run in (run_one, run_two)]
for thread in threads:
    thread.start()
target.ready()
for thread in threads:
    thread.join()
