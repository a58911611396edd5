# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""imports.py: a module that is being imported, with the frames of the import system

Stack: leaf < <module> < ... < main < <module>

The frames between are in files called "<frozen importlib._bootstrap>" and the like.
"""

import importlib.abc
import importlib.util
import sys

from standstill import gate, observe

TEXT = """
def leaf():
    gate.acquire()

leaf()
"""


class Finder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    def find_spec(self, name, path, target=None):
        return importlib.util.spec_from_loader(name, self) if name == "made_up" else None

    def get_source(self, name):
        return TEXT

    def exec_module(self, module):
        module.gate = gate
        super().exec_module(module)


def main():
    sys.meta_path.insert(0, Finder())
    import made_up
    del made_up


observe()
main()
