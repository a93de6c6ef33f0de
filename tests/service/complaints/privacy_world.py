"""A case with sealed fields, and looks at it."""

from collections.abc import Mapping

from service.complaints.models import Case
from service.complaints.privacy import contact_index, sealed
from service.core.access import Asker
from service.core.runtime import Runtime
from tests.service.complaints import cases

TEXTS = {
    "contact_name": "PLANTED-NAME Kim",
    "contact_email": "PLANTED-MAIL@example.com",
    "contact_phone": "+49 171 5550123",
    "order_id": "PLANTED-ORDER",
    "description": "PLANTED-NARRATIVE the parcel never came",
}


def sealed_case(
    runtime: Runtime, texts: Mapping[str, str] | None = None, **options: str | None
) -> str:
    """Put a case with sealed texts and their fingerprints into the machine; return its id."""
    case_id = cases.open_case(runtime, **options)  # type: ignore[arg-type]
    sealed.create_key(runtime.vault, case_id, now=runtime.clock())
    told = TEXTS if texts is None else texts
    with runtime.begin() as session:
        sealed.write_all(session, runtime.vault, case_id, told)
        contact_index.index(session, runtime.vault, case_id, told, country="DE")
    return case_id


def look(
    runtime: Runtime,
    case_id: str,
    *fields: str,
    asker: Asker = cases.OFFICER,
    purpose: str = "handle_case",
) -> dict[str, str]:
    """Open fields of a case, all of them when none is named."""
    with runtime.begin() as session:
        return sealed.read(
            session,
            runtime.vault,
            case_id,
            fields or None,
            asker=asker,
            purpose=purpose,
            now=runtime.clock(),
        )


def set_case(runtime: Runtime, case_id: str, **columns: object) -> None:
    """Change columns of a case as no operation would, to test what follows from them."""
    with runtime.begin() as session:
        case = session.get_one(Case, case_id)
        for name, value in columns.items():
            setattr(case, name, value)
