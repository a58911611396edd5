#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""figures.py BENCHMARKLOG: prints the figures of all benchmarks as one table.

A benchmark prints a figure as one line of four fields with tabs between them: what was
measured, the value with its unit, the goal or "-", and the command that repeats it.
"""

import json
import sys

HEAD = ("figure", "value", "goal", "command")


def main():
    rows = []
    with open(sys.argv[1], encoding="utf-8") as lines:
        for line in lines:
            for text in json.loads(line).get("stdout", "").splitlines():
                fields = tuple(text.split("\t"))
                if len(fields) == len(HEAD):
                    rows.append(fields)

    widths = [max(len(row[i]) for row in [HEAD, *rows]) for i in range(len(HEAD))]
    print()
    for row in [HEAD, *rows]:
        print(f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]}")


main()
