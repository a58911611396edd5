#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""complete.py ROOT BUILD: no test, source, string, template or option was forgotten."""

import json
import pathlib
import re
import sys
import xml.etree.ElementTree as tree

import tap

# _() is written without a space before its parenthesis, the others with one.
STRINGS = re.compile(r"(?<!\w)(N?C?_|ngettext|g_dngettext|g_dpgettext2?) ?\(")


def find_unwired_tests(root, build):
    """A test program that meson does not run holds nothing."""
    commands = ""
    for name in ("intro-tests.json", "intro-benchmarks.json"):
        commands += (build / "meson-info" / name).read_text(encoding="utf-8")
    sources = tap.list_files(root, "tests/unit/test-*", "tests/live/test-*", "tests/display/test-*",
                             "tests/style/*.py", "tests/bench/bench-*", "tests/fuzz/fuzz-*.c")
    return [str(path) for path in sources
            if path.name != "tap.py" and f"/{path.stem}" not in commands]


def find_unlisted_sources(root, build):
    targets = json.loads((build / "meson-info/intro-targets.json").read_text(encoding="utf-8"))
    built = {source for target in targets for group in target["target_sources"]
             for source in group.get("sources", [])}
    return [str(path) for path in tap.list_files(root, "src/*/*.c")
            if str((root / path).resolve()) not in built]


def read_potfiles(root):
    lines = (root / "po/POTFILES").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def find_unlisted_strings(root):
    listed = read_potfiles(root)
    faults = [f"po/POTFILES: {name} does not exist"
              for name in listed if not (root / name).is_file()]
    if listed != sorted(listed):
        faults.append("po/POTFILES is not sorted")
    for path in tap.list_files(root, "src/*/*.[ch]", "*.ui", "data/*.in", "data/*.gschema.xml"):
        text = (root / path).read_text(encoding="utf-8")
        if path.suffix in {".c", ".h"}:
            has_strings = STRINGS.search(text) is not None
        elif path.suffix == ".ui":
            has_strings = 'translatable="yes"' in text
        else:
            has_strings = not path.match("*.service.in")
        if has_strings and str(path) not in listed:
            faults.append(f"po/POTFILES: {path} is missing")
        elif not has_strings and str(path) in listed:
            faults.append(f"po/POTFILES: {path} has no strings")
    return faults


def render_synopsis(text):
    """Gives the lines of the synopsis as they are printed, without bold and italics."""
    synopsis = text.partition(".SH SYNOPSIS\n")[2].partition("\n.SH ")[0]
    lines = [""]
    for line in synopsis.splitlines():
        line = re.sub(r"\\f[BIR]", "", line).replace(r"\-", "-")
        macro = re.match(r"\.([A-Za-z]+) ?", line)
        words = line[macro.end():] if macro else line
        if macro and macro[1] == "br":
            lines.append("")
            continue
        # Of two letters, fonts take turns and the words are joined.
        lines[-1] += " " + (words.replace(" ", "") if macro and len(macro[1]) == 2 else words)
    return [line.strip() for line in lines]


def find_untold_options(root):
    """The synopsis of the manual page is what --help prints."""
    source = (root / "src/cli/options.c").read_text(encoding="utf-8")
    page = (root / "data/sonde-cli.1").read_text(encoding="utf-8")
    told = [line.translate(str.maketrans("{}", "()")) for line in render_synopsis(page)]
    entries = re.findall(r'{ SONDE_COMMAND_\w+, "(\w+)",((?:\s*"[^"]*")+),', source)
    usages = [" ".join(("sonde-cli", name, "".join(re.findall(r'"([^"]*)"', usage))))
              for name, usage in entries]
    return [f"data/sonde-cli.1: no “{usage}”" for usage in usages if usage not in told] + \
        ([] if usages else ["src/cli/options.c: no usage found"])


def check_template(root, path, resources, classes):
    text = (root / path).read_text(encoding="utf-8")
    try:
        document = tree.fromstring(text)
    except tree.ParseError as error:
        return [f"{path}: {error}"]

    faults = []
    identifiers = [node.get("id") for node in document.iter() if node.get("id")]
    faults += [f"{path}: id {name} twice"
               for name in sorted(set(identifiers)) if identifiers.count(name) > 1]
    if path.name not in resources:
        faults.append(f"{path}: in no *.gresource.xml")
    for template in document.iter("template"):
        if template.get("class") not in classes:
            faults.append(f"{path}: no class {template.get('class')} in src/widgets or src/app")
    for node in document.iter("property"):
        if node.get("translatable") == "yes" and not (node.text or "").strip():
            faults.append(f"{path}: an empty string to translate")
    return faults


def find_bad_templates(root):
    resources = "".join((root / path).read_text(encoding="utf-8")
                        for path in tap.list_files(root, "*.gresource.xml"))
    classes = set()
    for path in tap.list_files(root, "src/widgets/*.c", "src/app/*.c"):
        text = (root / path).read_text(encoding="utf-8")
        classes.update(re.findall(r"G_DEFINE_(?:FINAL_)?TYPE(?:_WITH_CODE)? \((\w+)", text))
    return [fault for path in tap.list_files(root, "ui/*.ui", "ui/*/*.ui")
            for fault in check_template(root, path, resources, classes)]


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    return tap.finish({
        "tests-wired": find_unwired_tests(root, build),
        "sources-listed": find_unlisted_sources(root, build),
        "potfiles": find_unlisted_strings(root),
        "templates": find_bad_templates(root),
        "manual": find_untold_options(root),
    })


sys.exit(main())
