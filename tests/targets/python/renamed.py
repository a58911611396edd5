# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""renamed.py: a thread that has another name after a second, and one that comes then

  MainThread                                 sleeps
  a name of more than fifteen bytes: first   sleeps, then "...: second"
  late                                       sleeps
"""

import threading
import time

import target

NAME = "a name of more than fifteen bytes: "


def sleep():
    time.sleep(60)


def start(name):
    thread = threading.Thread(target=sleep, name=name, daemon=True)
    thread.start()
    return thread


def main():
    thread = start(NAME + "first")
    target.ready()
    time.sleep(1)
    thread.name = NAME + "second"
    start("late")
    sleep()


main()
