# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""objects.py: makes objects, for which the interpreter has a frame of its own from 3.12 on

  <module>;main;spin                          and below it either nothing,
  ...;Thing.__init__, ...;Thing.__init__;leaf

Every other stack is impossible. It ends when its standard input is closed.
"""

import select

import target

ROUNDS = range(20000)


def leaf(value):
    return value + 1


class Thing:
    def __init__(self, value):
        self.value = leaf(value)


def spin():
    while not select.select([0], [], [], 0)[0]:
        for value in ROUNDS:
            Thing(value)


def main():
    target.ready()
    spin()


main()
