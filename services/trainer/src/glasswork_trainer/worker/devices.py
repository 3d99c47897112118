"""The devices that TensorFlow finds on this machine."""

from __future__ import annotations

import platform
from typing import Any

import psutil
import tensorflow as tf

from glasswork_trainer.worker.wire import Connection


def main(connection: Connection) -> None:
    """Answer one question with the devices; the entry of the forked process."""
    connection.receive()
    connection.send({"kind": "result", "devices": devices()})


def devices() -> list[dict[str, Any]]:
    """Return name, kind, description and memory of each device; the CPU is one."""
    memory = psutil.virtual_memory().total
    found = [{"name": "cpu", "kind": "cpu", "description": _processor(), "memory_bytes": memory}]
    for number, device in enumerate(tf.config.list_physical_devices("GPU")):
        details = tf.config.experimental.get_device_details(device)
        name = str(details.get("device_name", "GPU"))
        found.append({"name": f"gpu:{number}", "kind": "gpu", "description": name, "memory_bytes": 0})
    return found


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as file:
            names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    name = names[0] if names else platform.processor() or platform.machine()
    return f"{name}, {psutil.cpu_count() or 1} threads"
