# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""generators.py: generators that are run by others, by a for loop, by next() and by C

Stack: leaf < innermost < middle < outermost < take.<locals>.<genexpr> < take < <module>
"""

from standstill import gate, observe


def leaf():
    gate.acquire()


def innermost():
    yield 1
    leaf()
    yield 2


def middle():
    result = yield from innermost()
    return result


def outermost():
    for value in middle():
        yield value


def take():
    # sum() runs the generator expression from C.
    return sum(value
               for value in outermost())


def suspended():
    """A generator that stands aside: not on any stack."""
    yield 1
    yield 2


aside = suspended()
next(aside)
observe()
take()
