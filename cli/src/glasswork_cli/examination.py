"""What `glasswork doctor` looks at."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from glasswork_sdk.plugins import load_plugins

from glasswork_cli.data_directory import DataDirectory

FREE_BYTES = 2 * 1024**3
FLOORS = {"starlette": (1, 3, 1), "gitpython": (3, 1, 58), "keras": (3, 13, 2), "jinja2": (3, 1, 6), "onnx": (1, 21, 0)}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: `ok`, `note`, `warning` or `error`, and what to do about it."""

    name: str
    verdict: str
    told: str

    def as_dict(self) -> dict[str, str]:
        """Return it for JSON."""
        return asdict(self)


def examine(directory: DataDirectory) -> list[Finding]:
    """Look at everything; a check that itself fails is a finding too."""
    return [_finding(check, directory) for check in _CHECKS] + list(_plugins()) + list(_versions())


def _finding(check: Callable[[DataDirectory], Finding], directory: DataDirectory) -> Finding:
    try:
        return check(directory)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return Finding(check.__name__.strip("_"), "error", f"this could not be looked at: {error}")


def _python(_: DataDirectory) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    fits = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Finding(
        "python",
        "ok" if fits else "error",
        version if fits else f"{version}; TensorFlow has wheels for 3.11 to 3.13 only",
    )


def _git(_: DataDirectory) -> Finding:
    path = shutil.which("git")
    if path is None:
        return Finding("git", "error", "not found; models are git repositories. Install git")
    told = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout.split()[2]
    numbers = tuple(int(part) for part in told.split(".")[:3] if part.isdigit())
    return Finding(
        "git",
        "ok" if numbers >= (2, 39, 4) else "warning",
        told if numbers >= (2, 39, 4) else f"{told}; 2.39.4 or newer is safer",
    )


def _sqlite(_: DataDirectory) -> Finding:
    safe = sqlite3.sqlite_version_info >= (3, 51, 3)
    return Finding(
        "sqlite",
        "ok" if safe else "note",
        sqlite3.sqlite_version + ("" if safe else "; older than 3.51.3, so the rollback journal is used"),
    )


def _disk(directory: DataDirectory) -> Finding:
    free = shutil.disk_usage(directory.path).free
    told = f"{free / 1024**3:.1f} GiB free at {directory.path}"
    return Finding(
        "disk",
        "ok" if free > FREE_BYTES else "warning",
        told if free > FREE_BYTES else f"{told}; make room, or training cannot save",
    )


def _memory(_: DataDirectory) -> Finding:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return Finding(
        "memory", "ok" if total >= 4 else "warning", f"{total:.1f} GiB" + ("" if total >= 4 else "; TensorFlow wants 4")
    )


def _permissions(directory: DataDirectory) -> Finding:
    for path in (directory.token_file, directory.secret_file):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            return Finding("permissions", "error", f"{path} can be read by others. Run `chmod 600 {path}`")
    return Finding("permissions", "ok", "token and secret are readable by you alone")


def _services(directory: DataDirectory) -> Finding:
    running = directory.running()
    return Finding(
        "services",
        "ok" if running else "note",
        f"running at {running.url}" if running else "not running; start them with `glasswork up`",
    )


def _gpu(_: DataDirectory) -> Finding:
    if shutil.which("nvidia-smi") is None:
        return Finding("gpu", "note", "no NVIDIA driver here; training uses the processor")
    listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=20, check=False)
    if listed.returncode:
        return Finding(
            "gpu", "warning", f"the driver answers: {listed.stdout.strip() or listed.stderr.strip()}. Mend the driver"
        )
    return Finding("gpu", "note", f"{listed.stdout.count('GPU')} found; install glasswork[gpu] to use them")


def _plugins() -> Iterator[Finding]:
    for info in load_plugins().plugins.values():
        if info.error:
            yield Finding(f"plugin {info.name}", "error", f"{info.error}. Update or remove {info.distribution}")
        else:
            yield Finding(f"plugin {info.name}", "ok", f"{info.version}, {len(info.component_types)} component types")


def _versions() -> Iterator[Finding]:
    for name, floor in FLOORS.items():
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            yield Finding(name, "note", "not installed here")
            continue
        numbers = tuple(int(part) for part in version.split(".")[:3] if part.isdigit())
        wanted = ".".join(map(str, floor))
        yield Finding(
            name,
            "ok" if numbers >= floor else "error",
            version if numbers >= floor else f"{version}; install {wanted} or newer",
        )


_CHECKS = (_python, _git, _sqlite, _disk, _memory, _permissions, _services, _gpu)
