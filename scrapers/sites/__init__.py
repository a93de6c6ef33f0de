"""A new site: rules drafted from one saved page, proved on it, kept as a pair that tests re-read.

`drafting` decides what to propose for each field, `proposals` finds the ways, `pairs` is the folder
in which page, rules and right answers stand side by side, `rows` the form of a site's addresses.
"""

from scrapers.sites.drafting import Draft, Finding, draft
from scrapers.sites.pairs import Pair, read_with
from scrapers.sites.rows import platform_row

__all__ = ["Draft", "Finding", "Pair", "draft", "platform_row", "read_with"]
