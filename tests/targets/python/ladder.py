# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ladder.py: goes down a ladder of functions and up again, each time to another depth

  <module>;main;spin;rung_0;rung_1;…;rung_N   N up to 299, no rung missing, none twice

Such a stack is in several pieces of memory, which come and go. It ends when its standard input is
closed.
"""

import random
import select

import target

RUNGS = 300

TEXT = """
def rung_%d(depth):
    if depth > 0:
        rung_%d(depth - 1)
"""

exec("".join(TEXT % (i, i + 1) for i in range(RUNGS - 1)) +
     "def rung_%d(depth):\n    pass\n" % (RUNGS - 1))


def spin():
    while not select.select([0], [], [], 0)[0]:
        for _ in range(100):
            rung_0(random.randrange(RUNGS))


def main():
    target.ready()
    spin()


main()
