import pytest

from scripts.access_page import PAGE, page_with_table
from service.core import access, policy
from service.core.access import HOME, Asker, Target
from service.core.errors import Misconfigured, NotAllowed, NotFound, NotSignedIn

TABLE = {
    "roles": {"person": "p", "officer": "o", "key": "k"},
    "kinds": {"council": ["officer"]},
    "endpoints": {"static": "case.read"},
    "actions": {"case.read": {"what": "w", "officer": "organisation"}},
}


def officer(organisation: str | None = "org", **more: str) -> Asker:
    return Asker(
        "person", "p", organisation=organisation, roles=frozenset({"complaint_officer"}), **more
    )


def test_the_page_says_what_the_table_says() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page_with_table(text) == text, "run: python -m scripts.access_page"


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("actions", {"case.read": {"what": "w", "nobody": "any"}}),
        ("actions", {"case.read": {"what": "w", "officer": "everything"}}),
        ("endpoints", {"static": "case.nothing"}),
        ("kinds", {"council": ["person"]}),
    ],
)
def test_a_table_with_a_hole_is_refused(part: str, change: dict[str, object]) -> None:
    assert policy.parse(TABLE)
    with pytest.raises(Misconfigured, match=part):
        policy.parse(TABLE | {part: change})


def test_every_relation_is_one_of_the_object_and_the_asker() -> None:
    row = policy.Action("a", "w", {"key": frozenset()}, implicit=False)
    assert row.relations(["key", "person"]) == frozenset()
    asker = officer()
    for relation, target, held in (
        ("any", Target(), True),
        ("host", Target(), False),
        ("organisation", Target(organisation="org"), True),
        ("organisation", Target(organisation="other"), False),
        ("organisation", Target(), False),
        ("assigned", Target(assigned=["p"]), True),
        ("assigned", Target(assigned=["q"]), False),
        ("own", Target(person="p"), True),
        ("own", Target(person="q"), False),
        ("public", Target(public=True), True),
        ("public", Target(), False),
    ):
        assert access._holds(relation, asker, target) is held, relation
    assert access._holds("host", officer(HOME), Target())
    assert not access._holds("organisation", officer(None), Target(organisation=None))
    assert not access._holds("own", access.ANONYMOUS, Target(person=""))


def test_what_is_out_of_reach_does_not_exist_and_what_is_never_allowed_is_said() -> None:
    foreign = Target("case", "c1", organisation="other")
    with pytest.raises(NotFound):
        access.require(officer(), "case.read", foreign)
    with pytest.raises(NotAllowed):
        access.require(officer(), "organisation.create", foreign)
    for nobody in (access.ANONYMOUS, officer(stage="code")):
        with pytest.raises(NotSignedIn):
            access.require(nobody, "case.read", foreign)
    with pytest.raises(Misconfigured):
        access.require(officer(), "case.unheard_of")
