"""What a translator has still to do: python -m scripts.messages_missing LANG.

Lists the keys that a language lacks with their English text, and those that nothing speaks any more.
Exits with 1 while anything is listed.
"""

import json
import sys

from service.core.messages import (
    FALLBACK,
    LOCALES,
    SHOPPER_LOCALES,
    MessageError,
    covers,
    path_of,
    read_strings,
)


def wanted(locale: str) -> dict[str, str]:
    """Return the English texts that a language has to say, by their keys."""
    english = read_strings(FALLBACK)
    beginnings = ("",) if locale in LOCALES else covers()
    return {key: text for key, text in english.items() if key.startswith(beginnings)}


def compare(locale: str) -> tuple[dict[str, str], list[str]]:
    """Return what is missing, with its English text, and the keys that are obsolete."""
    own, needed = read_strings(locale), wanted(locale)
    missing = {key: text for key, text in needed.items() if key not in own}
    return missing, sorted(own.keys() - needed.keys())


def main(arguments: list[str]) -> int:
    """Print the work that is left for one language."""
    if len(arguments) != 1 or arguments[0] not in SHOPPER_LOCALES:
        known = ", ".join(SHOPPER_LOCALES)
        print(f"name one language: {known}", file=sys.stderr)
        return 2
    try:
        missing, obsolete = compare(arguments[0])
    except MessageError as error:
        print(error, file=sys.stderr)
        return 2
    for key, text in missing.items():
        print(f"missing   {key}: {json.dumps(text, ensure_ascii=False)}")
    for key in obsolete:
        print(f"obsolete  {key}")
    name = path_of(arguments[0]).name
    print(f"{name}: {len(missing)} missing, {len(obsolete)} obsolete", file=sys.stderr)
    return 1 if missing or obsolete else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
