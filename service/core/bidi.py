"""Text of others as it may be shown: without the characters that turn the direction of what stands around them.

U+202E and its kind make "exe.fdp" read as "pdf.exe", and reach beyond their own line. Letters of Arabic
and Hebrew, and the marks U+200E and U+200F beside them, keep their direction by themselves.
"""

# Embeddings, overrides and isolates (Unicode Standard Annex #9).
_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def unturned(text: str) -> str:
    """Return a text without embeddings, overrides and isolates."""
    return text.translate(_CONTROLS)
