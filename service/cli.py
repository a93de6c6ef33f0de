"""The `caveat` command: its families stand in service/commands, one file each."""

import importlib
import sys

import click


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called: `caveat identify` needs no database.

    `targets` maps a command's name to "module:attribute".
    """

    def __init__(
        self, *args: object, targets: dict[str, str] | None = None, **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._targets = targets or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted({*super().list_commands(ctx), *self._targets})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command that is asked for."""
        if cmd_name not in self._targets:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self._targets[cmd_name].partition(":")
        command = getattr(importlib.import_module(f"service.commands.{module}"), attribute)
        assert isinstance(command, click.Command)  # noqa: S101 - a wrong entry below
        return command


@click.group(
    cls=LazyGroup,
    targets={
        "cases": "cases:cases",
        "channels": "channels:channels",
        "serve": "serving:serve",
        "blocks": "blocks:blocks",
        "worker": "serving:worker",
        "demo": "serving:demo",
        "check": "check:check",
        "identify": "pages:identify_command",
        "keys": "keys:keys",
        "match": "match:match",
        "people": "people:people",
        "extract": "pages:extract_command",
        "disclosures": "disclosures:disclosures",
        "reviewers": "reviewers:reviewers",
        "score": "score:score",
        "site": "sites:site",
        "pack": "packs:pack",
        "sources": "sources:sources",
        "sync": "sync:sync",
    },
)
@click.version_option(package_name="caveat")
def main() -> None:
    """Evidence about who sells what, a score that explains itself, and complaints carried to their end."""


@main.group(
    "import", cls=LazyGroup, targets={"notices": "notices:notices", "events": "events:events"}
)
def import_group() -> None:
    """Read saved files into the store."""


@main.group(
    "export",
    cls=LazyGroup,
    targets={
        "evidence": "export:evidence",
        "scores": "export:scores",
        "statistics": "export:statistics",
    },
)
def export_group() -> None:
    """Write open data; nothing personal, complaints made coarse."""


if __name__ == "__main__":
    sys.exit(main())
