# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""flipflop.py [DEPTH]: calls two functions in turn as quickly as it can, each with one leaf

  <module>;main;dive*DEPTH;spin               and below it either nothing,
  ...;hot_a, ...;hot_a;leaf_a                 which have no other leaf,
  ...;hot_b, ...;hot_b;leaf_b                 or these

Every other stack is impossible. It ends when its standard input is closed.
"""

import select
import sys

import target

ROUNDS = range(20000)


def leaf_a(value):
    return value + 1


def leaf_b(value):
    return value - 1


def hot_a(value):
    return leaf_a(value)


def hot_b(value):
    return leaf_b(value)


def spin():
    value = 0
    while not select.select([0], [], [], 0)[0]:
        for _ in ROUNDS:
            value = hot_a(value)
            value = hot_b(value)


def dive(depth):
    if depth > 1:
        dive(depth - 1)
    else:
        spin()


def main():
    target.ready()
    dive(int(sys.argv[1]) if len(sys.argv) > 1 else 1)


main()
