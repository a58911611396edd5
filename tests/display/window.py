# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The window of a running Sonde, as assistive technology sees it and a keyboard reaches it.

Nothing here sleeps for a fixed time to be sure: what must come is waited for, up to DEADLINE_S.

The window changes while it is read, a node at a time, and on a busy machine reading takes seconds.
Where a node is gone when its turn comes, or answers too late, what was read of the window is not
the window: it is read again (`settled`). Else what is there would be missed, and what is to go away
would be taken to have gone.
"""

import functools
import os
import re
import subprocess
import sys
import time
import warnings

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

warnings.filterwarnings("ignore", category=DeprecationWarning)

# Generous, for a slow machine; whoever works on a test may want to know sooner.
DEADLINE_S = float(os.environ.get("DISPLAY_DEADLINE_S", "60"))
POLL_S = 0.1
NODES_MAX = 6000

# How long one node may take to answer.
ANSWER_MS = 10000

# A place of the screen where no window is: rows under the pointer would hold their places.
NOWHERE = ("1270", "790")

Atspi.set_timeout(ANSWER_MS, ANSWER_MS)


class Failed(Exception):
    """A case does not hold; says why."""


class Changed(Exception):
    """The window changed while it was read."""


def settled(method):
    """Reads again what changed while it was read."""
    @functools.wraps(method)
    def read(*arguments):
        deadline = time.monotonic() + DEADLINE_S
        while True:
            try:
                return method(*arguments)
            except (Changed, GLib.Error) as error:
                if time.monotonic() > deadline:
                    raise Failed(f"the window cannot be read: {error}") from error
            time.sleep(POLL_S)
    return read


def walk(node, depth=0, count=None, closed=()):
    """Gives the nodes below `node` that are not hidden, `node` first; below `closed` roles none."""
    count = [0] if count is None else count
    count[0] += 1
    if count[0] > NODES_MAX:
        raise Failed(f"the window has more than {NODES_MAX} nodes")
    if depth > 1 and not node.get_state_set().contains(Atspi.StateType.VISIBLE):
        return
    if closed and role_of(node) in closed:
        return
    yield node
    for i in range(node.get_child_count()):
        child = node.get_child_at_index(i)
        if child is None:
            raise Changed(f"no child {i}")
        yield from walk(child, depth + 1, count, closed)


def name_of(node):
    """Gives what the node is called, "" if it has no name."""
    return node.get_name() or ""


def role_of(node):
    """Gives the role of the node."""
    return node.get_role_name()


class Window:
    """Starts Sonde with arguments and waits for its window."""

    def __init__(self, program, *arguments):
        self.errors = open(os.path.join(os.environ["XDG_RUNTIME_DIR"], "errors"), "w+b")
        subprocess.run(["xdotool", "mousemove", *NOWHERE], check=True)
        self.process = subprocess.Popen([program, *arguments], stderr=self.errors)
        self.application = self.wait("the program on the bus", self._find_application)
        self.wait("its frame", lambda: any(role_of(n) == "frame" for n in self.nodes()))
        self.window_id = self.wait("its X window", self._find_window)
        subprocess.run(["xdotool", "windowactivate", "--sync", self.window_id], check=False,
                       stderr=subprocess.DEVNULL)

    @settled
    def _find_application(self):
        desktop = Atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            application = desktop.get_child_at_index(i)
            if application is not None and application.get_process_id() == self.process.pid:
                return application
        return None

    def _find_window(self):
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid",
                                str(self.process.pid)], check=False, capture_output=True,
                               text=True).stdout.split()
        return found[-1] if found else None

    def wait(self, what, condition):
        """Gives the first true value of `condition()`; fails when none comes in time."""
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Failed(f"Sonde ended with status {self.process.returncode}, before {what}")
            try:
                value = condition()
                if value:
                    return value
            except (Changed, GLib.Error):
                pass  # what was read is not whole
            time.sleep(POLL_S)
        raise Failed(f"not within {DEADLINE_S} s: {what}; the window says {self.names()}")

    def _read_nodes(self):
        return walk(self.application)

    def _read_names(self):
        return filter(None, map(name_of, self._read_nodes()))

    @settled
    def nodes(self):
        """Gives all nodes of the window that can be seen."""
        return list(self._read_nodes())

    @settled
    def names(self):
        """Gives the names of all nodes of the window that can be seen."""
        return list(self._read_names())

    @settled
    def find(self, role, pattern):
        """Gives the first node of that role whose whole name fits the pattern, or None."""
        for node in self._read_nodes():
            if role_of(node) == role and re.fullmatch(pattern, name_of(node), re.DOTALL):
                return node
        return None

    @settled
    def says(self, pattern):
        """Gives the match of the first label that fits the pattern, or None."""
        for name in self._read_names():
            match = re.fullmatch(pattern, name, re.DOTALL)
            if match:
                return match
        return None

    def figure(self, heading):
        """Gives the number beside a heading, as soon as there is one."""
        return int(self.wait(f"the figure of “{heading}”", lambda: self._read_figure(heading)))

    def _read_figure(self, heading):
        names = self._read_names()
        return heading in names and re.sub(r"\D", "", next(names, ""))

    def wait_for(self, pattern):
        """Waits until a label fits the pattern."""
        return self.wait(f"“{pattern}”", lambda: self.says(pattern))

    @settled
    def table(self, title):
        """Gives the rows of a table as lists of the texts of their cells, without the header."""
        rows = []
        table = self.find("tree table", title)
        for node in walk(table) if table is not None else []:
            role = role_of(node)
            if role == "table row":
                rows.append([])
            elif role == "table cell" and rows:
                rows[-1].append([])
            elif role == "label" and rows and rows[-1]:
                rows[-1][-1].append(name_of(node))
        return [[" ".join(texts) for texts in row] for row in rows if row]

    def key(self, *keys):
        """Presses keys, one after the other, as xdotool calls them."""
        for key in keys:
            subprocess.run(["xdotool", "key", "--clearmodifiers", key], check=True)

    def type(self, text):
        """Types a text."""
        subprocess.run(["xdotool", "type", "--delay", "30", text], check=True)

    @settled
    def typed(self):
        """Gives what is in the entry that has the focus, None if none has.

        Tables are left out: they change all the time, and a long one is never read whole on a busy
        machine, so that what goes away would never be seen to have gone.
        """
        for node in walk(self.application, closed=("tree table",)):
            if (role_of(node) in ("entry", "text") and
                    node.get_state_set().contains(Atspi.StateType.FOCUSED)):
                text = node.get_text_iface()
                return text.get_text(0, text.get_character_count())
        return None

    def type_into_entry(self, text):
        """Types a text as soon as an entry has the focus."""
        self.wait("an entry with the focus", lambda: self.typed() is not None)
        self.type(text)

    def click(self, node):
        """Does what a click on the node does."""
        node.get_action_iface().do_action(0)

    def click_at(self, node):
        """Clicks with the pointer in the middle of the node, for what has no action."""
        extents = node.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
        subprocess.run(["xdotool", "mousemove", "--window", self.window_id,
                        str(extents.x + extents.width // 2), str(extents.y + extents.height // 2),
                        "click", "1", "mousemove", *NOWHERE], check=True)

    def resize(self, width, height):
        """Gives the window another size, as dragging its corner does."""
        subprocess.run(["xdotool", "windowsize", "--sync", self.window_id, str(width),
                        str(height)], check=True)

    def end_of(self, name):
        """Gives where the label with that name ends, from the left of the window."""
        extents = self._extents_of(name)
        return extents.x + extents.width if extents else None

    def start_of(self, name):
        """Gives where the label with that name starts, from the left of the window."""
        extents = self._extents_of(name)
        return extents.x if extents else None

    @settled
    def _extents_of(self, name):
        label = self.find("label", re.escape(name))
        return label and label.get_component_iface().get_extents(Atspi.CoordType.WINDOW)

    def end(self):
        """Closes the window as its user does, and tells whether the program ended well."""
        subprocess.run(["xdotool", "windowactivate", "--sync", self.window_id], check=False,
                       stderr=subprocess.DEVNULL)
        self.key("ctrl+q")
        try:
            status = self.process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failed("Sonde did not end when its window was closed") from None
        self.errors.seek(0)
        errors = self.errors.read().decode(errors="replace")
        if status != 0:
            raise Failed(f"Sonde ended with status {status}: {errors}")
        if "-CRITICAL" in errors or "-WARNING" in errors:
            raise Failed(errors)


def run(prefix, cases, clean_up):
    """Runs the cases in their order and tells TAP; a case relies on those before it.

    After the first that fails the others are told as failed too: they would only wait in vain.
    """
    failed = False
    print(f"1..{len(cases)}", flush=True)
    try:
        for number, case in enumerate(cases, 1):
            name = f"{prefix}/{case.__name__.replace('_', '-')}"
            reason = "not tried after the failure before"
            try:
                if not failed:
                    case()
                    print(f"ok {number} {name}", flush=True)
                    continue
            except Failed as failure:
                reason = str(failure)
            failed = True
            print(f"not ok {number} {name}", flush=True)
            print(f"# {reason}".replace("\n", "\n# "), flush=True)
    finally:
        clean_up()
    return sys.exit(1 if failed else 0)
