"""Run every measurement, or those that are named: python -m bench [NAME …]."""

import importlib
import sys
import time

ALL = (
    "serving",
    "notices",
    "matching",
    "pages",
    "pages_browser",
    "attacks",
    "reviewers",
    "accounts",
    "cases",
    "cases_intake",
    "queue",
    "sealing",
    "extension",
    "extension_speed",
    "extension_packs",
    "channels",
    "blocks",
    "statistics",
)


def main(names: list[str]) -> None:
    for name in names or ALL:
        started = time.perf_counter()
        print(f"\n== {name}", flush=True)
        importlib.import_module(f"bench.{name}").main()
        print(f"   ({time.perf_counter() - started:.0f} s)", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
