"""What a file is: taken, refused by name, cleaned of what it tells about who made it."""

import contextlib
import io
import socketserver
import struct
import threading
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from service.core import antivirus, jpeg, media
from service.core.antivirus import EICAR, Clamd, TestSignature, refuse_harmful
from service.core.errors import InvalidInput, Misconfigured
from service.core.messages import LOCALES, Messages
from service.core.settings import Settings
from service.core.storage import LocalStorage

PLACE = "PLANTED-PLACE"


def image(image_format: str = "JPEG", mode: str = "RGB", size: tuple[int, int] = (40, 30)) -> bytes:
    """Return a picture that says where and with what it was taken."""
    exif = Image.Exif()
    exif[0x010F] = f"{PLACE} camera"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    told: dict[str, object] = {"exif": exif.tobytes()}
    if image_format == "PNG":
        info = PngInfo()
        info.add_text("Comment", f"{PLACE} comment")
        told["pnginfo"] = info
    if image_format == "JPEG":
        told["comment"] = f"{PLACE} comment"
    if image_format == "WEBP":
        told["xmp"] = f"<x:xmpmeta>{PLACE}</x:xmpmeta>".encode()
    Image.effect_noise(size, 50).convert(mode).save(out, image_format, **told)
    return out.getvalue()


def pdf(*, script: bool = False, attachment: bool = False) -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    document.docinfo["/Author"] = f"{PLACE} author"
    with document.open_metadata() as metadata:
        metadata["dc:creator"] = [f"{PLACE} creator"]
    if script:
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    if attachment:
        document.attachments["a.txt"] = b"inside"
    out = io.BytesIO()
    document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("run.js", "alert(1)")
    return out.getvalue()


def bomb() -> bytes:
    """Return a PNG that claims far more pixels than it has bytes for."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + name
            + content
            + struct.pack(">I", zlib.crc32(name + content))
        )

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_copied_without_place_device_and_comment(image_format: str) -> None:
    original = image(image_format)
    assert PLACE.encode() in original
    checked = media.check(original)
    assert checked.copy is not None
    assert PLACE.encode() not in checked.copy
    with Image.open(io.BytesIO(checked.copy)) as copy, Image.open(io.BytesIO(original)) as first:
        assert copy.size == first.size
        assert len(copy.getexif()) == 0
        assert copy.format == image_format
    assert checked.remarks == ()


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "1", "LA", "I;16"])
def test_every_kind_of_png_is_taken(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (9, 9)).save(out, "PNG")
    assert media.check(out.getvalue(), name="a.PNG", declared="image/png").copy


def test_a_turned_photograph_stands_upright_in_the_copy() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    Image.new("CMYK", (40, 20)).save(out, "JPEG", exif=exif.tobytes())
    with Image.open(io.BytesIO(media.check(out.getvalue()).copy or b"")) as copy:
        assert copy.size == (20, 40)


def test_a_film_behind_a_photograph_is_remarked_and_left_out() -> None:
    original = image() + b"\0\0\0\x18ftypmp42" + b"\x01" * 100
    checked = media.check(original)
    assert checked.remarks == ("trailing_data",)
    assert b"ftypmp42" not in (checked.copy or b"")


def test_several_frames_are_remarked() -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (9, 9), color) for color in ("red", "blue")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    assert "several_frames" in media.check(out.getvalue()).remarks


def test_a_document_is_copied_without_its_description() -> None:
    checked = media.check(pdf(), declared="application/pdf", name="Rechnung.pdf")
    assert checked.remarks == ()
    with pikepdf.open(io.BytesIO(checked.copy or b"")) as copy:
        assert len(copy.pages) == 1
        assert "/Info" not in copy.trailer
        assert "/Metadata" not in copy.Root
    with pikepdf.open(io.BytesIO(pdf())) as first:
        assert PLACE in str(first.docinfo["/Author"])


def picture_pdf(picture: bytes, filters: object = pikepdf.Name.DCTDecode) -> bytes:
    """Return a document with a picture in it, as scanners and telephones make them."""
    document = pikepdf.new()
    document.add_blank_page()
    stream = document.make_stream(
        picture, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=40, Height=30
    )
    stream.write(picture, filter=filters)
    stream.Metadata = document.make_stream(f"<x>{PLACE}</x>".encode())
    document.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=stream))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_picture_in_a_document_loses_place_and_device_and_not_a_pixel() -> None:
    original = image() + b"\0\0\0\x18ftypmp42"
    content = picture_pdf(original)
    assert PLACE.encode() in content
    checked = media.check(content)
    assert checked.remarks == ()
    assert checked.copy is not None
    with pikepdf.open(io.BytesIO(checked.copy)) as copy:
        kept = copy.pages[0].Resources.XObject.I.read_raw_bytes()
        told = b"".join(
            one.read_raw_bytes() for one in copy.objects if isinstance(one, pikepdf.Stream)
        )
    assert PLACE.encode() not in told + checked.copy
    assert b"ftyp" not in kept
    with Image.open(io.BytesIO(original)) as first, Image.open(io.BytesIO(kept)) as last:
        assert first.tobytes() == last.tobytes()


@pytest.mark.parametrize(
    ("picture", "filters"),
    [
        (image()[:-2], pikepdf.Name.DCTDecode),
        (b"no picture", pikepdf.Name.DCTDecode),
        (b"\0\0\0\x0cjP  ", pikepdf.Name.JPXDecode),
    ],
)
def test_a_picture_in_a_document_that_may_keep_its_metadata_is_said(
    picture: bytes, filters: object
) -> None:
    assert media.check(picture_pdf(picture, filters)).remarks == ("picture_metadata",)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_jpeg_metadata_goes_and_the_picture_stays(mode: str, progressive: bool) -> None:  # noqa: FBT001 - a parameter
    out = io.BytesIO()
    picture = Image.effect_noise((70, 50), 50).convert(mode)
    picture.save(out, "JPEG", comment=PLACE, progressive=progressive, icc_profile=b"profile")
    plain = jpeg.without_metadata(out.getvalue())
    assert PLACE.encode() not in plain
    with Image.open(io.BytesIO(out.getvalue())) as first, Image.open(io.BytesIO(plain)) as last:
        assert first.tobytes() == last.tobytes()
        assert last.info["icc_profile"] == b"profile"
    assert jpeg.without_metadata(plain) == plain


@given(st.binary(max_size=60))
def test_bytes_that_are_no_jpeg_are_refused_by_name(content: bytes) -> None:
    for data in (content, b"\xff\xd8" + content):
        with contextlib.suppress(ValueError):
            assert jpeg.without_metadata(data)[:2] == b"\xff\xd8"


@pytest.mark.parametrize("locale", LOCALES)
def test_every_remark_has_words(locale: str) -> None:
    words = Messages.load(locale)
    source = Path(media.__file__).read_text("utf-8")
    for code in ("trailing_data", "several_frames", "active_content", "picture_metadata"):
        assert f'"{code}"' in source
        assert f"console.remark.{code}" in words


@pytest.mark.parametrize("content", [pdf(script=True), pdf(attachment=True)])
def test_a_document_that_does_something_is_marked_and_shown_to_nobody_else(content: bytes) -> None:
    checked = media.check(content)
    assert checked.copy is None
    assert "active_content" in checked.remarks


def test_what_follows_a_document_is_remarked() -> None:
    assert media.check(pdf() + b"more").remarks == ("trailing_data",)


def test_text_is_taken_in_any_script_and_encoding_mark() -> None:
    said = "판매자: 환불은 불가합니다 👍🏽\r\n卖家：不退款\u200f\t\u3000ok"
    assert media.check(said.encode()).copy == said.encode()
    assert media.check(said.encode("utf-8-sig")).copy == said.encode()
    assert media.check(said.encode("utf-16")).copy == said.encode()
    assert media.check(b"BMW parts", name="chat.txt", declared="text/plain; charset=utf-8").copy


def locked() -> bytes:
    out = io.BytesIO()
    document = pikepdf.new()
    document.add_blank_page()
    document.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


REFUSED = {
    "nothing": (b"", "empty"),
    "an archive": (archive(), "are taken"),
    "a program": (b"MZ\x90\0" + b"\0" * 200, "are taken"),
    "a gif": (b"GIF89a\x01\0\x01\0\0\0\0;", "are taken"),
    "a drawing": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "markup"),
    "a page": (b"<!DOCTYPE html><html></html>", "markup"),
    "a page after blanks": (b"\n \n<HTML><body>", "markup"),
    "a script": (b"#!/bin/sh\nrm -rf x\n", "markup or a script"),
    "xml": (b"<?xml version='1.0'?><a/>", "markup or a script"),
    "rtf": (b"{\\rtf1 hello}", "taken|script"),
    "text with control characters": (b"hello\x07\x08", "are taken"),
    "bytes": (bytes(range(256)) * 4, "are taken"),
    "a picture and an archive": (image() + archive(), "archive as well"),
    "a document and an archive": (pdf() + archive(), "archive as well"),
    "a picture and a page": (image("PNG") + b"<script>alert(1)</script>", "script as well"),
    "a picture and a program": (image("PNG") + b"<?php system(1); ?>", "script as well"),
    "a picture and a document": (image()[:20] + b"%PDF-1.4" + image()[20:], "PDF document as well"),
    "text and a document": (b"hello %PDF-1.4 hello", "PDF document as well"),
    "a cut picture": (image("PNG")[:200], "damaged"),
    "a picture in name only": (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "damaged"),
    "a bomb": (bomb(), "pixels"),
    "a cut document": (pdf()[:60], "damaged|without pages"),
    "a locked document": (locked(), "password"),
    "too much": (b"a" * (media.rules().file_bytes + 1), "larger"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_taken_is_refused_and_said_why(name: str) -> None:
    content, why = REFUSED[name]
    with pytest.raises(InvalidInput, match=why) as refused:
        media.check(content)
    assert (refused.value.where, refused.value.code) == ("file", "file.refused")


@pytest.mark.parametrize(
    ("declared", "name"),
    [("application/pdf", None), ("text/html", None), (None, "photo.png"), (None, "invoice.pdf.exe"),
     ("image/png", "a.jpg")],
)  # fmt: skip
def test_a_file_that_is_not_what_it_says_is_refused(declared: str | None, name: str | None) -> None:
    with pytest.raises(InvalidInput, match=r"declared as|is named"):
        media.check(image(), declared=declared, name=name)
    media.check(image(), declared="image/jpg", name="IMG.JPEG")
    media.check(image(), declared="application/octet-stream", name="no extension")


@given(st.binary(max_size=300))
def test_any_bytes_are_taken_or_refused_by_name(content: bytes) -> None:
    for start in (
        b"",
        b"\xff\xd8\xff\xe0",
        b"\x89PNG\r\n\x1a\n",
        b"%PDF-1.7\n",
        b"RIFF\x10\0\0\0WEBPVP8 ",
    ):
        try:
            found = media.check(start + content)
        except InvalidInput:
            continue
        assert found.media_type in media.rules().types


def test_the_test_file_of_virus_scanners_is_refused_wherever_it_stands() -> None:
    scanners = antivirus.scanners(Settings(Path(), ""))
    for content in (EICAR, EICAR + b"\n", pdf() + EICAR):
        with pytest.raises(InvalidInput, match="Eicar"):
            refuse_harmful(content, scanners)
    refuse_harmful(b"clean", scanners)
    assert len(EICAR) == 68


@contextmanager
def clamd(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server that speaks as a clamd does, with one answer; gives its address and what it was sent."""
    received: list[bytes] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            assert self.rfile.read(10) == b"zINSTREAM\0"
            content = b""
            while length := int.from_bytes(self.rfile.read(4)):
                content += self.rfile.read(length)
            received.append(content)
            self.wfile.write(answer)

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"tcp://127.0.0.1:{server.server_address[1]}", received
        server.shutdown()
        thread.join()


@pytest.mark.enable_socket
def test_a_scanner_of_its_own_is_asked_with_all_of_the_file() -> None:
    content = b"x" * 200_000
    with clamd(b"stream: OK\0") as (url, received):
        assert Clamd(url).scan(content) is None
        assert received == [content]
    with clamd(b"stream: Win.Test.Thing FOUND\0") as (url, _):
        assert Clamd(url).scan(content) == "Win.Test.Thing"
        configured = antivirus.scanners(Settings(Path(), "", clamd=url))
        with pytest.raises(InvalidInput, match=r"Win\.Test\.Thing"):
            refuse_harmful(content, configured)


@pytest.mark.enable_socket
def test_a_scanner_that_says_nothing_clear_lets_nothing_through(tmp_path: Path) -> None:
    with (
        clamd(b"INSTREAM size limit exceeded. ERROR\0") as (url, _),
        pytest.raises(Misconfigured, match="size limit"),
    ):
        Clamd(url).scan(b"x")
    for gone in (url, f"unix://{tmp_path}/no.sock"):
        with pytest.raises(Misconfigured, match="CAVEAT_CLAMD"):
            Clamd(gone).scan(b"x")
    for wrong in ("localhost:3310", "tcp://localhost", "unix:"):
        with pytest.raises(Misconfigured, match="is not unix"):
            Clamd(wrong)
    assert TestSignature().scan(b"x") is None


def test_storage_keeps_bytes_by_group_and_lets_no_name_lead_out(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path / "files")
    storage.put("ab-1", "x.original", b"1")
    storage.put("ab-1", "x.original", b"2")
    storage.put("ab-2", "x.original", b"3")
    assert storage.get("ab-1", "x.original") == b"2"
    for path in (tmp_path / "files").rglob("*.original"):
        assert path.stat().st_mode & 0o077 == 0
    storage.delete("ab-1", "x.original")
    storage.delete("ab-1", "x.original")
    storage.delete_group("ab-1")
    storage.delete_group("never-there")
    assert storage.get("ab-2", "x.original") == b"3"
    for group, name in (("..", "x"), ("ab", "../x"), ("ab", ""), ("a/b", "x"), ("ab", "a..b")):
        with pytest.raises(InvalidInput):
            storage.put(group, name, b"")
