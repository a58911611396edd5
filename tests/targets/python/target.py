# SPDX-FileCopyrightText: 2026 The Sonde authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""target.py: what the programs share that are looked at while they run

See standstill.py for those that are looked at while they stand still.
"""

import json
import os
import sys


def ready(**more):
    """Prints one line of JSON, {"version": "3.11.2", "pid": 4711}, once a program has begun."""
    print(json.dumps({"version": "%d.%d.%d" % sys.version_info[:3], "pid": os.getpid(), **more}),
          flush=True)
