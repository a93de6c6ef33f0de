"""Write the table of docs/access.md from service/core/policy.toml: python -m scripts.access_page."""

from pathlib import Path

from service.core.policy import load

PAGE = Path(__file__).parents[1] / "docs" / "access.md"
BEGIN, END = "<!-- table: made by scripts/access_page.py -->", "<!-- end of table -->"


def page_with_table(text: str) -> str:
    """Return the page with the present table between its marks."""
    policy = load()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = ["", "### Roles", "", "| role | who it is |", "|---|---|"]
    lines += [f"| {_words(role)} | {what} |" for role, what in policy.roles.items()]
    lines += [
        "",
        "### Roles that each kind of organisation has",
        "",
        "| kind | roles |",
        "|---|---|",
    ]
    lines += [
        f"| {_words(kind)} | {', '.join(map(_words, roles))} |"
        for kind, roles in policy.kinds.items()
    ]
    lines += [
        "",
        "### Actions",
        "",
        "| action | what it is | who may, and to which objects |",
        "|---|---|---|",
    ]
    for name, action in policy.actions.items():
        grants = (
            f"{_words(role)}: {' or '.join(sorted(relations))}"
            for role, relations in action.grants.items()
        )
        lines.append(f"| `{name}` | {action.what} | {' · '.join(grants)} |")
    lines += ["", f"Scopes of API keys: {', '.join(f'`{scope}`' for scope in policy.scopes)}.", ""]
    return before + BEGIN + "\n" + "\n".join(lines) + "\n" + END + after


def _words(name: str) -> str:
    return name.replace("_", " ")


if __name__ == "__main__":
    PAGE.write_text(page_with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
