"""The letter that asks a complainant to join others with the same matter."""

from service.complaints.clusters import operations as clusters
from service.complaints.clusters.models import CaseClusterMember
from service.complaints.intake import mails as intake_mails
from service.complaints.models import Case
from service.core import mail
from service.core.outbox import OutboxRow
from service.core.runtime import Runtime


def deliver_invitation(runtime: Runtime, row: OutboxRow) -> None:
    """Ask by e-mail; not once the case was erased or the question answered, nor without an address."""
    with runtime.begin() as session:
        case = session.get_one(Case, row.payload["case"])
        member = session.get(CaseClusterMember, case.id)
        if member is None or member.state != clusters.INVITED or case.erased_at is not None:
            return
        reader = intake_mails.reader_of(session, runtime, row, case, "contact_email")
    if reader is None:
        return
    # The same key as that of the tracking page, which stands in the fragment.
    link = f"{runtime.settings.origin}/complaint/together#{reader.link.partition('#')[2]}"
    args = {"reference": reader.reference, "link": link}
    mail.send(
        runtime.settings,
        row_id=row.id,
        to=reader.to,
        subject=reader.words.text("mail.cluster_invitation.subject", **args),
        text=reader.words.text("mail.cluster_invitation.body", **args),
    )
