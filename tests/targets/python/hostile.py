# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""hostile.py: names that are allowed and make no sense

Stack: leaf < ... < main < <module>

One is empty; others have a line break, an escape sequence, a lone surrogate, a semicolon, a null
character or 5,000 letters; one looks like a line of sonde-cli itself. Their files are called alike.
"""

import sys

from standstill import gate, observe

NAMES = ["", "two\nlines", "\x1b[31mred\x1b[0m", "\ud800alone", "a;b 12", "before\0behind",
         "x" * 5000, "#1  main at a.c:1 (b)", " ", "\u202eright to left", "\u00ff", "\u0100"]


def leaf():
    gate.acquire()


def named(function, name):
    """Gives `function` under another name, in a file of that name."""
    changes = {"co_name": name, "co_filename": name + ".py"}
    if sys.version_info >= (3, 11):
        changes["co_qualname"] = name
    function.__code__ = function.__code__.replace(**changes)
    return function


def calling(function):
    return lambda: function()


def main():
    function = leaf
    for name in NAMES:
        function = named(calling(function), name)
    function()


observe()
main()
