"""Which features there are, put together once: the only file that knows all of them."""

import click

from service.accounts import attempts, sessions
from service.accounts import mails as account_mails
from service.accounts import operations as accounts
from service.accounts import queries as account_queries
from service.blocks import operations as blocks
from service.blocks import sweeps as block_sweeps
from service.blocks import webhook as block_webhook
from service.complaints import mails, notices
from service.complaints import queries as complaint_queries
from service.complaints.channels import sweeps as channel_sweeps
from service.complaints.clusters import mails as clusters_mails
from service.complaints.clusters import operations as clusters
from service.complaints.councils import answering, delivery
from service.complaints.course import sweeps as case_sweeps
from service.complaints.desk import ranking
from service.complaints.intake import contact, inquiries
from service.complaints.intake import filing as intake
from service.complaints.intake import mails as intake_mails
from service.complaints.privacy import case_keys, retention
from service.core import outbox, settings
from service.core.runtime import HoldsSealed, Runtime, Sweep
from service.disclosures import sweeps as disclosure_sweeps
from service.packs import sweeps as pack_sweeps
from service.safety import matching as notice_matching
from service.safety import sync as notice_sync
from service.scores import operations as scores

DELIVERERS = {
    accounts.INVITATION_MAIL: account_mails.deliver_invitation,
    accounts.RESET_MAIL: account_mails.deliver_reset,
    blocks.WEBHOOK: block_webhook.deliver,
    clusters.INVITATION_MAIL: clusters_mails.deliver_invitation,
    contact.CONTACT_MAIL: intake_mails.deliver_code,
    intake.RECEIVED_MAIL: intake_mails.deliver_received,
    inquiries.ANSWER_MAIL: inquiries.deliver_answer,
    delivery.TOPIC: delivery.deliver,
    notices.MOVED_MAIL: mails.deliver_moved,
    notices.DESK_MAIL: mails.deliver_desk,
}
SWEEPS: tuple[Sweep, ...] = (
    case_sweeps.sweep,
    answering.sweep,
    ranking.sweep,
    channel_sweeps.remind,
    case_keys.sweep_adopt,
    case_keys.sweep_orphans,
    case_keys.sweep_backups,
    retention.sweep_due,
    retention.sweep_inquiries,
    retention.sweep_keys,
    scores.sweep_aged,
    scores.sweep,
    outbox.make_sweep(DELIVERERS),
    inquiries.sweep,
    attempts.sweep,
    sessions.sweep,
    notice_sync.sweep,
    block_sweeps.check_listings,
    disclosure_sweeps.check_shops,
    block_sweeps.close_days,
    block_sweeps.make_reports,
    notice_matching.sweep,
    pack_sweeps.sweep,
)

SEALED: tuple[HoldsSealed, ...] = (complaint_queries.holds_sealed, account_queries.holds_sealed)


def runtime_from_environment() -> Runtime:
    """Return the runtime that the environment describes, with every feature's sweep.

    A command gives its connections back when it ends.
    """
    runtime = Runtime(settings.load(), sweeps=SWEEPS, sealed=SEALED)
    command = click.get_current_context(silent=True)
    if command is not None:
        command.call_on_close(runtime.close)
    return runtime
