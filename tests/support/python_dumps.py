# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python_dumps.py: compares what dump shows of a Python program with what the program told."""

import re

from pythons import Failed
from sonde_cli import frame_text, label

# A task without a name of its own, which only dump tells by its number.
NUMBERED = re.compile(r"\[Task-\d+\]")
EVALUATION = "_PyEval_EvalFrameDefault"


def _find(reports, cli, frames, *options):
    """Gives for each thread that was told what dump shows of it."""
    for report in reports:
        dump = cli.dump(report["pid"], frames, *options)
        for thread in report["threads"]:
            if thread["native_id"] not in dump:
                raise Failed(f"no thread {thread['native_id']} among {sorted(dump)}")
            name, seen = dump[thread["native_id"]]
            if thread["name"] is not None and name != label(thread["name"]):
                raise Failed(f"{thread['name']} is called {name}")
            yield thread, seen


def _show(frames):
    return "\n".join(("Python  " if is_python else "native  ") + text for is_python, text in frames)


def _compare(thread, seen):
    seen = [text for _, text in seen]
    expected = [frame_text(frame) for frame in thread["frames"]]
    if seen == expected:
        return
    at = next((i for i, pair in enumerate(zip(seen, expected)) if pair[0] != pair[1]),
              min(len(seen), len(expected)))
    raise Failed(f"{thread['name']}: {len(seen)} frames, {len(expected)} expected; from {at} on\n"
                 + "seen      " + "\n          ".join(seen[at:at + 4]) + "\n"
                 + "expected  " + "\n          ".join(expected[at:at + 4]))


def check_python(reports, cli):
    """Names, files and lines are those that the program told, and no frame is there but those."""
    for thread, seen in _find(reports, cli, "python"):
        if not all(is_python for is_python, _ in seen):
            raise Failed(f"{thread['name']}: native frames\n{_show(seen)}")
        _compare(thread, seen)


def check_tasks(reports, cli):
    """The tasks that await the one that runs are in the place of the event loop."""
    for thread, seen in _find(reports, cli, "python", "--async"):
        _compare(thread, seen)
    expected = {label(thread["name"]): [NUMBERED.sub("[Task]", frame[0])
                                        for frame in thread["frames"]]
                for report in reports for thread in report["threads"]}
    stacks, _ = cli.record(reports[0]["pid"], "--async", "-m", "wall", "-t", "-d", "0.5")
    for stack in stacks:
        if list(stack[:0:-1]) != expected.get(stack[0], list(stack[:0:-1])):
            raise Failed(f"recorded {stack}\nexpected {expected[stack[0]]}")
    if not set(expected) <= {stack[0] for stack in stacks}:
        raise Failed(f"recorded {sorted(stacks)}, expected {sorted(expected)}")


def check_both(reports, cli):
    """The same Python frames, with native ones outside, inside and between."""
    for thread, seen in _find(reports, cli, "both"):
        _compare(thread, [frame for frame in seen if frame[0]])
        if any(not is_python and text.split(" ")[0] == EVALUATION for is_python, text in seen):
            raise Failed(f"{thread['name']}: {EVALUATION} was left\n{_show(seen)}")
        if seen[0][0] or seen[-1][0]:
            raise Failed(f"{thread['name']}: no native frame at an end\n{_show(seen)}")
