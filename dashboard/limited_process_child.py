"""Limits its own process, then runs a script in it, with the arguments that follow. Started by limited_process.py.

Imports the standard library only. Arguments: the limits, as a JSON object; the script; its own arguments.
"""

import json
import os
import runpy
import sys


def limit(memory_bytes: int, cpu_seconds: int) -> None:
    """Limit the memory and processor time of this process; done here since preexec_fn is not safe in a server with threads."""
    if not sys.platform.startswith("linux"):
        return  # Windows has no such limits, macOS refuses them: sizes and the parent's time-out remain
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    # A second between the two: the first ends the process by SIGXCPU, which the parent tells from a crash.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    limits, script = json.loads(sys.argv[1]), sys.argv[2]
    sys.argv = sys.argv[2:]
    if hasattr(os, "nice"):
        os.nice(10)  # pages come first
    limit(**limits)
    runpy.run_path(script, run_name="__main__")
