# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""traced.py: a profile function that is called by the interpreter, in the middle of a call

Stack: leaf < on_event < called < main < <module>
"""

import sys

from standstill import gate, observe


def leaf():
    gate.acquire()


def on_event(frame, event, argument):
    if frame.f_code.co_name == "called" and event == "return":
        sys.setprofile(None)
        leaf()


def called(number):
    return 2 * number


def main():
    sys.setprofile(on_event)
    called(1)


observe()
main()
