# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""recursion.py: a function that calls itself, and two that call each other

Stack: leaf < odd < even < odd < even < climb*20 < main < <module>
"""

from standstill import gate, observe


def leaf():
    gate.acquire()


def odd(n):
    if n == 0:
        return leaf()
    return even(n - 1)


def even(n):
    return odd(n - 1)


def climb(n):
    if n == 1:
        return even(3)

    return climb(n - 1)


def main():
    observe()
    climb(20)


if __name__ == "__main__":
    main()
