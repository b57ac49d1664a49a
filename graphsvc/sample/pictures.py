"""Drawings that stand for the cameras' photographs: a car on a road, and a plate with signs that are no letters. Nobody is in them.

Small PNGs in sixteen colours. Their data are stored uncompressed, so that the bytes, and the hashes that name them, do not depend on
the zlib that Python was built with. May import the standard library and this package.
"""

from __future__ import annotations

import struct
import zlib
from random import Random

from graphsvc.sample.streams import below, stream

EACH = 64  # of either kind: a world of any size has no more files than that, and reads share them
_SKY, _GRASS, _ROAD, _LINE, _GLASS, _TYRE, _PAPER, _INK = range(8)
_BODIES = range(8, 16)
_PALETTE = bytes.fromhex(
    "a8c8e8 6a9a50 606468 e8e8e0 d8ecf4 181818 f8f8f0 202830 202020 f0f0f0 909498 2850a0 b02828 287048 d0a020 704888".replace(" ", "")
)


class _Canvas:
    """A grid of palette numbers."""

    def __init__(self, width: int, height: int, ground: int) -> None:
        self.width, self.height = width, height
        self._rows = [bytearray([ground]) * width for _ in range(height)]

    def box(self, x: int, y: int, width: int, height: int, colour: int) -> None:
        left, right = max(0, x), min(self.width, x + width)
        if left < right:
            for row in self._rows[max(0, y) : max(0, y + height)]:
                row[left:right] = bytes([colour]) * (right - left)

    def png(self) -> bytes:
        """Four bits a pixel; `width` is even."""
        lines = b"".join(b"\0" + bytes(a << 4 | b for a, b in zip(row[::2], row[1::2], strict=True)) for row in self._rows)
        # One stored block of deflate (RFC 1951, 3.2.4) in a zlib frame; the pictures stay below its 65,535 bytes.
        stored = b"\x78\x01\x01" + struct.pack("<HH", len(lines), len(lines) ^ 0xFFFF) + lines + struct.pack(">I", zlib.adler32(lines))
        head = struct.pack(">IIBBBBB", self.width, self.height, 4, 3, 0, 0, 0)
        chunks = ((b"IHDR", head), (b"PLTE", _PALETTE), (b"IDAT", stored), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
        )


def pictures(seed: int, kind: str) -> list[bytes]:
    """The drawings of one world, `overview` or `plate`: all different."""
    rng = stream(seed, "pictures", kind)
    draw = {"overview": _overview, "plate": _plate}[kind]
    return [draw(rng, n) for n in range(EACH)]


def _overview(rng: Random, number: int) -> bytes:
    canvas = _Canvas(96, 60, _SKY)
    canvas.box(0, 20 + below(rng, 8), 96, 60, _GRASS)
    canvas.box(0, 36, 96, 24, _ROAD)
    for x in range(-below(rng, 12), 96, 16):
        canvas.box(x, 50, 8, 2, _LINE)
    x, long, body = 8 + below(rng, 36), 36 + below(rng, 10), _BODIES[below(rng, len(_BODIES))]
    cabin = 6 + below(rng, 10)
    canvas.box(x + cabin, 24, long - 16, 8, _GLASS)
    canvas.box(x + cabin + below(rng, long - 20), 24, 2, 8, body)
    canvas.box(x, 32, long, 10, body)
    for wheel in (x + 5, x + long - 12):
        canvas.box(wheel, 39, 7, 7, _TYRE)
    _stamp(canvas, number)
    return canvas.png()


def _plate(rng: Random, number: int) -> bytes:
    canvas = _Canvas(64, 20, _INK)
    canvas.box(1, 1, 62, 18, _PAPER)
    for sign in range(7):  # strokes on a grid of 3 by 5, like letters of an alphabet that does not exist
        strokes = below(rng, 1 << 15) | 0x1249
        for bit in range(15):
            if strokes >> bit & 1:
                canvas.box(5 + sign * 8 + bit % 3 * 2, 4 + bit // 3 * 2, 2, 2, _INK)
    _stamp(canvas, number)
    return canvas.png()


def _stamp(canvas: _Canvas, number: int) -> None:
    """The drawing's number in dots along the lower edge, so that no two of a kind are equal."""
    for bit in range(7):
        canvas.box(2 + bit * 4, canvas.height - 3, 2, 2, _INK if number >> bit & 1 else _LINE)
