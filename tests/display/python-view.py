# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python-view.py SONDE SCRIPTS OLD: a program in Python, and one whose Python is too old.

SCRIPTS is tests/targets/python, OLD the target of that name.
"""

import re
import subprocess
import sys

from window import Atspi, Failed, Window, name_of, role_of, run, walk

SONDE, SCRIPTS, OLD = sys.argv[1:4]
SELF, FUNCTION, FILE, MODULE = 0, 6, 7, 8
SELECTED, PRESSED = Atspi.StateType.SELECTED, Atspi.StateType.PRESSED
OWN = {"pack", "count", "work", "main"}

target = subprocess.Popen(["/usr/bin/python3", f"{SCRIPTS}/mixture.py"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE)
old = subprocess.Popen([OLD], stdout=subprocess.PIPE)
target.stdout.readline()
old.stdout.readline()
window = Window(SONDE, str(target.pid))


def rows():
    """Gives the rows of the table by function, as they stand."""
    return {row[FUNCTION]: row for row in window.table("Functions") if len(row) > MODULE}


def own_count(name):
    """Gives the self count of a function, 0 if it is not shown."""
    row = rows().get(name)
    return int(re.sub(r"\D", "", row[SELF]) or 0) if row else 0


def narrows():
    """The filter stays when other functions are looked at; here it keeps the table short."""
    window.key("slash")
    window.type_into_entry("/^(pack|count|work|main|deflate)$/")
    window.key("Return")
    window.wait("the script's functions", lambda: rows().keys() == OWN)


def is_pressed(label):
    """Tells whether a toggle is on."""
    node = window.find("push button", label)
    if node is None:
        raise Failed(f"no toggle {label}")
    return node.get_state_set().contains(PRESSED)


def expects_pressed(label):
    for other in ("Python", "Native", "Both"):
        window.wait(f"“{other}” {'on' if other == label else 'off'}",
                    lambda: is_pressed(other) == (other == label))


def sees_python_first():
    """Python alone is looked at, without a stop."""
    window.wait_for(rf"{target.pid} · \S+ · Python 3\.\d+ · up \d+:\d\d · .*")
    window.wait("the script's functions alone", lambda: (names := rows().keys()) >= OWN and
                "deflate" not in names)
    expects_pressed("Python")
    window.wait_for("CPU · peek · .*")


def says_where_functions_are():
    """File and line of a Python function, and that it is one."""
    row = rows()["count"]
    if not re.fullmatch(r"mixture\.py:\d+", row[FILE]) or row[MODULE] != "Python":
        raise Failed(f"not a function of mixture.py: {row}")


def tells_the_lock():
    """Who has the lock, and what goes to collecting garbage."""
    window.wait_for(r"GC \d+\.\d %")
    bar = window.wait("the bar of the lock", lambda: next(
        (node for node in window.nodes() if role_of(node) == "image" and
         re.search(r"Has It \d+\.\d %\nNeither \d+\.\d %", node.get_description() or "")), None))
    share = float(re.search(r"Has It (\d+\.\d)", bar.get_description()).group(1))
    # Not in deflate(), and in count() all the time.
    if not 5.0 < share < 95.0:
        raise Failed(f"the main thread had the lock in {share} % of the samples")


def shows_both():
    """A C function below the Python one that called it; the Python ones stay."""
    window.click(window.find("push button", "Both"))
    window.wait("Python and native functions", lambda: rows().keys() == OWN | {"deflate"})
    expects_pressed("Both")
    window.wait_for("CPU · stop · .*")
    row = rows()["deflate"]
    if not row[MODULE].startswith("libz.so"):
        raise Failed(f"deflate() is not of libz: {row}")


def shows_native():
    """Native functions alone, the interpreter's among them."""
    window.key("alt+2")
    # The interpreter has a main of its own.
    window.wait("native functions alone", lambda: rows().keys() - {"main"} == {"deflate"})
    expects_pressed("Native")


def forgets_nothing():
    """Back at Python, what was counted before is still there, and goes on."""
    window.key("alt+1")
    window.wait("Python alone", lambda: rows().keys() == OWN)
    before = own_count("count")
    window.key("alt+3")
    window.wait("both", lambda: "deflate" in rows())
    window.key("alt+1")
    window.wait("Python alone again", lambda: rows().keys() == OWN and
                own_count("count") > before)


def keeps_the_selection():
    """The same function is selected, wherever its row is."""
    window.click(window.find("push button", "pack|count"))
    selected = window.wait("a selected row", selected_function)
    window.key("alt+2")
    window.wait("native functions", lambda: "deflate" in rows())
    window.key("alt+1")
    window.wait(f"{selected} selected", lambda: selected_function() == selected)


def selected_function():
    """Gives the name in the selected row, None if there is none."""
    for row in walk(window.find("tree table", "Functions")):
        if role_of(row) != "table row" or not row.get_state_set().contains(SELECTED):
            continue
        return next((name_of(node) for node in walk(row) if name_of(node) in OWN), None)
    return None


def looks_at_the_lock():
    """w goes by wall clock on to the lock: pack() gives it up while it compresses."""
    before = window.wait("a ratio", ratio)
    window.key("w", "w", "w")
    window.wait_for("GIL · peek · .*")
    window.wait(f"less of pack() than 1 in {before}", lambda: ratio() > 1.5 * before)
    window.key("w")
    window.wait_for("CPU · peek · .*")


def ratio():
    """Gives how much more there is of count() than of pack()."""
    return own_count("count") / max(own_count("pack"), 1)


def leaves_a_native_thread():
    """A thread that runs no Python is not left as what is looked at."""
    window.key("alt+2")
    window.wait_for(r"All Threads \(2\)")
    native_thread = rf"[^·]+ · (?!{target.pid})\d+"
    window.key("Left")
    window.wait("one thread", lambda: not window.says(r"All Threads \(2\)"))
    if not window.says(native_thread):
        window.key("Left")
    window.wait_for(native_thread)
    window.key("alt+1")
    window.wait_for("The thread runs no such functions: all threads are shown")
    window.wait_for(r"All Threads \(1\)")
    window.wait("Python functions", lambda: rows().keys() == OWN)


def says_what_is_too_old():
    """A version that cannot be read is named; there is no choice then."""
    window.key("q")
    window.wait("the list of processes", lambda: window.find("tree table", "Processes"))
    subprocess.run([SONDE, str(old.pid)], check=True)
    window.wait_for(r"This is Python 2\.7, whose functions Sonde cannot read: "
                    "native functions are shown\\.")
    window.wait("its functions", lambda: "Py_GetVersion" in rows())
    for label in ("Both", "GIL"):
        if window.find("push button", label):
            raise Failed(f"{label} is offered")
    window.key("alt+1")
    window.wait_for("There are only native functions to see in this process")


def says_what_was_not_seen():
    """Once the process has ended, it is too late to look at other functions."""
    if target.poll() is not None:
        raise Failed("the target did not survive being watched")
    window.key("q")
    window.wait("the list of processes", lambda: window.find("tree table", "Processes"))
    subprocess.run([SONDE, str(target.pid)], check=True)
    window.wait("Python functions", lambda: rows().keys() >= OWN)
    expects_pressed("Python")
    target.kill()
    window.wait_for(r"The process .* The figures stay\.")
    window.key("alt+3")
    window.wait_for("No sample of these functions was taken while the process ran\\.")
    window.key("alt+1")
    window.wait("what was seen", lambda: rows().keys() >= OWN)


def quits():
    """The program ends without a complaint."""
    window.end()


run("/display/python-view",
    [sees_python_first, narrows, says_where_functions_are, tells_the_lock, shows_both, shows_native,
     forgets_nothing, keeps_the_selection, looks_at_the_lock, leaves_a_native_thread,
     says_what_is_too_old, says_what_was_not_seen, quits],
    lambda: (window.process.kill(), target.kill(), old.kill()))
