#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""threads.py SONDE TARGETS: more threads than can be told apart.

The target makes thousands that live for 2 ms each, and goes on with its first one alone.
"""

import os
import pathlib
import signal
import subprocess
import sys

from window import Window, run

COUNT = "8000"

window = None
churn = subprocess.Popen([pathlib.Path(sys.argv[2]) / "churn", COUNT], stdout=subprocess.PIPE,
                         text=True)
# Until it is watched.
churn.send_signal(signal.SIGSTOP)


def comes_to_rest():
    """The target is watched until all these threads have ended."""
    global window
    window = Window(os.path.abspath(sys.argv[1]), str(churn.pid))
    window.wait_for("The process is held by a stop signal.*")
    churn.send_signal(signal.SIGCONT)
    while churn.stdout.readline() != "resting\n":
        if churn.poll() is not None:
            raise RuntimeError("the target ended")
    window.wait_for(r"All Threads \(1\)")


def counts_together():
    """Those that were merged are one entry a name, which can be looked at."""
    shown = None
    while shown != "mayfly":
        before = shown
        window.key("Right")
        shown = window.wait("the next threads", lambda: merged_name(before))
    window.wait_for("run_mayfly")


def merged_name(before):
    """Gives the name of the merged threads that are looked at, if it is not the one before."""
    match = window.says(r"(mayfly|churn|Other Threads) · \d+ exited")
    return match and match[1] != before and match[1]


def forgets_at_reset():
    """A reset forgets them, says so, and looks at all threads."""
    window.key("r")
    window.wait_for("The thread has ended and is not told apart any more: all threads are shown")
    window.wait_for(r"All Threads \(1\)")
    window.wait_for("rest")


def ends():
    """The program ends without a complaint."""
    window.end()


run("/display/threads", [comes_to_rest, counts_together, forgets_at_reset, ends],
    lambda: (window.process.kill(), churn.kill()))
