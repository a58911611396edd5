# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""brood.py: forks children all the time, which end at once

  <module>;main;breed;work                    what it does besides

It ends when its standard input is closed.
"""

import os
import select

import target


def work():
    total = 0
    for number in range(100000):
        total += number
    return total


def breed():
    child = os.fork()
    if child == 0:
        os._exit(0)
    work()
    os.waitpid(child, 0)


def main():
    target.ready()
    while not select.select([0], [], [], 0)[0]:
        breed()


main()
