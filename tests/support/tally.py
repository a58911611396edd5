#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""tally.py TESTLOG STATUS: ends a run of meson test with the line "N passed, N failed".

Counts the cases inside each test program, from the TAP that it printed, and names those that
failed, with what it said of them. In CI a skipped case has failed: a test that never runs holds
nothing. STATUS is meson's own exit status.
"""

import json
import os
import re
import sys

CASE = re.compile(r"(not )?ok\b\s*\d*\s*((?:[^#]|\\#)*)(?:#\s*(skip|todo)\b)?", re.IGNORECASE)
GOOD = {"OK", "EXPECTEDFAIL"}
REASON_MAX = 600


def count(test):
    """Returns how many cases of a test program passed and were skipped, and those that failed."""
    passed = skipped = 0
    failed = []
    is_reason = False
    for line in test.get("stdout", "").splitlines():
        match = CASE.match(line)
        if match is None:
            if is_reason and line.startswith("# "):
                failed[-1] = f"{failed[-1]} {line}"[:REASON_MAX]
            continue
        is_reason = match[1] is not None and match[3] is None
        if match[3] is not None:
            skipped += 1
        elif match[1] is not None:
            failed.append(match[2].strip())
        else:
            passed += 1

    # A program that died, timed out or never spoke TAP is a case of its own.
    if test["result"] in GOOD:
        passed = passed if passed + len(failed) + skipped > 0 else 1
    elif test["result"] == "SKIP":
        skipped = max(skipped, 1)
    else:
        failed = failed or [test["result"].lower()]
    return passed, failed, skipped


def main():
    log, status = sys.argv[1], int(sys.argv[2])
    strict = os.environ.get("CI") == "true"
    passed = failed = skipped = 0

    # There is no log if no test was found.
    tests = []
    if os.path.exists(log):
        with open(log, encoding="utf-8") as lines:
            tests = [json.loads(line) for line in lines]
    for test in tests:
        good, bad, left = count(test)
        passed, failed, skipped = passed + good, failed + len(bad), skipped + left
        for case in bad:
            print(f"failed: {test['name']}: {case}")
        if left > 0:
            print(f"{left} skipped in {test['name']}")

    if strict:
        failed += skipped
    if failed == 0 and (status != 0 or not tests):
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return failed != 0


sys.exit(main())
