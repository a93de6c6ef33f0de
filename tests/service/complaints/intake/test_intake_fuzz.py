"""Whatever comes in whatever order through whichever door: no desk ever has a case with an unproven contact."""

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import select

from service.complaints import operations
from service.complaints.course import machine
from service.complaints.intake import contact, inquiries
from service.complaints.intake import filing as intake
from service.complaints.intake.filing import Receipt
from service.complaints.intake.models import ContactCheck
from service.complaints.intake.schemas import OfficerComplaintSchema
from service.complaints.models import Case
from service.core import access, schema
from service.core.db import sqlite_url
from service.core.errors import CaveatError
from service.core.runtime import Runtime
from service.core.settings import Settings
from service.wiring import SWEEPS
from tests.service.accounts.people import csrf, home, pages_client
from tests.service.complaints.intake_world import (
    COMPLAINT,
    OFFICER,
    SHOPPER_VISIT,
    TOLD,
    confirm,
    enter,
    submit,
)
from tests.service.conftest import FixedClock

BEFORE = {"draft", "awaiting_contact_check", "lapsed", "withdrawn"}
PEOPLE = ["jo@example.org", "kim@example.org"]
ORDERS = ["ORDER-1", "ORDER-2"]
NUMBERS = st.integers(0, 5)


class Gate(RuleBasedStateMachine):
    """A desk at which anything happens."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="caveat-gate-")
        home_folder = Path(self.folder.name)
        url = sqlite_url(home_folder / "caveat.sqlite")
        self.clock = FixedClock()
        self.runtime = Runtime(Settings(home=home_folder, database_url=url), SWEEPS, self.clock)
        schema.upgrade(self.runtime.engine)
        home(self.runtime)
        self.web: FlaskClient = pages_client(self.runtime)
        self.receipts: list[Receipt] = []
        self.asked: list[str] = []

    def teardown(self) -> None:
        self.runtime.close()
        self.folder.cleanup()

    def attempt(self, act: Any) -> Any:
        """Do something that may be refused."""
        try:
            return act()
        except CaveatError:
            return None

    @rule(person=st.sampled_from(PEOPLE), order=st.sampled_from(ORDERS), key=NUMBERS)
    def file(self, person: str, order: str, key: int) -> None:
        """File a complaint, also under a key that was used."""
        found = self.attempt(
            lambda: submit(
                self.runtime, f"a-fresh-key-{key:04}", contact_email=person, order_id=order
            )
        )
        self.receipts += [found] if found else []

    @rule(key=NUMBERS)
    def file_on_the_web(self, key: int) -> None:
        """Send the web form."""
        page = self.web.get("/complaint/new/not_delivered").text
        form = {name: text for name, text in COMPLAINT.items() if name != "merchant_key"}
        form |= {"do": "send", "key": f"web-key-{key}", "csrf_token": csrf(page)}
        self.web.post("/complaint/new/not_delivered", data=form)

    @rule(
        proof=st.sampled_from(["code", "call_back", "at_the_counter", "none"]),
        source=st.sampled_from(["telephone", "letter", "web"]),
        mail=st.booleans(),
        key=NUMBERS,
    )
    def enter(self, proof: str, source: str, mail: bool, key: int) -> None:  # noqa: FBT001 - drawn
        """Enter a complaint for somebody."""
        change = {"contact_email": PEOPLE[0], "contact_phone": ""} if mail else {}
        self.attempt(
            lambda: enter(
                self.runtime, f"a-desk-key-{key:04}", proof=proof, source=source, **change
            )
        )

    @rule(place=NUMBERS, right=st.booleans(), other=NUMBERS)
    def type_a_code(self, place: int, right: bool, other: int) -> None:  # noqa: FBT001 - drawn
        """Enter a code: the right one, a wrong one, or that of another case."""
        if not self.receipts:
            return
        mine = self.receipts[place % len(self.receipts)]
        source = self.receipts[other % len(self.receipts)]
        with self.runtime.reading() as session:
            code = contact.latest_code(session, self.runtime.vault, source.case_id)
        self.attempt(lambda: confirm(self.runtime, mine, code if right else "AAAA-BBBB"))

    @rule(place=NUMBERS, token=NUMBERS)
    def use_another_token(self, place: int, token: int) -> None:
        """Confirm one case with the token of another."""
        if not self.receipts:
            return
        mine = self.receipts[place % len(self.receipts)]
        forged = replace(mine, token=self.receipts[token % len(self.receipts)].token)
        self.attempt(lambda: confirm(self.runtime, forged, "AAAA-BBBB"))

    @rule(place=NUMBERS, event=st.sampled_from(sorted(machine.load().events)))
    def push(self, place: int, event: str) -> None:
        """Try any event as complainant, officer and clock."""
        with self.runtime.reading() as session:
            cases = session.scalars(select(Case).order_by(Case.received_at, Case.id)).all()
        if not cases:
            return
        case = cases[place % len(cases)]
        for asker in (access.complainant(case.id), OFFICER, access.SYSTEM):
            self.attempt(lambda asker=asker: self._act(case.id, event, asker))

    @rule()
    def ask(self) -> None:
        """Ask a question."""
        data = {"topic": "other", "question": "May they?", "contact_email": PEOPLE[0]}
        key = f"question-{len(self.asked)}"
        found = self.attempt(
            lambda: inquiries.ask(
                self.runtime,
                data,
                source="web",
                idempotency_key=key,
                asker=access.ANONYMOUS,
                visit=SHOPPER_VISIT,
            )
        )
        self.asked += [found.id] if found else []

    @rule(place=NUMBERS, proof=st.sampled_from(["code", "call_back", "none"]))
    def convert(self, place: int, proof: str) -> None:
        """Turn a question into a case."""
        if self.asked:
            self.attempt(lambda: self._convert(self.asked[place % len(self.asked)], proof))

    @rule(hours=st.integers(1, 240))
    def wait(self, hours: int) -> None:
        """Let time pass and the sweeps run."""
        self.clock.now += timedelta(hours=hours)
        self.runtime.sweep()

    @invariant()
    def no_desk_has_a_case_without_a_proven_contact(self) -> None:
        """Hold every case against the proofs."""
        with self.runtime.reading() as session:
            proven = select(ContactCheck.case_id).where(ContactCheck.proven_at.is_not(None))
            unproven = select(Case.state, Case.submitted_at).where(Case.id.not_in(proven))
            for state, submitted_at in session.execute(unproven):
                assert state in BEFORE
                assert submitted_at is None

    def _act(self, case_id: str, event: str, asker: access.Asker) -> None:
        with self.runtime.begin() as session:
            operations.act(session, case_id, event, asker=asker, version=None, now=self.clock.now)

    def _convert(self, inquiry_id: str, proof: str) -> None:
        with self.runtime.begin() as session:
            inquiries.convert(
                session,
                self.runtime.vault,
                inquiry_id,
                OfficerComplaintSchema().load(TOLD),
                told=intake.Told("telephone", proof),
                asker=OFFICER,
                now=self.clock.now,
            )


TestGate = Gate.TestCase
TestGate.settings = settings(max_examples=15, stateful_step_count=25)
