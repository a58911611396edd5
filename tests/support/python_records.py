# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python_records.py: compares recordings of busy Python programs with what they know of themselves.

Each check takes what starts a target by its name, and the program sonde-cli.
"""

import collections
import pathlib
import re
import subprocess
import time

from pythons import Failed, Target
from shares import bound_variation, count_independent, count_self, merge, variation
from sonde_cli import Recording, read_folded

# How far shares may be from what a program measured itself.
VARIATION_MAX = 0.05

# How many of the samples may be of the few things that a target does besides.
REST_MAX = 0.05

# How far a share may be from that of 1,000 samples of another run on a busy machine. Chance alone
# gives 0.1 at most, once in a million times (Hoeffding), if half of the samples are of waits.
SHARE_APART = 0.2

# Where a thread has no frame, as when it begins.
NOTHING = "[no Python function]"

# Workload → the functions that most of its time is spent in, by the last parts of their names.
SELVES = {
    "small-methods": {"transfer_all", "transfer", "__init__", "add", "part", "is_negative", "put",
                      "take", "can_take"},
    "leaves": {"repeat_leaves", "left", "left_leaf", "right", "right_leaf"},
    "nested-generators": {"walk_trees", "walk", "walk_by_loop", "pairs", "<genexpr>"},
    "objects": {"make_objects", "__init__", "__new__", "__del__", "__post_init__", "__repr__",
                "__lt__", "wrapper"},
}

# What Python and Both may differ by, beyond chance, and with which probability chance alone makes
# them differ by more than it is taken to do.
APART_MAX = 0.02
BY_CHANCE = 1e-6

# So often as this, two samples have some ten rounds of a workload between them.
AGREE_HZ = 4000
AGREE_ROUNDS, AGREE_S = 2, "0.8"

FLIPFLOP = re.compile(r"<module>;main(;dive)*(;spin(;hot_a(;leaf_a)?|;hot_b(;leaf_b)?)?)?")


def _require(condition, text):
    if not condition:
        raise Failed(text)


def _count(stacks, end):
    """Counts the samples of stacks that end with the names of `end`, innermost last."""
    names = tuple(end.split(";"))
    return sum(count for stack, count in stacks.items() if stack[-len(names):] == names)


def _show(stacks):
    frequent = sorted(stacks.items(), key=lambda item: -item[1])[:12]
    return "\n".join(f"{count} {';'.join(stack)}"[:300] for stack, count in frequent)


def _drop_beginning(stacks):
    """Of a target that has just begun: it may still be on its way out of target.ready()."""
    return {stack: n for stack, n in stacks.items() if stack[-1] != "ready"}


def _record(cli, target, *options):
    stacks, stats = cli.record(target.read()["pid"], *options)
    return _drop_beginning(stacks), stats


def _check_flips(stacks, stats, frames="python"):
    names = {"<module>", "main", "dive", "spin", "hot_a", "hot_b", "leaf_a", "leaf_b"}
    whole = sum(stacks.values())
    for stack in stacks:
        python = [name for name in stack if frames == "python" or name in names]
        _require(FLIPFLOP.fullmatch(";".join(python)), f"impossible: {';'.join(stack)}")
        if "spin" in python:
            _require(python.count("dive") == 20, f"depth: {';'.join(stack)}")
    _require(whole >= 500, f"{whole} samples, {stats}")
    kept = whole / (whole + stats["lost"].get("torn", 0))
    _require(kept >= 0.98, f"{kept:.3f} of the stacks were good, {stats}")
    for a, b in (("hot_a", "hot_b"), ("leaf_a", "leaf_b")):
        counts = [sum(count for stack, count in stacks.items() if name in stack)
                  for name in (a, b)]
        # A thread that waits for a processor is seen at one place all the while.
        _require(min(counts) >= 0.02 * max(counts) > 0, f"{a}, {b}: {counts}\n{_show(stacks)}")


def check_flipflop(start, cli, frames="python", rate="10000", seconds="1"):
    """A leaf is only ever below the one function that calls it. Gives the figures."""
    with start("flipflop", "20") as target:
        stacks, stats = _record(cli, target, "--frames", frames, "-r", rate, "-d", seconds)
    _check_flips(stacks, stats, frames)
    return stats


def check_suspended(start, cli):
    """While Ctrl+Z makes Sonde stand still no time passes for it, and it goes on as before."""
    rate, seconds, gap, gaps = 1000, 2, 0.5, 4
    with start("flipflop", "20") as target:
        pid = target.read()["pid"]
        with Recording(cli, pid, "--frames", "python", "-r", rate, "-d", seconds) as recording:
            for _ in range(gaps):
                recording.wait_until_peeking()
                time.sleep(0.2)
                recording.stand_still(gap)
            stacks, stats = recording.finish()
    _check_flips(_drop_beginning(stacks), stats)
    _require(seconds <= stats["duration_s"] < seconds + gap, stats)
    # What was not seen is told as late; what passed before the first look, each time, is not.
    _require(0.7 <= (stats["ticks"] + stats["lost"]["late"]) / (rate * seconds) <= 1.02, stats)


def _check_possible(start, cli, name, pattern, least, *options):
    """Records a target whose stacks all fit a pattern; gives them."""
    with start(name) as target:
        stacks, stats = _record(cli, target, "--frames", "python", "-m", "wall", "-r", "20000",
                                "-d", "0.8", *options)
    stacks.pop((NOTHING,), None)
    for stack in stacks:
        _require(re.fullmatch(pattern, ";".join(stack)), f"impossible: {';'.join(stack)}")
    whole = sum(stacks.values())
    _require(whole >= least, f"{whole} samples, {stats}")
    return stacks


def _share_of_generators(stacks):
    return sum(count for stack, count in stacks.items() if len(stack) > 3) / sum(stacks.values())


def check_turns(start, cli):
    """A generator is only ever below the one that resumes it, and seen as often as it is there."""
    stacks = _check_possible(start, cli, "turns",
                             "<module>;main(;spin(;outer_a(;inner_a(;leaf_a)?)?|"
                             ";outer_b(;inner_b(;leaf_b)?)?)?)?", 500)
    for name in ("leaf_a", "leaf_b"):
        _require(_count(stacks, name) > 0, f"no {name}\n{_show(stacks)}")
    with start("turns") as target:
        stopped, _ = cli.record(target.read()["pid"], "--frames", "both", "-r", "1000", "-d", "1")
    names = "spin outer_a outer_b inner_a inner_b leaf_a leaf_b".split()
    known = {}
    for stack, count in stopped.items():
        python = [name for name in stack if name in ("<module>", "main", *names)]
        known[tuple(python)] = known.get(tuple(python), 0) + count
    seen, true = _share_of_generators(stacks), _share_of_generators(known)
    _require(abs(seen - true) <= SHARE_APART, f"in generators {seen:.3f}, when stopped {true:.3f}")


def check_objects(start, cli):
    """What the interpreter puts between an object and its maker is not seen."""
    stacks = _check_possible(start, cli, "objects", "<module>;main(;spin(;(Thing\\.)?__init__"
                             "(;leaf)?)?)?", 500)
    _require(_count(stacks, "leaf") > 0, f"no leaf\n{_show(stacks)}")


def _count_rungs(stack):
    return sum(name.startswith("rung_") for name in stack)


def _share_of_deep(stacks):
    deep = sum(count for stack, count in stacks.items() if _count_rungs(stack) >= 150)
    return deep / sum(stacks.values())


def check_ladder(start, cli):
    """Every rung is below the one before it, and the inner ones are seen as often as they run."""
    seen = _share_of_deep(_climb(start, cli))
    with start("ladder") as target:
        stopped, _ = cli.record(target.read()["pid"], "--frames", "both", "-d", "1")
    true = _share_of_deep(stopped)
    _require(abs(seen - true) <= SHARE_APART, f"deep {seen:.3f}, when stopped {true:.3f}")


def _climb(start, cli):
    stacks = _check_possible(start, cli, "ladder", "<module>;main(;spin(;.*)?)?", 500)
    for stack in stacks:
        rungs = [name for name in stack[3:] if name.startswith("rung_")]
        _require(rungs == [f"rung_{i}" for i in range(len(rungs))],
                 f"impossible: {';'.join(stack)}")
    return stacks


def check_swarm(start, cli):
    """Threads that come and go are never seen with a stack of another."""
    stacks = _check_possible(start, cli, "swarm",
                             "<module>;main(;(?!task|step).*)?|"
                             "(Thread\\.)?_bootstrap(;(Thread\\.)?_bootstrap_inner"
                             "(;(Thread\\.)?run(;task(;step)?)?|;(?!task|step|run).*)?)?", 100)
    _require(_count(stacks, "task;step") > 0, f"no step\n{_show(stacks)}")


def check_inside(start, cli):
    """A thread that runs an interpreter inside another is one thread with one stack."""
    with start("inside") as target:
        stacks, stats = _record(cli, target, "--frames", "python", "-m", "wall", "-d", "1.5")
    pattern = "<module>;main(;outer(;between|;<module>(;inner(;leaf)?)?)?)?"
    for stack in stacks:
        _require(re.fullmatch(pattern, ";".join(stack)), f"impossible: {';'.join(stack)}")
    whole = sum(stacks.values())
    _require(whole <= 1.02 * stats["ticks"], f"{whole} samples of one thread, {stats}")
    for name in ("outer;between", "outer;<module>;inner;leaf"):
        _require(0.25 * whole <= _count(stacks, name) <= 0.75 * whole, f"{name}\n{_show(stacks)}")


def check_brood(start, cli):
    """A program that forks goes on to be seen, and its children are not."""
    stacks = _check_possible(start, cli, "brood", "<module>;main(;breed(;work)?)?", 500)
    _require(_count(stacks, "breed;work") > 0, f"no work\n{_show(stacks)}")


def check_forked(start, cli):
    """A child is seen whoever has forked it: Python, or C that does not tell Python."""
    for how in ("os", "c"):
        for frames in ("python", "both"):
            with start("forked", how) as target:
                stacks, stats = _record(cli, target, "--frames", frames, "-d", "0.5")
            served = sum(count for stack, count in stacks.items()
                         if [name for name in stack if name in ("<module>", "serve", "spin")] ==
                         ["<module>", "serve", "spin"])
            _require(served >= 100 and served >= 0.98 * sum(stacks.values()),
                     f"{how}, {frames}: {stats}\n{_show(stacks)}")
            _require(stats["unmatched"] == 0, stats)


def check_farewell(start, cli):
    """A run of Python frames is in its own call's place, though that of another has no frame."""
    with start("farewell") as target:
        stacks, stats = _record(cli, target, "--frames", "both", "-d", "1")
    busy = {stack: count for stack, count in stacks.items() if "busy" in stack}
    _require(sum(busy.values()) >= 0.9 * sum(stacks.values()) > 100, f"{stats}\n{_show(stacks)}")
    # What the loop itself calls is further in, and not much.
    outside = {stack: count for stack, count in busy.items()
               if len(stack) > stack.index("busy") + 4}
    _require(sum(outside.values()) <= 0.01 * sum(busy.values()), _show(outside))


def check_greenlets(start, cli):
    """Frames of a coroutine are where it executes them, whatever lies below it on its stack."""
    with start("greenlets") as target:
        pid = target.read()["pid"]
        alone, stats = cli.record(pid, "--frames", "python", "-d", "1")
        stacks, _ = cli.record(pid, "--frames", "both", "-d", "1")
    _require(stats["torn"] <= 0.01 * stats["samples"] and stats["samples"] > 100, stats)
    for caller, stack in (("body_a", ["body_a", "leaf"]),
                          ("body_b", ["body_b", "body_b.<locals>.<lambda>", "leaf"])):
        _require(_count(alone, ";".join(stack)) >= 0.3 * sum(alone.values()), _show(alone))
        ours = {path: count for path, count in stacks.items() if caller in path and "leaf" in path}
        _require(sum(ours.values()) >= 0.3 * sum(stacks.values()) > 100, _show(stacks))
        # What the loop itself calls is further in, and not much.
        outside = {path: count for path, count in ours.items() if path[-1] != "leaf" and
                   len(path) > path.index("leaf") + 3 or path[path.index("leaf") - 1] != stack[-2]}
        _require(sum(outside.values()) <= 0.01 * sum(ours.values()), _show(outside))


def check_hosted(start, cli):
    """What an interpreter does is the thread's that runs it, not of the one that has made it."""
    names = {"host_run", "<module>", "run_main", "main_hot", "sub_main", "inner_hot"}
    for frames in ("python", "both"):
        with start("hosted") as target:
            stacks, stats = _record(cli, target, "--frames", frames, "-d", "1")
        shown = collections.Counter()
        for stack, count in stacks.items():
            shown[";".join(name for name in stack if name in names)] += count
        for ours in ("<module>;run_main;main_hot", "host_run;<module>;sub_main;inner_hot"):
            _require(shown[ours] >= 0.2 * sum(shown.values()) > 100, f"{frames}: {shown}, {stats}")
        _require(not any("main_hot" in path and "sub_main" in path for path in shown),
                 f"{frames}: {shown}")


def check_roaming(start, cli):
    """An interpreter that goes from one thread to another is each time that one's at once."""
    for frames in ("python", "both"):
        with start("roaming") as target:
            stacks, stats = _record(cli, target, "--frames", frames, "-d", "3")
        shown = collections.Counter()
        for stack, count in stacks.items():
            hosts = [name for name in stack if name in ("run_one", "run_two")]
            shown[";".join(hosts) if "inner_hot" in stack else "out of it"] += count
        for host in ("run_one", "run_two"):
            _require(shown[host] >= 0.35 * sum(shown.values()) > 300, f"{frames}: {shown}, {stats}")
        _require(set(shown) <= {"run_one", "run_two", "out of it"}, f"{frames}: {shown}, {stats}")


def check_strange(start, cli):
    """That a thread is not found whose Python runs is said, at the end."""
    with start("strange") as target:
        pid = target.read()["pid"]
        stacks, stats = cli.record(pid, "--frames", "python", "-d", "0.5")
        with cli.start("record", "-p", pid, "--frames", "python", "-d", "0.1") as program:
            said = program.communicate()[1].decode().splitlines()
    _require(_count(stacks, "<module>;spin") > 0, _show(stacks))
    _require(not any("hide" in stack for stack in stacks), _show(stacks))
    _require(stats["unmatched"] == 1, stats)
    _require("1 thread " in said[-1], said)


def check_reborn(start, cli):
    """What a program becomes with exec() is seen too, wherever its Python lies then."""
    with start("reborn") as target, Recording(cli, target.read()["pid"], "--frames",
                                              "python") as recording:
        recording.wait_until_peeking()
        target.tell("begin")
        stacks, _ = recording.finish()
    for name in ("main;first", "main;second"):
        _require(_count(stacks, name) >= 100, f"no {name}\n{_show(stacks)}")


def check_departed(start, cli):
    """A program of Python that becomes a native one with exec() is looked at as that, and stays."""
    with start("departed", "0.7") as target:
        stacks, stats = cli.record(target.read()["pid"], "-m", "wall", "-d", "2")
    _require(stats["frames"] == "native" and stats["execs"] == 1, stats)
    programs = {}
    for stack, count in stacks.items():
        programs[stack[0]] = programs.get(stack[0], 0) + count
    _require(len(programs) == 2, programs)
    shell = pathlib.Path("/bin/sh").resolve().name
    _require(programs.get(f"[exec {shell}]", 0) > 500, programs)
    before = sum(count for stack, count in stacks.items() if stack[1:] == ("<module>",))
    _require(before > 200, f"before: {before}\n{_show(stacks)}")


def check_crowd(start, cli):
    """Many threads in a namespace of their own, as in a container, do not keep it from looking."""
    apart = ["unshare", "--user", "--map-root-user", "--pid", "--fork"]
    if subprocess.run([*apart, "true"], check=False, capture_output=True).returncode != 0:
        apart = []
    with Target(*apart, *start.command("crowd", "400")) as target:
        target.read()
        children = pathlib.Path(f"/proc/{target.pid}/task/{target.pid}/children").read_text("ascii")
        pid = int(children) if apart else target.pid
        stacks, stats = cli.record(pid, "--frames", "python", "-d", "2")
    # With the sanitizers a tick with 400 threads takes some milliseconds.
    _require(stats["ticks"] > 100 and _count(stacks, "main") > 100, stats)


def check_launch(start, cli):
    """A Python that begins and ends while it is looked at does no harm and comes to none."""
    stacks = {}
    for frames in 4 * ("python", "both"):
        stacks.update(read_folded(cli.run("record", "--frames", frames, "-r", "5000", "--",
                                          *start.command("brief"))))
    _require(_count(stacks, "<module>;main;work") > 0, f"no work\n{_show(stacks)}")


def _count_held(told):
    """Gives the share of the time in which a thread of contention.py had the lock, and a CPU."""
    real = told.pop("real")
    return sum(told.values()) / real


def check_threads(start, cli):
    """Of four threads three are busy, and one of those holds the lock at nearly all times."""
    with start("contention", "3") as target:
        pid = target.read()["pid"]
        wall, _ = cli.record(pid, "--frames", "python", "-m", "wall", "-t", "-d", "1")
        held, stats = cli.record(pid, "--frames", "python", "-m", "gil", "-t", "-d", "1.5")
        told = _count_held(target.finish())
    main = sum(count for stack, count in wall.items() if stack[-1] == "main")
    _require(0.2 <= main / sum(wall.values()) <= 0.3, f"main thread {main}\n{_show(wall)}")
    _require(all("work" in stack for stack in held), f"not busy\n{_show(held)}")
    share = sum(held.values()) / stats["ticks"]
    _require(told - 0.1 <= share <= 1.02,
             f"the lock was held {share:.3f} of the time, told {told:.3f}\n{_show(held)}")


def check_wanted(start, cli):
    """Of four threads three want the lock, and one of those has it at nearly all times."""
    seen = []
    with start("contention", "3") as target:
        pid = target.read()["pid"]
        for frames in ("python", "both"):
            _, stats = cli.record(pid, "--frames", frames, "-m", "wall", "-d", "1.5")
            whole = sum(stats["gil"].values())
            seen.append([stats["gil"][what] / whole for what in ("has", "wants")])
        told = _count_held(target.finish()) / 4
    for has, wants in seen:
        # On a busy machine the lock is at times with nobody, until one who woke has a CPU.
        _require(told - 0.03 <= has <= 0.26 and 0.72 <= has + wants <= 0.77,
                 f"told {told:.3f}, has and wants: {seen}")


def _read_present_ns(pid):
    """Gives for how long the threads of a process ran or waited for a CPU, all together."""
    texts = [path.read_text(encoding="ascii").split()
             for path in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")]
    return sum(int(ran) + int(waited) for ran, waited, _ in texts)


def check_present(start, cli):
    """Threads that hand a lock on are seen awake for as long as the kernel says that they are."""
    with start("contention", "3") as target:
        pid = target.read()["pid"]
        present_ns, begin_ns = _read_present_ns(pid), time.monotonic_ns()
        stacks, stats = cli.record(pid, "--frames", "python", "-d", "2")
        present_ns = _read_present_ns(pid) - present_ns
        true = present_ns / (time.monotonic_ns() - begin_ns)
    seen = sum(stacks.values()) / stats["ticks"]
    # Who waits while Sonde has the CPU waits in the kernel's figures.
    taken = stats["sampler_cpu_s"] / stats["duration_s"]
    _require(-0.1 - taken <= seen - true <= 0.1,
             f"{true:.3f} threads were awake, seen {seen:.3f}, taken {taken:.3f}\n{_show(stacks)}")


def check_napping(start, cli):
    """Who sleeps each time one looks is seen where it sleeps now, not where it once slept."""
    with start("napping") as target:
        stacks, _ = cli.record(target.read()["pid"], "--frames", "python", "-m", "wall", "-t",
                               "-d", "1.5")
        told = target.finish()
    for thread, naps in told.items():
        mine = {stack: n for stack, n in stacks.items() if stack[0] == thread}
        _require(mine, f"no samples of {thread}\n{_show(stacks)}")
        for name, true_ns in naps.items():
            seen = sum(n for stack, n in mine.items() if name in stack) / sum(mine.values())
            true = true_ns / sum(naps.values())
            _require(abs(seen - true) <= 0.15, f"{thread}: {name} took {true:.3f} of its time, "
                                               f"seen {seen:.3f}\n{_show(mine)}")


def check_parallel(start, cli):
    """Without a lock threads run at once, and none has it or wants it."""
    with start("contention", "2") as target:
        pid = target.read()["pid"]
        cpu, stats = cli.record(pid, "--frames", "python", "-m", "cpu", "-t", "-d", "1.5")
        held, _ = cli.record(pid, "--frames", "python", "-m", "gil", "-d", "0.5")
    _require(not held and stats["gil"]["has"] == stats["gil"]["wants"] == 0, stats)
    for name in ("busy-1", "busy-2"):
        share = sum(n for stack, n in cpu.items() if stack[0] == name) / stats["ticks"]
        _require(0.9 <= share <= 1.02, f"{name} ran {share:.3f} of the time\n{_show(cpu)}")


def check_names(start, cli):
    """A thread is counted under the last of its names, as Python has them, whatever frames."""
    for frames in ("python", "both", "native"):
        with start("renamed") as target:
            wall, _ = cli.record(target.read()["pid"], "--frames", frames, "-m", "wall", "-t",
                                 "-d", "2.5")
        seen = {stack[0] for stack in wall}
        _require(seen == {"MainThread", "a name of more than fifteen bytes: second", "late"},
                 f"{frames}: {sorted(seen)}\n{_show(wall)}")


def check_released(start, cli):
    """In C without the lock a thread runs, and does not have the lock."""
    with start("released") as target:
        pid = target.read()["pid"]
        cpu, _ = cli.record(pid, "--frames", "python", "-m", "cpu", "-d", "1")
        gil, _ = cli.record(pid, "--frames", "python", "-m", "gil", "-d", "1")
        told = target.finish()
    true = told["hold"] / sum(told.values())
    hold, release = _count(cpu, "main;hold"), _count(cpu, "main;release")
    _require(hold + release >= (1 - REST_MAX) * sum(cpu.values()), _show(cpu))
    _require(abs(hold / (hold + release) - true) <= 0.15,
             f"hold {hold}, release {release}, told {true:.3f}")
    held, free = _count(gil, "main;hold"), _count(gil, "main;release")
    _require(held >= 300, f"held {held}\n{_show(gil)}")
    _require(free <= 0.02 * held, f"without the lock, yet with it: {free} of {held}")


def check_frameless(start, cli):
    """A thread in C that no function of Python called has a row, so that shares add up."""
    with start("frameless") as target:
        stacks, stats = _record(cli, target, "--frames", "python", "-m", "wall", "-d", "1")
    whole, nothing = sum(stacks.values()), stacks.get((NOTHING,), 0)
    _require(0.45 * whole <= nothing <= 0.55 * whole > 0, _show(stacks))
    _require(whole == stats["samples"] - stats["truncated"], f"{whole} in stacks, {stats}")


def check_garbage(start, cli):
    """The collector's share is what the program measured."""
    with start("garbage") as target:
        stacks, stats = cli.record(target.read()["pid"], "--frames", "python", "-d", "1.5")
        told = target.finish()
    true, seen = told["gc_ns"] / told["real_ns"], stats["gc"] / stats["samples"]
    _require(abs(seen - true) <= 0.1, f"collecting {seen:.3f} of the time, told {true:.3f}")
    _require(_count(stacks, "<module>;main") + _count(stacks, "main;litter") >=
             (1 - REST_MAX) * sum(stacks.values()), _show(stacks))


def check_maker(start, cli):
    """Functions that live for a moment, in memory that is used again and again."""
    allowed = re.compile(r"<module>;main(;run(;<module>|;made_\d+(;work)?)?)?")
    with start("maker") as target:
        stacks, _ = _record(cli, target, "--frames", "python", "-r", "5000", "-d", "1")
    for stack in stacks:
        _require(allowed.fullmatch(";".join(stack)), f"impossible: {';'.join(stack)}")
    made = {name for stack in stacks for name in stack if name.startswith("made_")}
    _require(len(made) >= 100, f"{len(made)} functions\n{_show(stacks)}")
    _require(_count(stacks, "work") >= 0.1 * sum(stacks.values()), _show(stacks))


def check_shares(start, cli, duration="3", mode="cpu"):
    """Shares of functions are what the program measured with the clock of its thread.

    What CPU mode counts is the time in which a thread runs or is ready to, whatever else runs. A
    sample errs by one at each change of function, as often up as down; and the program has run
    longer than it was looked at.
    """
    names = ("spin_small", "spin_medium", "spin_large")
    with start("shares") as target:
        stacks, stats = cli.record(target.read()["pid"], "--frames", "python", "-m", mode,
                                   "-r", "1000", "-d", duration)
        told = target.finish()
    counts = {name: _count(stacks, name) for name in names}
    whole = sum(counts.values())
    _require(whole >= (1 - REST_MAX) * sum(stacks.values()), _show(stacks))
    _require(500 <= whole / stats["duration_s"] <= 1020, f"{whole} samples, {stats}")
    true_ns = sum(real_ns for _, real_ns in told.values())
    true = {name: told[name][1] / true_ns for name in names}
    seen = {name: count / whole for name, count in counts.items()}
    apart = variation(seen, true)
    _require(apart <= VARIATION_MAX, f"{apart:.3f} apart: seen {seen}, true {true}")


def check_agrees(start, cli, workload):
    """Shares of functions are those of samples that stop their threads, of the same process.

    Python and Both are recorded in turn. Of n samples each, in k kinds (the functions of SELVES and
    all others together), the total variation of two recordings that agree exceeds
    sqrt((k ln 2 + ln 1000000) / n) less than once in a million times, whatever the shares are (see
    bound_variation()). That is 0.06 where n is 6,000 and k is 10. APART_MAX comes on top. Samples
    are as good as independent, but for those of a time in which the program waited for a CPU. It
    tells how long it did, and n is smaller by that (see count_independent()).
    """
    kinds = SELVES[workload]
    counts = {"python": collections.Counter(), "both": collections.Counter()}
    with start("workloads", workload) as target:
        report = target.read()
        for frames in AGREE_ROUNDS * tuple(counts):
            stacks, _ = cli.record(report["pid"], "--frames", frames, "-r", AGREE_HZ, "-d",
                                   AGREE_S)
            names = set(report["names"]) if frames == "both" else None
            counts[frames] += merge(count_self(stacks, names), kinds)
        gaps_s2 = target.finish()["gaps_s2"]
    peeked, stopped = counts.values()
    wholes = [sum(peeked.values()), sum(stopped.values())]
    _require(min(wholes) >= 1000, f"{wholes} samples")
    independent = [count_independent(whole, AGREE_HZ, gaps_s2) for whole in wholes]
    apart = variation(peeked, stopped)
    bound = APART_MAX + bound_variation(len(kinds) + 1, *independent, BY_CHANCE)
    shares = {name: f"{peeked[name] / wholes[0]:.3f} {stopped[name] / wholes[1]:.3f}"
              for name in {*peeked, *stopped}}
    _require(apart <= bound, f"apart by {apart:.3f}, at most {bound:.3f}: python, both {shares}")
