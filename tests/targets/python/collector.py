# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""collector.py: a finalizer that runs because the garbage collector does

Stack: leaf < Cycle.__del__ < tidy < main < <module>

The call of gc.collect() is C.
"""

import gc

from standstill import gate, observe


def leaf():
    gate.acquire()


class Cycle:
    def __init__(self):
        self.self = self

    def __del__(self):
        leaf()


def tidy():
    gc.collect()


def main():
    Cycle()
    tidy()


observe()
main()
