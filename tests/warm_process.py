"""The process behind `tests.warm`: it imports TensorFlow once and runs each script in a fork of itself.

It runs no operation of TensorFlow and imports nothing of Glasswork, so that a fork is as a fresh `python` that has just
imported TensorFlow. A request is a line of JSON on the standard input; the answers are two lines, the pid and the exit
code. The end of the input is its end.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import sys
import tempfile
import threading
import traceback
import types
from collections.abc import Callable
from typing import Any, NoReturn

PRELOADED = ("tensorflow", "keras", "numpy", "pandas", "PIL.Image")


def main() -> None:
    """Serve requests until the end of the input."""
    # The folder of this file, where a package has the name of a library.
    sys.path.pop(0)
    before = dict(os.environ)
    for name in PRELOADED:
        importlib.import_module(name)
    set_by_import = dict(os.environ.items() - before.items())
    # What is here now stays: keep the collector of a fork from touching, and so copying, its pages.
    gc.collect()
    gc.freeze()
    tell({"ready": os.getpid()})
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            become(request, set_by_import)
            end(run, request["arguments"])
        # On both sides: whoever kills the group after the answer finds it.
        with contextlib.suppress(PermissionError, ProcessLookupError):
            os.setpgid(pid, pid)
        tell({"pid": pid})
        _, status = os.waitpid(pid, 0)
        tell({"returncode": os.waitstatus_to_exitcode(status)})


def tell(answer: dict[str, int]) -> None:
    print(json.dumps(answer), flush=True)


def become(request: dict[str, Any], set_by_import: dict[str, str]) -> None:
    """Take the place, the environment and the streams of a fresh process."""
    os.setpgid(0, 0)
    for number, path in enumerate((os.devnull, request["stdout"], request["stderr"])):
        opened = os.open(path, os.O_RDWR)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update({**request["environment"], **set_by_import})
    tempfile.tempdir = None
    # A fresh process draws its own numbers where a script sets no seed; Python's generator does so at each fork.
    importlib.import_module("numpy").random.seed()


def run(arguments: list[str]) -> None:
    """Run a script, `-c CODE` or `-m MODULE`, as `python` does with these arguments."""
    if arguments[0] == "-c":
        enter("", "-c", *arguments[2:])
        execute(compile(arguments[1], "<string>", "exec"))
    elif arguments[0] == "-m":
        enter(os.getcwd(), "-m", *arguments[2:])
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        path = os.path.abspath(arguments[0])
        enter(os.path.dirname(os.path.realpath(path)), *arguments)
        with open(path, "rb") as file:
            execute(compile(file.read(), path, "exec"), path)


def enter(folder: str, *argv: str) -> None:
    sys.path.insert(0, folder)
    sys.argv = list(argv)


def execute(code: types.CodeType, path: str | None = None) -> None:
    module = types.ModuleType("__main__")
    if path is not None:
        module.__file__ = path
    sys.modules["__main__"] = module
    exec(code, module.__dict__)


def end(action: Callable[[list[str]], None], arguments: list[str]) -> NoReturn:
    """End as the interpreter does, without taking apart the modules of TensorFlow, which takes seconds."""
    code = 0
    try:
        action(arguments)
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
        if isinstance(leaving.code, str):
            print(leaving.code, file=sys.stderr)
    except BaseException as error:
        code = 1
        print_exception(error)
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def print_exception(error: BaseException) -> None:
    """Print the traceback of the script alone, without the frames of this file."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    traceback.print_exception(type(error), error, trace)


if __name__ == "__main__":
    main()
