# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""work_library.py: the workload of workloads.py that is spent in the standard library"""

import csv
import difflib
import io
import itertools
import json
import random
import re
import shlex
import string
import textwrap

PROSE = ("We hold these truths to be self-evident, that all men are created equal, that they are "
         "endowed by their Creator with certain unalienable Rights.")
FORM = string.Template("Dear $name, you owe us ${sum} for ${what}.")
ROWS = [{"name": "Ada", "sum": 3, "what": "wool"}, {"name": "Bob", "sum": 5, "what": "corn, oats"}]
OLD, NEW = PROSE[:50].split(), PROSE[10:60].split()
WORD = re.compile(r"[A-Za-z]+")


def wrap_text():
    return textwrap.fill(textwrap.dedent("  " + PROSE), width=40)


def fill_form():
    return [FORM.substitute(row) for row in ROWS]


def write_table():
    file = io.StringIO()
    writer = csv.DictWriter(file, ["name", "sum", "what"])
    writer.writeheader()
    writer.writerows(ROWS)
    file.seek(0)
    return list(csv.DictReader(file))


def write_tree():
    return json.loads(json.dumps({"rows": ROWS, "deep": [[1], [2, [3]]]}, indent=2))


def find_words():
    return [match.group().lower() for match in WORD.finditer(PROSE)]


def compare_texts():
    return list(difflib.unified_diff(OLD, NEW, lineterm=""))


def split_command():
    return shlex.split("grep -n 'two words' file", comments=True)


# One piece at a time, so that a round is short, in an order that no sampler can be in step with.
PIECES = (wrap_text, fill_form, write_table, write_tree, find_words, compare_texts, split_command)
ORDER = itertools.cycle(random.Random(1).sample(100 * PIECES, 100 * len(PIECES)))


def handle_text():
    return next(ORDER)()


WORKLOADS = {"text": handle_text}
