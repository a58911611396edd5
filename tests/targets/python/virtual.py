# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""virtual.py: a program that the test runs with the Python of a virtual environment

Stack: leaf < main < <module>
"""

import sys

from standstill import gate, observe


def leaf():
    gate.acquire()


def main():
    assert sys.prefix != sys.base_prefix
    leaf()


observe()
main()
