"""What a file is, judged by its content; what is more than one thing, or not what it says, is refused.

Images are decoded and encoded anew, which leaves place, device and anything appended behind; documents
are rewritten without their description. The original is kept as it came.
"""

import io
import tomllib
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import PurePath
from typing import Any

import pikepdf
import puremagic
from PIL import Image, ImageOps, UnidentifiedImageError

from service.core import jpeg
from service.core.errors import InvalidInput

FILE = "media.toml"
WHERE = "file"
UNSPECIFIC = ("", "application/octet-stream", "binary/octet-stream")
PDF_START = b"%PDF-"
TEXT = "text/plain"
_HEAD = 1024
_MARKUP = (b"<script", b"<html", b"<iframe", b"<?php", b"<!doctype", b"<svg")
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_SCRIPTS = (b"#!", b"%!ps", b"{\\rtf", b"<?xml")
_ACTIVE = frozenset(
    (
        "/JS",
        "/JavaScript",
        "/Launch",
        "/AA",
        "/EmbeddedFile",
        "/EmbeddedFiles",
        "/RichMedia",
        "/XFA",
    )
)
_ABOUT = ("/Metadata", "/PieceInfo")
# Kinds of pictures that carry place and device along; those of other kinds are bare pixels.
_PICTURES = frozenset(("/DCTDecode", "/JPXDecode"))
_DEEPEST = 50
"""Levels of a PDF object; a document that nests deeper was made to hide something."""
_PADDING = b"\0\t\r\n "
# Everything else that Pillow carries along is text, place, device, comments.
_KEPT_INFO = ("transparency",)
_MODES = {"JPEG": ("L", "RGB")}

# The size is looked at before anything is decoded; Pillow's own check only warns.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True, slots=True)
class Kind:
    """One media type: how its files may be named and declared."""

    extensions: tuple[str, ...]
    declared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """The file media.toml; sizes are in bytes."""

    types: Mapping[str, Kind]
    file_bytes: int
    pixels: int
    pdf_objects: int


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file is; `copy` has no metadata, None where none can be made; `remarks` are codes."""

    media_type: str
    copy: bytes | None
    remarks: tuple[str, ...] = ()


@cache
def rules() -> Rules:
    """Return the rules, read once."""
    document = tomllib.loads(files(__package__).joinpath(FILE).read_text("utf-8"))
    types = {
        name: Kind(tuple(row["extensions"]), tuple(row["declared"]))
        for name, row in document["types"].items()
    }
    return Rules(types, **document["limits"])


def check(content: bytes, *, declared: str | None = None, name: str | None = None) -> Checked:
    """Return what a file is; raise InvalidInput, naming why, for one that is not taken.

    `declared` is the media type that came with it, `name` its name; either must fit the content.
    """
    if not content:
        raise _refused("is empty")
    if len(content) > rules().file_bytes:
        raise _refused(f"is larger than {rules().file_bytes:,} bytes")
    found = sniff(content)
    _check_declared(found, declared)
    _check_extension(found, name)
    _check_single(content, found)
    return _CHECKS[found](content)


def sniff(content: bytes) -> str:
    """Return the media type by content; raise InvalidInput for one that is not taken."""
    try:
        found = puremagic.from_string(content, mime=True)
    except (puremagic.PureError, ValueError):
        found = ""
    if found in rules().types and found != TEXT:
        return found
    if _as_text(content) is not None:
        return TEXT
    raise _refused(f"is {found or 'of an unknown kind'}; {_taken()} are taken")


def _check_declared(found: str, declared: str | None) -> None:
    plain = (declared or "").partition(";")[0].strip().lower()
    if plain not in UNSPECIFIC and plain not in rules().types[found].declared:
        raise _refused(f"is {found} and was declared as {plain[:80]}")


def _check_extension(found: str, name: str | None) -> None:
    extension = PurePath(name or "").suffix.lower().lstrip(".")
    if extension and extension not in rules().types[found].extensions:
        raise _refused(f"is {found} and is named .{extension[:20]}")


def _check_single(content: bytes, found: str) -> None:
    """Refuse a file that something else could be read out of as well."""
    if zipfile.is_zipfile(io.BytesIO(content)) or any(mark in content for mark in _ARCHIVES):
        raise _refused("holds an archive as well")
    if found != "application/pdf" and PDF_START in content[:_HEAD]:
        raise _refused("holds a PDF document as well")
    looked_at = content if found.startswith("image/") else content[:_HEAD] + content[-_HEAD:]
    lowered = looked_at.lower()
    if any(mark in lowered for mark in _MARKUP):
        raise _refused("holds markup or a script as well")


def _image(image_format: str) -> Callable[[bytes], Checked]:
    def read(content: bytes) -> Checked:
        try:
            with Image.open(io.BytesIO(content), formats=[image_format]) as image:
                return _encoded_anew(content, image, image_format)
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
            raise _refused(f"is a damaged image ({type(error).__name__})") from error

    return read


def _encoded_anew(content: bytes, image: Image.Image, image_format: str) -> Checked:
    if image.width * image.height > rules().pixels:
        raise _refused(f"has more than {rules().pixels:,} pixels")
    frames = getattr(image, "n_frames", 1)
    upright = ImageOps.exif_transpose(image)
    modes = _MODES.get(image_format)
    if modes and upright.mode not in modes:
        upright = upright.convert("RGB")
    upright.info = {name: upright.info[name] for name in _KEPT_INFO if name in upright.info}
    out = io.BytesIO()
    upright.save(out, image_format, quality=90)
    remarks = (
        *(("several_frames",) if frames > 1 else ()),
        *(("trailing_data",) if _goes_on(content, image_format) else ()),
    )
    return Checked(Image.MIME[image_format], out.getvalue(), remarks)


def _goes_on(content: bytes, image_format: str) -> bool:
    """Tell whether bytes follow after the image; some cameras append a film or a depth map."""
    if image_format == "WEBP":
        return len(content) > int.from_bytes(content[4:8], "little") + 9
    end = b"\xff\xd9" if image_format == "JPEG" else b"IEND\xaeB`\x82"
    return not content.rstrip(_PADDING).endswith(end)


def _pdf(content: bytes) -> Checked:
    if not content.startswith(PDF_START):
        raise _refused("does not begin as a PDF document does")
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as document:
            return _rewritten(content, document)
    except pikepdf.PasswordError as error:
        raise _refused("is protected by a password; send it without") from error
    except pikepdf.PdfError as error:
        raise _refused("is a damaged PDF document") from error


def _rewritten(content: bytes, document: pikepdf.Pdf) -> Checked:
    if len(document.objects) > rules().pdf_objects:
        raise _refused(f"has more than {rules().pdf_objects:,} objects")
    if not len(document.pages):
        raise _refused("is a PDF document without pages")
    trailing = not content.rstrip(_PADDING).endswith(b"%%EOF")
    remarks = ("trailing_data",) if trailing else ()
    if any(_is_active(one) for one in document.objects):
        return Checked("application/pdf", None, (*remarks, "active_content"))
    if "/Info" in document.trailer:
        del document.trailer["/Info"]
    stripped = [_strip(one) for one in document.objects]
    remarks = remarks if all(stripped) else (*remarks, "picture_metadata")
    out = io.BytesIO()
    document.save(out)
    return Checked("application/pdf", out.getvalue(), remarks)


def _strip(one: Any) -> bool:
    """Take from an object of a PDF what it says about itself; False when a picture in it may keep some."""
    if not isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
        return True
    for key in _ABOUT:
        if key in one:
            del one[key]
    filters = one.get("/Filter") if isinstance(one, pikepdf.Stream) else None
    names = (
        [str(name) for name in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
    )
    if _PICTURES.isdisjoint(names):
        return True
    return names == ["/DCTDecode"] and _strip_jpeg(one)


def _strip_jpeg(stream: Any) -> bool:
    try:
        plain = jpeg.without_metadata(stream.read_raw_bytes())
    except ValueError:
        return False
    stream.write(plain, filter=pikepdf.Name.DCTDecode, decode_parms=stream.get("/DecodeParms"))
    return True


def _is_active(one: Any, depth: int = 0) -> bool:
    """Tell whether an object, or one written inside of it, runs or carries something."""
    if depth > _DEEPEST:
        return True
    if isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
        inside = dict(one.items())
        if not _ACTIVE.isdisjoint(inside) or inside.get("/S") in _ACTIVE:
            return True
        parts = list(inside.values())
    else:
        parts = list(one) if isinstance(one, pikepdf.Array) else []
    return any(_is_active(part, depth + 1) for part in parts if _written_inside(part))


def _written_inside(part: Any) -> bool:
    return isinstance(part, pikepdf.Object) and not part.is_indirect


def _text(content: bytes) -> Checked:
    text = _as_text(content)
    assert text is not None  # noqa: S101 - sniff found text
    start = text.lstrip().lower().encode()
    if start.startswith(_SCRIPTS) or b"<script" in start:
        raise _refused("holds markup or a script, no plain text")
    return Checked(TEXT, text.encode())


def _as_text(content: bytes) -> str | None:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    plain = all(one.isprintable() or one in "\t\r\n\f" or _shapes(one) for one in set(text))
    return text if plain else None


def _shapes(one: str) -> bool:
    """Tell whether a character only shapes what stands around it: joiners, marks of direction, spaces."""
    return one > "\x9f" and not 0xD800 <= ord(one) <= 0xDFFF  # noqa: PLR2004 - the surrogates


def _taken() -> str:
    return ", ".join(rules().types)


def _refused(what: str) -> InvalidInput:
    return InvalidInput(what, where=WHERE, code="file.refused")


_CHECKS: Mapping[str, Callable[[bytes], Checked]] = {
    "image/jpeg": _image("JPEG"),
    "image/png": _image("PNG"),
    "image/webp": _image("WEBP"),
    "application/pdf": _pdf,
    TEXT: _text,
}
