# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""live-view.py SONDE DEMO: watches the demo workload, and uses the keys of the live view."""

import os
import re
import subprocess
import sys
import time

from window import Failed, Window, run

SONDE, DEMO = sys.argv[1:3]
SELF, FUNCTION = 0, 6
TITLES = ("Self", "Self %", "Self Time", "Total", "Total %", "Total Time", "Function", "File:Line",
          "Module")

# How long figures are looked at that must not change.
STILL_S = 2

demo = subprocess.Popen([DEMO], stdout=subprocess.DEVNULL)
window = Window(SONDE, str(demo.pid))


def functions():
    """Gives the names in the table, as they stand."""
    return [row[FUNCTION] for row in window.table("Functions") if len(row) > FUNCTION]


def count_samples():
    """Gives the figure beside "Samples"."""
    return window.figure("Samples")


def attaches_to_argument():
    """The process of the command line is watched at once."""
    window.wait_for(rf"sonde-demo · {demo.pid}")
    window.wait_for(rf"{demo.pid} · \S+ · native · up \d+:\d\d · .*")
    window.wait("the demo's functions", lambda: "solve_contacts" in functions())
    window.wait_for(r"\d+ functions · \d+ running · \d+ on stacks only( · .*)?")


def figures_go_on():
    """Samples are counted while one looks."""
    before = count_samples()
    window.wait("more samples", lambda: count_samples() > before)


def sorts_by_key():
    """s goes to the next column, S back."""
    window.wait_for("Sorted by Self ↓.*")
    window.key("s")
    window.wait_for("Sorted by Self % ↓.*")
    window.key("shift+s")
    window.wait_for("Sorted by Self ↓.*")
    window.key("shift+s", "shift+s", "shift+s")
    window.wait_for("Sorted by Function ↑.*")
    window.wait("names in order", lambda: functions() and
                functions() == sorted(functions(), key=str.casefold))


def sorts_by_header():
    """A click on a header sorts by it, largest first; another one turns it round."""
    window.click_at(window.find("label", "Self"))
    window.wait_for("Sorted by Self ↓.*")
    window.wait("large figures first", lambda: (figures := own_counts()) and
                figures[0] == max(figures))
    window.click_at(window.find("label", "Self"))
    window.wait_for("Sorted by Self ↑.*")
    window.wait("small figures first", lambda: (figures := own_counts()) and
                figures[0] == min(figures))
    window.click_at(window.find("label", "Self"))
    window.wait_for("Sorted by Self ↓.*")


def own_counts():
    """Gives the self counts of the table, as they stand."""
    return [int(re.sub(r"\D", "", row[SELF]) or 0) for row in window.table("Functions")]


def filters():
    """What is typed narrows the table; Enter keeps it."""
    window.key("slash")
    window.type_into_entry("SOLVE")
    window.wait("matching rows only", lambda: functions() == ["solve_contacts"])
    window.key("Return")
    window.wait_for(r"1 of \d+")
    if functions() != ["solve_contacts"]:
        raise Failed(f"Enter did not keep the filter: {functions()}")


def escape_restores_filter():
    """Esc leaves the filter as it was."""
    window.key("slash")
    window.type_into_entry("x")
    window.wait("nothing that matches", lambda: window.says("No Function Matches"))
    window.key("Escape")
    window.wait("the filter of before", lambda: functions() == ["solve_contacts"])


def unfinished_expression():
    """An expression that is not whole filters nothing."""
    window.key("c")
    window.wait("all rows", lambda: len(functions()) > 5)
    window.key("slash")
    window.type_into_entry("/(")
    window.wait_for(r"(\d+) of \1")
    window.key("Escape")
    window.wait("no filter", lambda: not window.says(r"\d+ of \d+"))


def pauses():
    """p freezes the display, says so, and goes on where sampling is by then."""
    window.key("p")
    window.wait_for("Paused")
    frozen = window.wait("figures that stand still", lambda: still_samples())
    window.key("p")
    window.wait("no word of a pause", lambda: not window.says("Paused"))
    window.wait("more samples", lambda: count_samples() > frozen)


def still_samples():
    """Gives the samples if they do not change for a while; else 0."""
    begin = time.monotonic()
    before = count_samples()
    while time.monotonic() < begin + STILL_S:
        if count_samples() != before:
            return 0
    return before


def space_pauses():
    """The space bar does the same."""
    window.key("space")
    window.wait_for("Paused")
    window.key("space")
    window.wait("no word of a pause", lambda: not window.says("Paused"))


def resets():
    """r begins all counts again."""
    before = count_samples()
    window.key("r")
    window.wait("fewer samples", lambda: count_samples() < before)
    window.wait("the demo's functions", lambda: "solve_contacts" in functions())


def heeds_control():
    """Ctrl+R resets too, and Ctrl+F goes to the filter."""
    before = count_samples()
    window.key("ctrl+r")
    window.wait("fewer samples", lambda: count_samples() < before)
    window.key("ctrl+f")
    window.type_into_entry("solve")
    window.wait("matching rows only", lambda: functions() == ["solve_contacts"])
    window.key("Escape")
    window.wait("all rows", lambda: len(functions()) > 5)


def chooses_threads():
    """→ and ← go through the threads, the main thread first, t back to all of them."""
    window.wait_for(r"All Threads \(\d+\)")
    window.key("Right")
    window.wait("the main thread", lambda: shown_thread() == f"sonde-demo · {demo.pid}")
    window.key("Right")
    window.wait("the next thread", lambda: "sonde-demo" not in (shown_thread() or "sonde-demo"))
    window.key("Left")
    window.wait("the one before", lambda: shown_thread() == f"sonde-demo · {demo.pid}")
    window.key("t")
    window.wait_for(r"All Threads \(\d+\)")


def shown_thread():
    """Gives the name and id of the thread that is looked at, None for all."""
    names = window.names()
    begin = names.index("SondeThreadPicker")
    return next((name for name in names[begin:begin + 5] if re.fullmatch(r"[^·]+ · \d+", name)),
                None)


def switches_mode():
    """w leaves out waits for a CPU, then counts sleeping threads too."""
    window.key("w")
    window.wait_for("Running · stop · .*")
    window.key("w")
    window.wait_for("Wall clock · stop · .*")
    window.wait("a sleeping function", lambda: any("sleep" in name for name in functions()))
    window.key("w")
    window.wait_for("CPU · stop · .*")


def changes_display_rate():
    """- and + change how often the display is refreshed, in steps of 0.05 s."""
    window.wait_for(".* Display 10 Hz .*")
    window.key("minus")
    window.wait_for(".* Display 6.7 Hz .*")
    window.key("plus", "plus")
    window.wait_for(".* Display 20 Hz .*")
    # It is said for some seconds only, in which a busy machine may not read the window once.
    window.wait("no more than that", lambda: window.key("plus") or
                window.says("The display cannot be refreshed more often"))
    window.key("minus")


def top_function_is_selected():
    """A click on one of the three hottest functions goes to its row."""
    button = window.find("push button", "solve_contacts|shade_pixels|sort_range|clock_gettime")
    if button is None:
        raise Failed(f"no hot function of the demo on top: {window.names()[:60]}")
    window.click(button)
    window.wait("its row selected", lambda: any(
        "selected" in [state.value_nick for state in node.get_state_set().get_states()]
        for node in window.nodes() if node.get_role_name() == "table row"))


def fits_narrow_window():
    """What says least is left out of a narrow window, and nothing need be scrolled to."""
    window.wait("all columns", lambda: all(map(window.says, TITLES)))
    for width, titles in ((900, ("Self", "Total", "File:Line")), (640, ("Self",))):
        window.resize(width, 700)
        window.wait("no columns of times", lambda: not window.says("(Self|Total) Time"))
        for title in ("Self %", "Total %", "Function") + titles:
            window.wait(f"{title} in {width} pixels",
                        lambda title=title, width=width: (window.end_of(title) or width) < width)
    for width, file_width in ((1150, 120), (1270, 150)):
        window.resize(width, 740)
        window.wait("all columns again", lambda: all(map(window.says, TITLES)))
        window.wait(f"{file_width} pixels for files in {width}",
                    lambda file_width=file_width: width_of_files() > file_width)
    window.resize(1200, 740)


def width_of_files():
    """Gives how far the titles of files and modules are apart."""
    return window.start_of("Module") - window.start_of("File:Line")


def shows_help():
    """? opens the list of shortcuts, Esc closes it."""
    window.key("question")
    window.wait_for("Pause the display")
    window.key("Escape")
    window.wait("the list closed", lambda: not window.says("Pause the display"))


def goes_back():
    """q leaves the process alone and goes back to the list."""
    window.key("q")
    window.wait("the list of processes", lambda: window.find("tree table", "Processes"))
    window.wait("no live view", lambda: not window.says("Live View"))
    if demo.poll() is not None or not os.path.exists(f"/proc/{demo.pid}/stat"):
        raise Failed("the demo did not survive being watched")


def quits():
    """The program ends without a complaint."""
    window.end()


run("/display/live-view",
    [attaches_to_argument, figures_go_on, sorts_by_key, sorts_by_header, filters,
     escape_restores_filter, unfinished_expression, pauses, space_pauses, resets, heeds_control,
     chooses_threads, switches_mode, changes_display_rate, top_function_is_selected,
     fits_narrow_window, shows_help, goes_back, quits],
    lambda: (window.process.kill(), demo.kill()))
