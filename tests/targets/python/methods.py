# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""methods.py: everything with a qualified name: methods, nested functions and classes, properties

Stack: Meta.__call__ < leaf < Outer.Inner.static < Outer.Inner.of_class < Outer.value <
    Outer.__getattr__ < Outer.method.<locals>.nested.<locals>.deeper <
    Outer.method.<locals>.nested < Outer.method < Derived.method < Derived.__init__ <
    main.<locals>.Body < main < <module>

Before 3.11 a code object knows the last part only.
"""

from standstill import gate, observe


class Meta(type):
    def __call__(cls, *arguments):
        if cls.__name__ == "Stop":
            gate.acquire()
        return super().__call__(*arguments)


class Stop(metaclass=Meta):
    pass


def leaf():
    return Stop()


class Outer:
    class Inner:
        @staticmethod
        def static():
            leaf()

        @classmethod
        def of_class(cls):
            cls.static()

    @property
    def value(self):
        return self.Inner.of_class()

    def __getattr__(self, name):
        return self.value

    def method(self):
        def nested():
            def deeper():
                return self.missing
            return deeper()
        return nested()


class Derived(Outer):
    def __init__(self):
        self.method()

    def method(self):
        return super().method()


def main():
    class Body:
        attribute = Derived()

    return Body


observe()
main()
