# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""maker.py: makes new functions all the time, each with a name and a file of its own

  <module>;main;run;made_N;work

with an N that is never seen twice. What was made is thrown away, and its memory used again for what
comes next. It ends when its standard input is closed.
"""

import select

import target

TEXT = """
def made_%d():
    total = 0
    for number in range(3):
        total += work(number)
    return total
"""


def work(number):
    total = 0
    for _ in range(1000):
        total += number
    return total


def run(number):
    names = {"work": work}
    exec(compile(TEXT % number, "/made/up/%d.py" % number, "exec"), names)
    return names["made_%d" % number]()


def main():
    target.ready()
    number = 0
    while not select.select([0], [], [], 0)[0]:
        for _ in range(50):
            number += 1
            run(number)


main()
