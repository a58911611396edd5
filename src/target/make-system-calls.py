#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-system-calls.py PAGE TABLE: writes system-calls-table.inc from docs/system-calls.md.

A row of the page begins with calls, "`read` 0, `readv` 19", and says in two words what is done with
them. The build runs this, so the page and the program cannot differ.
"""

import pathlib
import re
import sys

CALL = re.compile(r"`(\w+)` (\d+)")
ASLEEP = {
    "stop": "SONDE_ASLEEP_STOP",
    "no socket": "SONDE_ASLEEP_NO_SOCKET",
    "disk": "SONDE_ASLEEP_DISK",
    "never": "SONDE_ASLEEP_NEVER",
}
CUT = {
    "again": "SONDE_CUT_AGAIN",
    "alone": "SONDE_CUT_ALONE",
    "left": "SONDE_CUT_LEFT",
}


def read_calls(page):
    """Yields number, name, and what is done with it asleep and cut short, of each call."""
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        calls = CALL.findall(cells[0])
        if line.startswith("| `") and calls and len(cells) == 4:
            for name, number in calls:
                yield int(number), name, ASLEEP[cells[1]], CUT[cells[2]]


def main():
    page, table = (pathlib.Path(argument) for argument in sys.argv[1:3])
    calls = sorted(read_calls(page.read_text(encoding="utf-8")))
    lines = [f"  [{number}] = {{ \"{name}\", {asleep}, {cut} }},"
             for number, name, asleep, cut in calls]

    numbers = {number for number, *_ in calls}
    if not calls or len(numbers) < len(calls):
        sys.exit(f"{page}: no call, or one twice")
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")


main()
