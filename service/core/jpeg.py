"""JPEG files without what they say about themselves: place, device, comments, thumbnails (ITU-T T.81, annex B).

The picture itself is not decoded, so nothing of it is lost. What decoding needs stays: JFIF, the colour
profile and Adobe's mark of the colour space.
"""

from collections.abc import Iterator

START, END, SCAN, COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
_FILL = 0xFF
_RESTARTS = range(0xD0, 0xD8)
_APPLICATION = range(0xE0, 0xF0)
_KEPT = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""What decoding needs, by the marker that it stands under."""


def without_metadata(data: bytes) -> bytes:
    """Return the file without metadata and without what follows its end; raise ValueError for a broken one."""
    if data[:2] != bytes((_FILL, START)):
        raise ValueError("does not begin as a JPEG file does")
    return data[:2] + b"".join(part for marker, part in _parts(data) if _stays(marker, part))


def _stays(marker: int, part: bytes) -> bool:
    if marker in _APPLICATION:
        return marker in _KEPT and part[4:].startswith(_KEPT[marker])
    return marker != COMMENT


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (marker, bytes) of each segment, the coded picture with the scan that it follows, up to the end."""
    at = 2
    while True:
        at, marker = _marker(data, at)
        if marker == END:
            yield marker, bytes((_FILL, END))
            return
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if end < at + 4 or end > len(data):
            raise ValueError("ends within a segment")
        if marker == SCAN:
            end = _scan_end(data, end)
        yield marker, data[at:end]
        at = end


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """Return where the marker at a place begins, fill bytes left out, and which it is."""
    if data[at : at + 1] != b"\xff":
        raise ValueError("has no marker where one must be")
    while data[at + 1 : at + 2] == b"\xff":
        at += 1
    if at + 1 >= len(data):
        raise ValueError("ends before its end marker")
    return at, data[at + 1]


def _scan_end(data: bytes, at: int) -> int:
    """Return where the coded picture ends: at the next marker that is neither stuffing nor a restart."""
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        if data[at + 1] not in (0, _FILL) and data[at + 1] not in _RESTARTS:
            return at
        at += 1 if data[at + 1] == _FILL else 2
    raise ValueError("ends within the coded picture")
