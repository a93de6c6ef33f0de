"""Whether an asker may deal with where a case goes."""

from sqlalchemy.orm import Session

from service.complaints.models import Case
from service.core import access
from service.core.access import Asker, Target

REFER = "case.refer"


def reachable(session: Session, asker: Asker, case_id: str) -> Case:
    """Return the case; raise NotFound when there is none that the asker may take anywhere."""
    case = session.get(Case, case_id)
    owner = case.organisation_id if case else None
    access.require(asker, REFER, Target("case", case_id, organisation=owner, person=case_id))
    if case is None:
        raise access.missing("case", case_id)
    return case
