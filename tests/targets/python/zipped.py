# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""zipped.py: what a zip archive runs that the test makes of it, with standstill.py beside it

Stack: leaf < main < <module> < _run_code < _run_module_as_main
"""

from standstill import gate, observe


def leaf():
    gate.acquire()


def main():
    leaf()


observe()
main()
