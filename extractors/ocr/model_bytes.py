"""Reads and changes what stands in an ONNX file, without the package onnx: its bytes are protocol buffers."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

# Field numbers of ONNX's messages (onnx.proto).
_MODEL_GRAPH, _MODEL_METADATA = 7, 14
_ENTRY_KEY, _ENTRY_VALUE = 1, 2
_GRAPH_TENSOR, _GRAPH_OUTPUT, _GRAPH_SHAPE = 5, 12, 13
_TENSOR_DIMENSION, _TENSOR_TYPE, _TENSOR_NAME, _TENSOR_BYTES = 1, 2, 8, 9
_OUTPUT_SHAPE = (2, 1, 2)  # from an output to its type, the tensor's type and its shape
_FLOAT = 1

Tensor = npt.NDArray[np.float32]


def metadata(model: bytes) -> dict[str, str]:
    """Return the texts that an ONNX file carries beside its graph, by key.

    Raises:
        ValueError: the bytes are no ONNX file.
    """
    found = {}
    for number, entry, _ in _fields(model):
        if number == _MODEL_METADATA:
            parts = {key: value for key, value, _ in _fields(entry)}
            found[parts.get(_ENTRY_KEY, b"").decode()] = parts.get(_ENTRY_VALUE, b"").decode()
    return found


def with_metadata(model: bytes, key: str, text: str) -> bytes:
    """Return the same model with a text more beside its graph."""
    entry = _field(_ENTRY_KEY, key.encode()) + _field(_ENTRY_VALUE, text.encode())
    return model + _field(_MODEL_METADATA, entry)


def with_tensors_changed(model: bytes, change: Callable[[Tensor], Tensor]) -> bytes:
    """Return the same model with its constants of single-precision numbers changed.

    What `change` returns as it was given stays. The shapes that the file states for what lies between are left out,
    for they may no longer hold; runtimes find them anew.

    Raises:
        ValueError: the bytes are no ONNX file.
    """
    return b"".join(
        _field(number, _changed_graph(value, change)) if number == _MODEL_GRAPH else whole
        for number, value, whole in _fields(model)
    )


def _changed_graph(graph: bytes, change: Callable[[Tensor], Tensor]) -> bytes:
    parts = []
    for number, value, whole in _fields(graph):
        if number == _GRAPH_TENSOR:
            parts.append(_changed_tensor(value, whole, change))
        elif number == _GRAPH_OUTPUT:
            parts.append(_field(_GRAPH_OUTPUT, _with_unknown_sides(value)))
        elif number != _GRAPH_SHAPE:
            parts.append(whole)
    return b"".join(parts)


def _changed_tensor(value: bytes, whole: bytes, change: Callable[[Tensor], Tensor]) -> bytes:
    dimensions: list[int] = []
    parts: dict[int, bytes] = {}
    for number, content, _ in _fields(value):
        if number == _TENSOR_DIMENSION:
            dimensions += _varints(content)
        else:
            parts[number] = content
    if parts.get(_TENSOR_TYPE) != _number(_FLOAT) or _TENSOR_BYTES not in parts:
        return whole
    tensor = np.frombuffer(parts[_TENSOR_BYTES], "<f4").reshape(dimensions)
    changed = change(tensor)
    if changed is tensor:
        return whole
    return _field(
        _GRAPH_TENSOR,
        _field(_TENSOR_DIMENSION, b"".join(map(_number, changed.shape)))
        + _number(_TENSOR_TYPE << 3) + _number(_FLOAT)
        + _field(_TENSOR_NAME, parts.get(_TENSOR_NAME, b""))
        + _field(_TENSOR_BYTES, np.ascontiguousarray(changed, "<f4").tobytes()),
    )  # fmt: skip


def _with_unknown_sides(output: bytes) -> bytes:
    """Return what the graph says of an output, with as many sides as before but of no stated length."""

    def changed(message: bytes, path: Sequence[int]) -> bytes:
        if not path:
            return b"".join(_field(number, b"") for number, _, _ in _fields(message))
        return b"".join(
            _field(number, changed(value, path[1:])) if number == path[0] else whole
            for number, value, whole in _fields(message)
        )

    return changed(output, _OUTPUT_SHAPE)


def _fields(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield the number of each field, its value (a number's are its own bytes), and the bytes of all of it."""
    place = 0
    while place < len(message):
        start = place
        tag, place = _varint(message, place)
        kind = tag & 7
        if kind == 0:
            begin = place
            _, place = _varint(message, place)
        elif kind in (1, 5):
            begin = place
            place += 8 if kind == 1 else 4
        elif kind == 2:
            length, begin = _varint(message, place)
            place = begin + length
        else:
            raise ValueError("the model file is no ONNX file")
        if place > len(message):
            raise ValueError("the model file is cut off")
        yield tag >> 3, message[begin:place], message[start:place]


def _varints(packed: bytes) -> list[int]:
    found, place = [], 0
    while place < len(packed):
        value, place = _varint(packed, place)
        found.append(value)
    return found


def _varint(message: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if place >= len(message) or shift > 63:
            raise ValueError("the model file is cut off")
        byte = message[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place


def _number(value: int) -> bytes:
    """Return a number as a varint."""
    parts = bytearray()
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes([*parts, value])


def _field(number: int, value: bytes) -> bytes:
    return _number(number << 3 | 2) + _number(len(value)) + value
