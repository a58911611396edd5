# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""comprehensions.py: each kind inside another; from 3.12 on only the last has a frame of its own

Stack from 3.12: leaf < main.<locals>.<genexpr> < main < <module>
Stack from 3.11 before 3.12:
    leaf < main.<locals>.<setcomp>.<dictcomp>.<listcomp>.<genexpr> <
    main.<locals>.<setcomp>.<dictcomp>.<listcomp> < main.<locals>.<setcomp>.<dictcomp> <
    main.<locals>.<setcomp> < main < <module>
Stack before 3.11: leaf < <genexpr> < <listcomp> < <dictcomp> < <setcomp> < main < <module>
"""

from standstill import gate, observe


def leaf(value):
    gate.acquire()
    return value


def main():
    return {
        len({
            outer: [
                sum(leaf(inner)
                    for inner in range(1 + middle))
                for middle in range(2)
            ]
            for outer in range(2)
        })
        for _ in range(2)
    }


observe()
main()
