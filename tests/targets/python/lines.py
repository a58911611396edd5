# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""lines.py: lines that are far apart, go back, or belong to a call of many lines

Stack: leaf < far < backwards < nested < within < large < much < main < <module>
"""

import sys

from standstill import gate, observe


def leaf(*arguments):
    (gate
     .acquire(

     ))


# The line table counts in steps of up to 127 lines at once.
FAR = "def far(leaf):\n    value = 1\n" + 1000 * "\n" + "    value = leaf(\n" + 300 * "\n" + """
        value,
        value)
    return value
"""

# More than 256 constants, names and jumps need longer instructions.
LARGE = "def large(within):\n    if within is None:\n" + "".join(
    "        v%d = %d.5\n" % (i, i) for i in range(600)) + """
    for i in range(2):
        if i:
            return within()
""" + "".join("    v%d = %d.5\n" % (i, i) for i in range(600))

# Many instructions of one line, and lines beyond 16 bits.
MUCH = 70000 * "\n" + "def much(large, within):\n    return (" + 10000 * "large is None or " + \
    200 * "\n" + "large(within))\n"


def make(text, name):
    names = {}
    exec(compile(text, "<%s>" % name, "exec"), names)
    return names[name]


far, large, much = make(FAR, "far"), make(LARGE, "large"), make(MUCH, "much")


def backwards():
    return [
        1,
        far(leaf) if len(
            "later") else
        2][
            0]


def nested():
    result = sum([
        1,
        2,
        backwards() or 3,
    ],
        4,
    ); del result


def within():
    with open("/dev/null"): nested()
    return None


def main():
    much(
        large=large,
        within=within,
    )


observe()
main()
