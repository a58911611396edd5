# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""deep.py: 900 frames of one function, near the limit that Python sets

Stack: leaf < dive*900 < <module>
"""

from standstill import gate, observe


def leaf():
    gate.acquire()


def dive(n):
    if n > 1:
        dive(n - 1)
    else:
        leaf()


observe()
dive(900)
