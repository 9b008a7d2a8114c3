"""Envoy's message definitions, read out of its binary: exactly the fields that this very Envoy knows.

Every generated protobuf file leaves its serialized ``FileDescriptorProto`` in the binary's data. Reading them takes
0.3 s, so the result is kept in a file that names Envoy's version.
"""

import mmap
import os
import re
import tempfile
from pathlib import Path

from google.protobuf import descriptor_pb2
from google.protobuf.message import DecodeError

from passgate.gateway.envoy.binary import EnvoyBinary
from passgate.kernel.errors import PassgateError

_START = re.compile(rb"\x0a([\x08-\x7f])((?:envoy|xds|udpa|validate|google|opentelemetry|cel)[a-z0-9_/\.]*\.proto)")
_LONGEST = 3_000_000
_FIELDS = frozenset(range(1, 15)) - {13}
"""Field numbers of a FileDescriptorProto (descriptor.proto); any other marks the end of one."""
_VARINT, _BYTES = 0, 2
_FEWEST = 400
"""Envoy 1.40 holds 531 files; far fewer means that this way of reading them no longer works."""


class DescriptorsError(PassgateError):
    """The binary does not hold its message definitions in the way that we read."""

    code = "envoy_descriptors"


def load_descriptors(binary: EnvoyBinary, cache: Path) -> descriptor_pb2.FileDescriptorSet:
    """The definitions of this binary, from the cache folder where they are whole, else read anew and kept there.

    Raises:
        DescriptorsError: the binary holds none that we can read.
    """
    kept = cache / f"envoy-{binary.version}-descriptors.bin"
    known = _read_cache(kept)
    if known is not None:
        return known
    found = extract_descriptors(binary.path)
    cache.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=cache, prefix=kept.name)
    with os.fdopen(handle, "wb") as file:
        file.write(found.SerializeToString())
    Path(name).replace(kept)
    return found


def extract_descriptors(path: Path) -> descriptor_pb2.FileDescriptorSet:
    """All file descriptors in the binary, sorted by name.

    Raises:
        DescriptorsError: too few were found.
    """
    found: dict[str, bytes] = {}
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for match in _START.finditer(data):
            name = match.group(2)[: match.group(1)[0]]
            if not name.endswith(b".proto"):
                continue
            raw = _descriptor_at(data, match.start())
            if raw is not None and len(raw) > len(found.get(name.decode(), b"")):
                found[name.decode()] = raw
    if len(found) < _FEWEST:
        raise DescriptorsError(f"Only {len(found)} message definitions were found in {path}.")
    result = descriptor_pb2.FileDescriptorSet()
    for name in sorted(found):
        result.file.add().ParseFromString(found[name])
    return result


def _read_cache(path: Path) -> descriptor_pb2.FileDescriptorSet | None:
    known = descriptor_pb2.FileDescriptorSet()
    try:
        known.ParseFromString(path.read_bytes())
    except (OSError, DecodeError):
        return None
    return known if len(known.file) >= _FEWEST else None


def _descriptor_at(data: mmap.mmap, start: int) -> bytes | None:
    raw = data[start : _end_of_descriptor(data, start)]
    descriptor = descriptor_pb2.FileDescriptorProto()
    try:
        descriptor.ParseFromString(raw)
    except DecodeError:
        return None
    return raw if descriptor.package or descriptor.message_type else None


def _end_of_descriptor(data: mmap.mmap, start: int) -> int:
    """Walks the fields from ``start`` until one that no FileDescriptorProto can have."""
    end = start
    limit = min(start + _LONGEST, len(data))
    position = start
    while position < limit:
        tag, position = _varint(data, position)
        number, kind = tag >> 3, tag & 7
        if number not in _FIELDS or (number == 1 and end != start):
            break
        if kind == _BYTES:
            length, position = _varint(data, position)
            position += length
        elif kind == _VARINT:
            _, position = _varint(data, position)
        else:
            break
        if position > limit:
            break
        end = position
    return end


def _varint(data: mmap.mmap, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(data):
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            break
    return value, position
