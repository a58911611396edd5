#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-offsets.py [--free-threaded] [--debug-offsets|--recordings] FOLDER…: writes a table.

Each FOLDER holds the headers of one CPython, as /usr/include/python3.12 does. A small C program
is compiled against each, with the macro that lets it see the insides, and prints where the
fields are: offsets-table.inc. --free-threaded adds the build without a global lock, where the
version has one (3.13 and newer).

  src/python/make-offsets.py --free-threaded \\
    ~/.pyenv/versions/3.*/include/python3.* /usr/include/python3.14 > src/python/offsets-table.inc

With --debug-offsets it writes debug-offsets-table.inc instead: where _Py_DebugOffsets, which the
target itself has since 3.13, tells these fields. With --recordings it prints what a target of 3.14
or newer has there, for tests/unit/fixtures/debug-offsets.inc, and how many words on stderr.

pyconfig.h of Debian names a folder beside FOLDER; that is given to the compiler too.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap

# The flags of struct SondePythonOffsets: the first version that has each in this way; one that was
# not there yet, or is None, is FALSE.
FLAGS = {
    "tells_offsets": {(3, 13): "TRUE"},
    "frames_are_objects": {(3, 8): "TRUE", (3, 11): None},
    "instruction_is_address": {(3, 11): "TRUE"},
    "instruction_is_count": {(3, 10): "TRUE", (3, 11): None},
    "has_shims": {(3, 12): "TRUE"},
    "code_is_tagged": {(3, 14): "TRUE"},
    "stacktop_is_address": {(3, 14): "TRUE"},
    "bytecode_is_in_place": {(3, 11): "TRUE"},
    "line_table": {(3, 8): "SONDE_PYTHON_LINES_STEPS", (3, 10): "SONDE_PYTHON_LINES_RANGES",
                   (3, 11): "SONDE_PYTHON_LINES_ENTRIES"},
    "text_has_old_form": {(3, 8): "TRUE", (3, 12): None},
}

# Its other groups. A field: the first version it is there in this way, and its expression in C;
# None from a version that has it no more. "T.f" is offsetof (T, f), and "=" begins any other
# expression.
FIELDS = {
    "runtime": {
        "interpreters_head": {(3, 8): "_PyRuntimeState.interpreters.head"},
        "finalizing": {(3, 8): "_PyRuntimeState.finalizing", (3, 9): "_PyRuntimeState._finalizing"},
        "gil": {(3, 8): "_PyRuntimeState.ceval.gil", (3, 12): None},
        "gc_collecting": {(3, 8): "_PyRuntimeState.gc.collecting", (3, 9): None},
    },
    "interpreter": {
        "next": {(3, 8): "PyInterpreterState.next"},
        "id": {(3, 8): "PyInterpreterState.id"},
        "threads_head": {(3, 8): "PyInterpreterState.tstate_head",
                         (3, 11): "PyInterpreterState.threads.head"},
        "gil": {(3, 12): "PyInterpreterState.ceval.gil"},
        "gc_collecting": {(3, 9): "PyInterpreterState.gc.collecting"},
        "modules": {(3, 8): "PyInterpreterState.modules",
                    (3, 12): "PyInterpreterState.imports.modules"},
    },
    "gil": {
        "enabled": {(3, 13): "FREE struct _gil_runtime_state.enabled"},
        "last_holder": {(3, 8): "struct _gil_runtime_state.last_holder"},
        "locked": {(3, 8): "struct _gil_runtime_state.locked"},
        "switch_number": {(3, 8): "struct _gil_runtime_state.switch_number"},
        "size": {(3, 8): "=sizeof (struct _gil_runtime_state)"},
    },
    "thread": {
        "next": {(3, 8): "PyThreadState.next"},
        "interp": {(3, 8): "PyThreadState.interp"},
        "frame": {(3, 8): "PyThreadState.frame", (3, 11): "PyThreadState.cframe",
                  (3, 13): "PyThreadState.current_frame"},
        "thread_id": {(3, 8): "PyThreadState.thread_id"},
        "native_thread_id": {(3, 11): "PyThreadState.native_thread_id"},
    },
    "cframe": {
        "current_frame": {(3, 11): "_PyCFrame.current_frame", (3, 13): None},
        "previous": {(3, 11): "_PyCFrame.previous", (3, 13): None},
        "outermost": {(3, 11): "PyThreadState.root_cframe", (3, 13): None},
    },
    "frame": {
        "code": {(3, 8): "PyFrameObject.f_code", (3, 11): "_PyInterpreterFrame.f_code",
                 (3, 13): "_PyInterpreterFrame.f_executable"},
        "previous": {(3, 8): "PyFrameObject.f_back", (3, 11): "_PyInterpreterFrame.previous"},
        "instruction": {(3, 8): "PyFrameObject.f_lasti",
                        (3, 11): "_PyInterpreterFrame.prev_instr",
                        (3, 13): "_PyInterpreterFrame.instr_ptr"},
        "owner": {(3, 11): "_PyInterpreterFrame.owner"},
        "is_entry": {(3, 11): "_PyInterpreterFrame.is_entry", (3, 12): None},
        "stacktop": {(3, 11): "_PyInterpreterFrame.stacktop",
                     (3, 14): "_PyInterpreterFrame.stackpointer"},
        "localsplus": {(3, 8): "PyFrameObject.f_localsplus",
                       (3, 11): "_PyInterpreterFrame.localsplus"},
    },
    "code": {
        "filename": {(3, 8): "PyCodeObject.co_filename"},
        "name": {(3, 8): "PyCodeObject.co_name"},
        "qualname": {(3, 11): "PyCodeObject.co_qualname"},
        "firstlineno": {(3, 8): "PyCodeObject.co_firstlineno"},
        "linetable": {(3, 8): "PyCodeObject.co_lnotab", (3, 10): "PyCodeObject.co_linetable"},
        "bytecode": {(3, 8): "PyCodeObject.co_code", (3, 11): "PyCodeObject.co_code_adaptive"},
        "tlbc": {(3, 14): "FREE PyCodeObject.co_tlbc"},
    },
    "object": {
        "type": {(3, 8): "PyObject.ob_type"},
        "size": {(3, 8): "PyVarObject.ob_size"},
    },
    "type": {
        "name": {(3, 8): "PyTypeObject.tp_name"},
        "flags": {(3, 8): "PyTypeObject.tp_flags"},
        "basic_size": {(3, 8): "PyTypeObject.tp_basicsize"},
        "dict_offset": {(3, 8): "PyTypeObject.tp_dictoffset"},
        "cached_keys": {(3, 8): "PyHeapTypeObject.ht_cached_keys"},
    },
    "bytes": {
        "data": {(3, 8): "PyBytesObject.ob_sval"},
    },
    "unicode": {
        "length": {(3, 8): "PyASCIIObject.length"},
        "state": {(3, 8): "PyASCIIObject.state"},
        "kind_shift": {(3, 8): "=find_bit (kind)"},
        "compact_shift": {(3, 8): "=find_bit (compact)"},
        "ascii_shift": {(3, 8): "=find_bit (ascii)"},
        "ascii_data": {(3, 8): "=sizeof (PyASCIIObject)"},
        "compact_data": {(3, 8): "=sizeof (PyCompactUnicodeObject)"},
    },
    "tuple": {
        "data": {(3, 8): "PyTupleObject.ob_item"},
    },
    "list": {
        "data": {(3, 8): "PyListObject.ob_item"},
    },
    "number": {
        "tag": {(3, 12): "PyLongObject.long_value.lv_tag"},
        "digits": {(3, 8): "struct _longobject.ob_digit",
                   (3, 12): "PyLongObject.long_value.ob_digit"},
    },
    "dict": {
        "keys": {(3, 8): "PyDictObject.ma_keys"},
        "values": {(3, 8): "PyDictObject.ma_values"},
    },
    # Up to 3.10 it is in Objects/dict-common.h, which is not installed: five words, then indices.
    "dict_keys": {
        "size": {(3, 8): "=8", (3, 11): None},
        "log2_index_bytes": {(3, 11): "PyDictKeysObject.dk_log2_index_bytes"},
        "kind": {(3, 11): "PyDictKeysObject.dk_kind"},
        "count": {(3, 8): "=32", (3, 11): "PyDictKeysObject.dk_nentries"},
        "indices": {(3, 8): "=40", (3, 11): "PyDictKeysObject.dk_indices"},
    },
    "dict_values": {
        "valid": {(3, 13): "PyDictValues.valid"},
        "data": {(3, 8): "=0", (3, 11): "PyDictValues.values"},
    },
    # The attributes of an instance lie before it: a pointer so many bytes before.
    "instance": {
        "values_before": {(3, 11): "=4 * sizeof (PyObject *)", (3, 12): None},
        "dict_before": {(3, 11): "=3 * sizeof (PyObject *)", (3, 13): "=-MANAGED_DICT_OFFSET"},
    },
    # Up to 3.9 it is in Objects/moduleobject.c: the first word after the head.
    "module": {
        "dict": {(3, 8): "=sizeof (PyObject)", (3, 10): "PyModuleObject.md_dict"},
    },
    "owner_values": {
        "generator_owner": {(3, 11): "=FRAME_OWNED_BY_GENERATOR"},
        "object_owner": {(3, 11): "=FRAME_OWNED_BY_FRAME_OBJECT"},
    },
}

# Where _Py_DebugOffsets, at the start of _PyRuntime, tells a field: "WORD in SIZE", where SIZE is
# the size of the whole struct, "WORD + WORD in SIZE", "WORD - WORD in SIZE".
DEBUG_SINCE = (3, 13)
DEBUG_FIELDS = {
    "runtime.interpreters_head": {(3, 13): "runtime_state.interpreters_head in runtime_state.size"},
    "runtime.finalizing": {(3, 13): "runtime_state.finalizing in runtime_state.size"},
    "interpreter.next": {(3, 13): "interpreter_state.next in interpreter_state.size"},
    "interpreter.id": {(3, 13): "interpreter_state.id in interpreter_state.size"},
    "interpreter.threads_head": {
        (3, 13): "interpreter_state.threads_head in interpreter_state.size"},
    "interpreter.gil": {(3, 13): "interpreter_state.ceval_gil in interpreter_state.size"},
    "interpreter.gc_collecting": {
        (3, 13): "interpreter_state.gc + gc.collecting in interpreter_state.size"},
    "interpreter.modules": {
        (3, 13): "interpreter_state.imports_modules in interpreter_state.size"},
    "gil.enabled": {
        (3, 13): "FREE interpreter_state.gil_runtime_state_enabled in interpreter_state.size"},
    "gil.last_holder": {
        (3, 13): "interpreter_state.gil_runtime_state_holder - interpreter_state.gil_runtime_state"
                 " in interpreter_state.size"},
    "gil.locked": {
        (3, 13): "interpreter_state.gil_runtime_state_locked - interpreter_state.gil_runtime_state"
                 " in interpreter_state.size"},
    "thread.next": {(3, 13): "thread_state.next in thread_state.size"},
    "thread.interp": {(3, 13): "thread_state.interp in thread_state.size"},
    "thread.frame": {(3, 13): "thread_state.current_frame in thread_state.size"},
    "thread.thread_id": {(3, 13): "thread_state.thread_id in thread_state.size"},
    "thread.native_thread_id": {(3, 13): "thread_state.native_thread_id in thread_state.size"},
    "frame.code": {(3, 13): "interpreter_frame.executable in interpreter_frame.size"},
    "frame.previous": {(3, 13): "interpreter_frame.previous in interpreter_frame.size"},
    "frame.instruction": {(3, 13): "interpreter_frame.instr_ptr in interpreter_frame.size"},
    "frame.owner": {(3, 13): "interpreter_frame.owner in interpreter_frame.size"},
    "frame.stacktop": {(3, 14): "interpreter_frame.stackpointer in interpreter_frame.size"},
    "frame.localsplus": {(3, 13): "interpreter_frame.localsplus in interpreter_frame.size"},
    "code.filename": {(3, 13): "code_object.filename in code_object.size"},
    "code.name": {(3, 13): "code_object.name in code_object.size"},
    "code.qualname": {(3, 13): "code_object.qualname in code_object.size"},
    "code.firstlineno": {(3, 13): "code_object.firstlineno in code_object.size"},
    "code.linetable": {(3, 13): "code_object.linetable in code_object.size"},
    "code.bytecode": {(3, 13): "code_object.co_code_adaptive in code_object.size"},
    "code.tlbc": {(3, 14): "FREE code_object.co_tlbc in code_object.size"},
    "object.type": {(3, 13): "pyobject.ob_type in pyobject.size"},
    "object.size": {(3, 13): "tuple_object.ob_size in tuple_object.size"},
    "type.name": {(3, 13): "type_object.tp_name in type_object.size"},
    "type.flags": {(3, 13): "type_object.tp_flags in type_object.size"},
    "type.basic_size": {(3, 15): "type_object.tp_basicsize in type_object.size"},
    "type.dict_offset": {(3, 15): "type_object.tp_dictoffset in type_object.size"},
    "type.cached_keys": {(3, 15): "heap_type_object.ht_cached_keys in heap_type_object.size"},
    "list.data": {(3, 13): "list_object.ob_item in list_object.size"},
    "number.tag": {(3, 13): "long_object.lv_tag in long_object.size"},
    "number.digits": {(3, 13): "long_object.ob_digit in long_object.size"},
    "dict.keys": {(3, 13): "dict_object.ma_keys in dict_object.size"},
    "dict.values": {(3, 13): "dict_object.ma_values in dict_object.size"},
    "bytes.data": {(3, 13): "bytes_object.ob_sval in bytes_object.size"},
    "unicode.length": {(3, 13): "unicode_object.length in unicode_object.size"},
    "unicode.state": {(3, 13): "unicode_object.state in unicode_object.size"},
    "unicode.ascii_data": {(3, 13): "unicode_object.asciiobject_size in unicode_object.size"},
    "unicode.compact_data": {
        (3, 15): "unicode_object.compactunicodeobject_size in unicode_object.size"},
    "tuple.data": {(3, 13): "tuple_object.ob_item in tuple_object.size"},
}

# Headers by the first version that has them.
HEADERS = {
    (3, 8): ["Python.h", "frameobject.h", "internal/pycore_pystate.h"],
    (3, 9): ["internal/pycore_interp.h", "internal/pycore_runtime.h", "internal/pycore_gil.h"],
    (3, 10): ["internal/pycore_moduleobject.h"],
    (3, 11): ["internal/pycore_frame.h", "internal/pycore_code.h",
              "internal/pycore_dict.h", "internal/pycore_object.h"],
    (3, 14): ["internal/pycore_interp_structs.h", "internal/pycore_interpframe_structs.h",
              "internal/pycore_tstate.h", "internal/pycore_debug_offsets.h"],
}

# Since this version a macro says what _Py_DebugOffsets is in a target.
RECORDING_SINCE = (3, 14)
RECORDING = """
  static const _Py_DebugOffsets recording = _Py_DebugOffsets_INIT (_Py_Debug_Cookie);

  for (size_t i = 0; i < sizeof recording / 8; i++)
    printf ("recording %zu %lu\\n", i, ((const unsigned long *) &recording)[i]);
"""

PROGRAM = """
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Where the lowest bit of a field of a string's state lies in the first 32 bits of it. */
#define find_bit(field) __extension__ ({ \\
  PyASCIIObject object; unsigned int word; \\
  memset (&object, 0, sizeof object); \\
  object.state.field = 1; \\
  memcpy (&word, &object.state, sizeof word); \\
  __builtin_ctz (word); })

int
main (void)
{
  printf ("%s %d %d\\n", PY_VERSION, PY_MAJOR_VERSION, PY_MINOR_VERSION);
"""


def read_version(folder):
    text = (folder / "patchlevel.h").read_text(encoding="utf-8")
    return tuple(int(re.search(rf"define PY_{part}_VERSION\s+(\d+)", text)[1])
                 for part in ("MAJOR", "MINOR"))


def choose(ways, version, free_threaded):
    """Returns what stands for a field in a version, or None if it has none."""
    found = None
    for since, way in sorted(ways.items()):
        if since <= version:
            found = way
    if found and found.startswith("FREE "):
        found = found[len("FREE "):] if free_threaded else None
    return found


def make_expression(ways, version, free_threaded):
    found = choose(ways, version, free_threaded)
    if found is None:
        return None
    if found.startswith("="):
        return found[1:]
    kind, _, field = found.partition(".")
    return f"offsetof ({kind}, {field})"


def split_debug_field(way):
    """"a.b + c.d in e.f" → "a.b", "+", "c.d", "e.f"."""
    match = re.fullmatch(r"(\S+)(?: ([-+]) (\S+))? in (\S+)", way)
    return match[1], match[2], match[3], match[4]


def list_debug_words(version, free_threaded):
    words = set()
    if version >= DEBUG_SINCE:
        for ways in DEBUG_FIELDS.values():
            way = choose(ways, version, free_threaded)
            if way:
                first, _, second, size = split_debug_field(way)
                words |= {word for word in (first, second, size) if word}
    return sorted(words)


def make_program(version, free_threaded):
    lines = ["#define Py_BUILD_CORE 1"]
    if free_threaded:
        lines.append("#define Py_GIL_DISABLED 1")
    for since, headers in sorted(HEADERS.items()):
        if since <= version:
            lines += [f'#include "{header}"' for header in headers]
    lines.append(PROGRAM)
    for group, fields in FIELDS.items():
        for field, ways in fields.items():
            expression = make_expression(ways, version, free_threaded)
            if expression:
                lines.append(f'  printf ("{group} {field} %ld\\n", (long) ({expression}));')
    for word in list_debug_words(version, free_threaded):
        lines.append(f'  printf ("debug {word} %ld\\n",'
                     f' (long) offsetof (_Py_DebugOffsets, {word}));')
    if version >= RECORDING_SINCE:
        lines.append(RECORDING)
    lines.append("  return 0;\n}\n")
    return "\n".join(lines)


def measure(folder, version, free_threaded):
    """Returns the full version, and the figures by (group, field)."""
    with tempfile.TemporaryDirectory() as scratch:
        source = pathlib.Path(scratch, "offsets.c")
        program = pathlib.Path(scratch, "offsets")
        source.write_text(make_program(version, free_threaded), encoding="utf-8")
        subprocess.run(["cc", "-w", "-std=gnu11", f"-I{folder}", f"-I{folder}/internal",
                        "-idirafter", folder.parent, "-o", program, source, "-Wl,--gc-sections",
                        "-Wl,--unresolved-symbols=ignore-all"], check=True)
        lines = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    first, *rest = lines.splitlines()
    figures = {}
    for line in rest:
        group, field, figure = line.split()
        figures[group, field] = figure
    return first.split()[0], figures


def print_head(name):
    print(f"/* {name}: written by make-offsets.py from CPython's headers; not by hand")
    print(" *")
    print(" * SPDX-FileCopyrightText: 2026 The Sonde authors")
    print(" * SPDX-License-Identifier: GPL-3.0-or-later")
    print(" */")


def print_begin(version, full, free_threaded):
    print("{")
    print(f"  /* The headers of {full}{', without the global lock' if free_threaded else ''} */")
    print(f"  .version = 0x{version[0]:02x}{version[1]:02x},")
    print(f"  .free_threaded = {'TRUE' if free_threaded else 'FALSE'},")


def print_group(group, values):
    inner = " ".join(f".{name}~=~{value}," for name, value in values)
    for line in textwrap.wrap(f"  .{group}~=~{{ {inner} }},", 100, subsequent_indent="    "):
        print(line.replace("~", " "))


def print_fields(version, full, free_threaded, figures):
    print_begin(version, full, free_threaded)
    print_group("flags", [(flag, choose(ways, version, free_threaded) or "FALSE")
                          for flag, ways in FLAGS.items()])
    for group, fields in FIELDS.items():
        print_group(group, [(field, figures.get((group, field), "NONE")) for field in fields])
    print("},")


def print_debug_fields(version, full, free_threaded, figures):
    """Prints where in _Py_DebugOffsets each field is told: a word, what is added to it or taken
    from it, and the size of the struct; 0, where the cookie is, for none."""
    print_begin(version, full, free_threaded)
    print("  .fields = {")
    for field, ways in DEBUG_FIELDS.items():
        way = choose(ways, version, free_threaded)
        if way:
            first, sign, second, size = split_debug_field(way)
            at, other, size_at = (figures["debug", word] if word else 0
                                  for word in (first, second, size))
            print(f"    {{ FIELD ({field}), {at}, {other if sign == '+' else 0}, "
                  f"{other if sign == '-' else 0}, {size_at} }},")
    print("  },")
    print("},")


def print_recording(version, full, free_threaded, figures):
    """Prints what stands at the beginning of _PyRuntime, in words of 8 bytes."""
    words = [figure for (group, _), figure in figures.items() if group == "recording"]
    print(f"{full}: {len(words)} words", file=sys.stderr)
    build = "free_threaded" if free_threaded else full.split(".")[2]
    print(f"\nstatic const guint64 recorded_{version[0]}_{version[1]}_{build}[] = "
          f"{{ /* {full}{', without the global lock' if free_threaded else ''} */")
    for line in textwrap.wrap(", ".join(["COOKIE", *words[1:]]), 99, initial_indent="  ",
                              subsequent_indent="  "):
        print(line)
    print("};")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--free-threaded", action="store_true")
    parser.add_argument("--debug-offsets", action="store_true")
    parser.add_argument("--recordings", action="store_true")
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()

    if not arguments.recordings:
        print_head("debug-offsets-table.inc" if arguments.debug_offsets else "offsets-table.inc")
    for folder in sorted(arguments.folders, key=read_version):
        version = read_version(folder)
        for free_threaded in (False, True):
            if free_threaded and (not arguments.free_threaded or version < (3, 13)):
                continue
            full, figures = measure(folder, version, free_threaded)
            if arguments.recordings and version >= RECORDING_SINCE:
                print_recording(version, full, free_threaded, figures)
            elif arguments.debug_offsets and version >= DEBUG_SINCE:
                print_debug_fields(version, full, free_threaded, figures)
            elif not arguments.recordings and not arguments.debug_offsets:
                print_fields(version, full, free_threaded, figures)
    return 0


sys.exit(main())
