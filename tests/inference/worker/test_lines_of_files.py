"""A vendor's file, read line by line as it comes."""

import asyncio
import time
from typing import cast

import pytest

from passgate.inference.worker.file_vendor import lines_of
from passgate.inference.worker.raw_client import RawReply
from passgate.inference.worker.refusals import VendorInvalidResponseError


class Pieces:
    """What a vendor's answer gives, piece by piece."""

    def __init__(self, *pieces: bytes) -> None:
        self._left = list(pieces)

    async def read(self) -> bytes | None:
        return self._left.pop(0) if self._left else None


def read(longest: int, *pieces: bytes) -> list[bytes]:
    async def collect() -> list[bytes]:
        return [line async for line in lines_of(cast("RawReply", Pieces(*pieces)), longest)]

    return asyncio.run(collect())


def test_lines_are_whole_wherever_the_pieces_are_cut() -> None:
    text = b'{"a":1}\n\n{"b":2}\n  \n{"c":3}'
    expected = [b'{"a":1}', b'{"b":2}', b'{"c":3}']
    assert read(100, text) == expected
    assert read(100, *(text[place : place + 1] for place in range(len(text)))) == expected


@pytest.mark.parametrize("pieces", [(b"1234567\n",), (b"1234", b"567", b"\n1\n"), (b"1\n1234567",)])
def test_a_line_that_is_too_long_ends_it(pieces: tuple[bytes, ...]) -> None:
    with pytest.raises(VendorInvalidResponseError, match="longer than 6 bytes"):
        read(6, *pieces)


def test_a_long_line_takes_no_longer_than_its_length() -> None:
    begun = time.process_time()
    (line,) = read(2**25, *([b"x" * 1024] * 16 * 1024))
    assert len(line) == 2**24
    assert time.process_time() - begun < 10  # searched anew with each piece it took more than a minute
