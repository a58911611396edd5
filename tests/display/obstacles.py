# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""obstacles.py SONDE DEMO: what the window says when it cannot do what is asked of it."""

import pathlib
import subprocess
import sys
import tempfile
import time

from window import Failed, Window, run

SONDE, DEMO = sys.argv[1:3]

# The kernel gives no such id.
NO_PID = "2147483646"

windows = []
demo = subprocess.Popen([DEMO], stdout=subprocess.DEVNULL)


def start(*arguments):
    """Starts Sonde with arguments."""
    windows.append(Window(SONDE, *arguments))
    return windows[-1]


def no_such_process():
    """The page says what is in the way, and leads back to the list."""
    window = start(NO_PID)
    window.wait_for("Cannot Look Into This Process")
    window.click(window.find("push button", "(_Back to the List )?Back to the List"))
    window.wait("the list of processes", lambda: window.find("tree table", "Processes"))
    window.end()


def no_such_name():
    """A name that no process has leads to the list, with a word."""
    window = start("no-such-program-anywhere")
    window.wait_for("No process is called “no-such-program-anywhere”")
    window.wait("the list of processes", lambda: window.find("tree table", "Processes"))
    window.end()


def no_such_program():
    """A program that cannot be started is told."""
    window = start("--", "/no/such/program")
    window.wait_for("The Program Did Not Start")
    window.wait_for(".*No such file or directory.*")
    window.end()


def program_with_output():
    """What a started program writes is shown, and its exit status."""
    window = start("--", "/bin/sh", "-c",
                   "echo first line; echo last line >&2; i=0; "
                   "while [ $i -lt 200000 ]; do i=$((i+1)); done; exit 3")
    window.wait_for("The process ended with status 3. The figures stay.")
    window.wait_for("last line")
    window.end()


def program_left():
    """How a started program ended that was left for the list is told there."""
    with tempfile.TemporaryDirectory() as folder:
        end = pathlib.Path(folder, "end")
        window = start("--", "/bin/sh", "-c", f"until [ -e {end} ]; do sleep 0.1; done; exit 3")
        window.wait_for(r".* · \d+")
        window.key("q")
        window.wait("the list of processes", lambda: window.find("tree table", "Processes"))
        end.touch()
        window.wait_for("“.*sh” has ended with status 3")
    window.end()


def name_of_process():
    """A name means the process that has it."""
    window = start("sonde-demo")
    window.wait_for(r"sonde-demo · \d+")
    window.end()


def nothing_runs():
    """Of a process that sleeps, the page names the threads and offers wall clock time."""
    sleeper = subprocess.Popen(["sleep", "1000"])
    try:
        window = start(str(sleeper.pid))
        window.wait_for("Nothing Runs")
        window.wait_for(rf"No thread has used the CPU so far. Asleep: sleep \({sleeper.pid}\).*")
        window.key("Right")
        window.wait_for("What is looked at has not used the CPU so far..*")
        window.key("t")
        window.wait_for("No thread has used the CPU so far..*")
        window.click(window.find("push button", ".*Look at Wall Clock Time"))
        window.wait("where it sleeps", lambda: any(
            "nanosleep" in cell for row in window.table("Functions") for cell in row))
        window.end()
    finally:
        sleeper.kill()
        sleeper.wait()


def closed_while_sampling():
    """The window closed in the middle: the program ends, and the target runs on."""
    window = start(str(demo.pid))
    window.wait("samples", lambda: window.table("Functions"))
    window.end()
    before = cpu_ticks()
    deadline = time.monotonic() + 30
    while cpu_ticks() == before:
        if time.monotonic() > deadline:
            raise Failed("the demo stands still after the window was closed")
        time.sleep(0.1)


def cpu_ticks():
    """Gives the CPU time of the demo so far."""
    with open(f"/proc/{demo.pid}/stat", encoding="ascii") as stat:
        return int(stat.read().rpartition(")")[2].split()[11])


run("/display/obstacles",
    [no_such_process, no_such_name, no_such_program, program_with_output, program_left,
     name_of_process, nothing_runs, closed_while_sampling],
    lambda: ([window.process.kill() for window in windows], demo.kill()))
