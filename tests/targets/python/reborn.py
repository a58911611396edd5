# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""reborn.py: becomes another program, itself, once there is a line on standard input

  <module>;main;first                         for half a second of CPU time, from then on
  <module>;main;second                        for half a second, after it; then it ends
"""

import os
import sys
import time

import target


CPU_S = 0.5


def first(end):
    while time.thread_time() < end:
        pass


def second(end):
    while time.thread_time() < end:
        pass


def main():
    if len(sys.argv) > 1:
        second(time.thread_time() + CPU_S)
        return
    target.ready()
    sys.stdin.readline()
    first(time.thread_time() + CPU_S)
    os.execv(sys.executable, [sys.executable, sys.argv[0], "second"])


main()
