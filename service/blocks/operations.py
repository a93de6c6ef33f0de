"""Every write to block orders, one idea a file; what pages, the API, sweeps and commands call stands here.

Errors carry a `code` for the reader's language (`error.<code>` in service/messages):
blocks.not_regulator, blocks.not_platform, blocks.repeated, blocks.four_eyes, blocks.outdated.
"""

from service.blocks.agreements import Promise, promise
from service.blocks.agreements import record as record_agreement
from service.blocks.checks import (
    Seen,
    claim_due,
    record_fetched,
    record_manual,
    record_sighting,
)
from service.blocks.common import WEBHOOK
from service.blocks.lists import Preview, Upload, discard, release, upload
from service.blocks.orders import Wanted, answer, decide, deliver, issue
from service.blocks.receivers import assign, confirm, replay, set_webhook
from service.blocks.relistings import Listing, nominate
from service.blocks.relistings import decide as decide_relisting
from service.blocks.relistings import report as report_listing

__all__ = [
    "WEBHOOK",
    "Listing",
    "Preview",
    "Promise",
    "Seen",
    "Upload",
    "Wanted",
    "answer",
    "assign",
    "claim_due",
    "confirm",
    "decide",
    "decide_relisting",
    "deliver",
    "discard",
    "issue",
    "nominate",
    "promise",
    "record_agreement",
    "record_fetched",
    "record_manual",
    "record_sighting",
    "release",
    "replay",
    "report_listing",
    "set_webhook",
    "upload",
]
