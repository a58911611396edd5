# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""turns.py: resumes two generators in turn as quickly as it can, each with one leaf

  <module>;main;spin                          and below it either nothing,
  ...;outer_a, ...;outer_a;inner_a, ...;outer_a;inner_a;leaf_a
  ...;outer_b, ...;outer_b;inner_b, ...;outer_b;inner_b;leaf_b

Every other stack is impossible: outer_a resumes inner_a and no other. It ends when its standard
input is closed.
"""

import select

import target

ROUNDS = range(20000)


def leaf_a(value):
    return value + 1


def leaf_b(value):
    return value - 1


def inner_a():
    while True:
        yield leaf_a(1)


def inner_b():
    while True:
        yield leaf_b(1)


def outer_a():
    yield from inner_a()


def outer_b():
    for value in inner_b():
        yield value


def spin():
    first, second = outer_a(), outer_b()
    while not select.select([0], [], [], 0)[0]:
        for _ in ROUNDS:
            next(first)
            next(second)


def main():
    target.ready()
    spin()


main()
