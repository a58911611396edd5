# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""reborn.py SECONDS: becomes another program, itself, after so long

  <module>;main;first                         before
  <module>;main;second                        after it, until standard input is closed
"""

import os
import select
import sys
import time

import target


def first(end):
    while time.monotonic() < end:
        pass


def second():
    while not select.select([0], [], [], 0)[0]:
        pass


def main():
    if len(sys.argv) == 1:
        second()
        return
    target.ready()
    first(time.monotonic() + float(sys.argv[1]))
    os.execv(sys.executable, [sys.executable, sys.argv[0]])


main()
