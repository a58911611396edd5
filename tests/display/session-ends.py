# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""session-ends.py SONDE DEMO: picks a process from the list, and sees it and others end."""

import subprocess
import sys

from window import Failed, Window, run

SONDE, DEMO = sys.argv[1:3]
FUNCTION = 6

demo = subprocess.Popen([DEMO], stdout=subprocess.DEVNULL)
window = Window(SONDE)


def functions():
    """Gives the names in the table, as they stand."""
    return [row[FUNCTION] for row in window.table("Functions") if len(row) > FUNCTION]


def lists_process():
    """The list has the demo in it, with what it is."""
    window.wait("the demo in the list", lambda: any(
        row[:2] == ["sonde-demo", str(demo.pid)] for row in window.table("Processes")))


def slash_goes_to_search():
    """/ opens the search and is not in it; in there it is part of a path."""
    window.key("slash")
    window.type_into_entry("/")
    window.wait("a slash searched for", lambda: window.typed() == "/")
    window.key("Escape")
    window.wait("the search closed", lambda: window.typed() is None)


def ctrl_f_goes_to_search():
    """Ctrl+F opens the search, empty."""
    window.key("ctrl+f")
    window.type_into_entry("x")
    window.wait("what was typed", lambda: window.typed() == "x")
    window.key("Escape")
    window.wait("the search closed", lambda: window.typed() is None)


def search_and_enter_attach():
    """Its id typed and Enter pressed: it is watched."""
    window.type(str(demo.pid))
    window.wait("the demo alone", lambda: [row[1] for row in window.table("Processes")][:1] ==
                [str(demo.pid)])
    window.key("Down", "Return")
    if not window.says("Live View"):
        window.key("Return")
    window.wait_for(rf"sonde-demo · {demo.pid}")
    window.wait("the demo's functions", lambda: "solve_contacts" in functions())


def says_when_held():
    """A stop signal is told, and that it is over."""
    demo.send_signal(subprocess.signal.SIGSTOP)
    window.wait_for("The process is held by a stop signal.*")
    demo.send_signal(subprocess.signal.SIGCONT)


def says_when_ended():
    """The end of the process is told with its reason, and the figures stay."""
    demo.kill()
    demo.wait()
    window.wait_for("The process (ended|was killed).* The figures stay.")
    if "solve_contacts" not in functions():
        raise Failed(f"the figures went: {functions()}")


def works_when_ended():
    """Sorting and filtering still work; a reset says why it does not."""
    window.key("s")
    window.wait_for("Sorted by Self % ↓.*")
    window.key("slash")
    window.type_into_entry("solve")
    window.wait("matching rows only", lambda: functions() == ["solve_contacts"])
    window.key("Return", "c")
    window.key("r")
    window.wait_for("Sampling is over: nothing would come after a reset")


def goes_back():
    """Back in the list, the demo is no longer there."""
    window.key("q")
    window.wait("the list of processes", lambda: window.find("tree table", "Processes"))
    window.wait("the demo gone", lambda: not any(
        row[1] == str(demo.pid) for row in window.table("Processes")))


def quits():
    """The program ends without a complaint."""
    window.end()


run("/display/session-ends",
    [lists_process, slash_goes_to_search, ctrl_f_goes_to_search, search_and_enter_attach,
     says_when_held, says_when_ended, works_when_ended, goes_back, quits],
    lambda: (window.process.kill(), demo.kill()))
