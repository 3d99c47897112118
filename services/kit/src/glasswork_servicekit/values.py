"""JSON values and protobuf's Struct: numbers without a fraction become integers again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import struct_pb2

# Up to here a double holds every integer exactly.
LARGEST_INTEGER = 2**53


def number(value: float) -> int | float:
    """Return `value`, as an integer where it has no fraction and a double holds it exactly."""
    return int(value) if value.is_integer() and abs(value) <= LARGEST_INTEGER else value


def value_to_json(value: struct_pb2.Value) -> Any:
    """Return a protobuf value as the JSON value that it stands for."""
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return struct_to_dict(value.struct_value)
    if kind == "list_value":
        return [value_to_json(item) for item in value.list_value.values]
    if kind == "number_value":
        return number(value.number_value)
    return None if kind in {None, "null_value"} else getattr(value, kind)


def json_to_value(value: Any) -> struct_pb2.Value:
    """Return a JSON value as a protobuf value.

    Raises:
        TypeError: `value` is nothing that JSON knows.
    """
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, int | float):
        return struct_pb2.Value(number_value=value)
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    if isinstance(value, Mapping):
        return struct_pb2.Value(struct_value=dict_to_struct(value))
    if isinstance(value, list | tuple):
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[json_to_value(item) for item in value]))
    raise TypeError(f"JSON has no {type(value).__name__}, received {value!r}")


def struct_to_dict(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Return a Struct as a dictionary with sorted keys (the order on the wire means nothing)."""
    return {key: value_to_json(struct.fields[key]) for key in sorted(struct.fields)}


def dict_to_struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """Return a dictionary of JSON values as a Struct."""
    return struct_pb2.Struct(fields={key: json_to_value(value) for key, value in values.items()})
