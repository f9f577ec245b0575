"""Reads and changes what an ONNX file says of itself, without the package onnx: its bytes are protocol buffers."""

from collections.abc import Iterator

# Field numbers of ONNX's messages (onnx.proto).
_MODEL_METADATA = 14
_ENTRY_KEY, _ENTRY_VALUE = 1, 2


def metadata(model: bytes) -> dict[str, str]:
    """Return the texts that an ONNX file carries beside its graph, by key.

    Raises:
        ValueError: the bytes are no ONNX file.
    """
    found = {}
    for number, entry in _fields(model):
        if number == _MODEL_METADATA:
            parts = dict(_fields(entry))
            found[parts.get(_ENTRY_KEY, b"").decode()] = parts.get(_ENTRY_VALUE, b"").decode()
    return found


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the bytes of each field that has a length; numbers are passed over."""
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        kind = tag & 7
        if kind == 0:
            _, place = _varint(message, place)
        elif kind in (1, 5):
            place += 8 if kind == 1 else 4
        elif kind == 2:
            length, place = _varint(message, place)
            if place + length > len(message):
                raise ValueError("the model file is cut off")
            yield tag >> 3, message[place : place + length]
            place += length
        else:
            raise ValueError("the model file is no ONNX file")


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
