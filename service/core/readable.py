"""Random codes that people read out and type."""

import secrets

# Letters and digits that are not mistaken for one another when read out.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def random_code(groups: int, letters: int) -> str:
    """Return `groups` groups of `letters` random letters each, joined by hyphens."""
    return "-".join(
        "".join(secrets.choice(ALPHABET) for _ in range(letters)) for _ in range(groups)
    )
