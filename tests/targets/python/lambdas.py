# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""lambdas.py: lambdas that call each other, some of them on one line

Stack: leaf < <lambda> < <lambda> < make.<locals>.<lambda> < apply < main < <module>
"""

from standstill import gate, observe


def leaf():
    return gate.acquire()


def make(function):
    return lambda value: function(
        value)


def apply(function, value):
    return function(value)


inner, outer = lambda value: leaf(), lambda value: inner(value)


def main():
    apply(make(outer), 1)


observe()
main()
