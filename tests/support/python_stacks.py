# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python_stacks.py: the stacks that the head comments of tests/targets/python/*.py promise.

  Stack: leaf < climb*3 < ... < <module>
  Stack of worker from 3.11 before 3.12: leaf < <listcomp> <
      <module>
"""

import re

LINE = re.compile(r"Stack(?: of (?P<thread>.*?))?(?: from (?P<first>3\.\d+))?"
                  r"(?: before (?P<end>3\.\d+))?:\s+(?P<frames>.*)")
MAIN = "MainThread"


def _number(text):
    return tuple(map(int, text.split(".")))


def read_promises(text, version):
    """Gives thread's name → list of names, innermost first, of the promises for a version."""
    promises = {}
    for paragraph in re.findall(r"^Stack.*(?:\n +.*)*", text.split('"""')[1], re.MULTILINE):
        match = LINE.fullmatch(" ".join(paragraph.split()))
        if match is None:
            raise ValueError(f"not a promise: {paragraph}")
        if match["first"] and version[:2] < _number(match["first"]):
            continue
        if match["end"] and version[:2] >= _number(match["end"]):
            continue
        names = []
        for word in match["frames"].split(" < "):
            name, _, times = word.partition("*")
            names += [name] * int(times or 1)
        promises[match["thread"] or MAIN] = names
    return promises


def fits(names, promised):
    """Tells whether a stack is what was promised; a name before 3.11 is only its last part."""
    if not promised:
        return not names
    if promised[0] == "...":
        return any(fits(names[i:], promised[1:]) for i in range(len(names) + 1))
    depth = 0
    while depth < len(promised) and promised[depth] != "...":
        if depth >= len(names):
            return False
        name, wanted = names[depth], promised[depth]
        if name not in (wanted, wanted.rsplit(".", 1)[-1]):
            return False
        depth += 1
    return fits(names[depth:], promised[depth:])
