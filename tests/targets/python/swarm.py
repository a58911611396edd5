# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""swarm.py: starts threads all the time, which end after some milliseconds

  <module>;main;…                             where it starts and awaits them
  Thread._bootstrap;…;task;step               their own, and no other: task is only below Thread.run

It ends when its standard input is closed.
"""

import select
import threading

import target


def step():
    total = 0
    for number in range(2000):
        total += number
    return total


def task():
    for _ in range(20):
        step()


def main():
    target.ready()
    while not select.select([0], [], [], 0)[0]:
        threads = [threading.Thread(target=task) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


main()
