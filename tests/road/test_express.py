"""Hong Kong: the express platform in three browsers, and a case handed to another running installation."""

from pathlib import Path

import pytest
from sqlalchemy import select

from service.complaints.councils import answering, sending
from service.complaints.councils.models import CaseBundle
from service.complaints.models import Case, CaseTask
from tests.road import actors
from tests.road.actors import Actor, Reaching, at_desk, following
from tests.road.service_process import free_port, wait_for
from tests.service.accounts.people import person
from tests.service.complaints import bundle_world, cases, express_world

pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]


def installation(folder: Path) -> Reaching:
    folder.mkdir()
    return Reaching(folder, free_port())


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_upload_conciliation_dispute_mediation_and_money_received(tmp_path: Path) -> None:
    caveat = installation(tmp_path / "hk")
    with actors.inside(caveat) as runtime:
        merchant = express_world.merchant(runtime)
        case_id = express_world.file(runtime)
        clerk = person(runtime, "officer@example.org")
        agent = person(
            runtime, "agent@example.org", roles=["trader_agent"], organisation_id=merchant
        )
        with caveat.serving(), actors.browser() as started:
            officer = at_desk(
                started, caveat, runtime, clerk, f"/console/cases/{case_id}", "express"
            )
            officer.do("screen_pass")
            officer.do("upload")
            officer.picture("1-officer-uploaded")
            trader = at_desk(started, caveat, runtime, agent, "/console/desk", "express")
            trader.picture("2-trader-list")
            trader.page.goto(f"{caveat.origin}/console/trader/{case_id}")
            trader.do("acknowledge")
            trader.page.get_by_role("button", name="Open to settle the complaint").click()
            trader.sees("The parcel never came.")
            assert "+852" not in trader.page.content()
            trader.picture("3-trader-case")
            trader.do("upload_result", amount="160", currency="HKD", text="We pay half of it back.")
            shopper = following(started, caveat, runtime, case_id, "express")
            shopper.sees("We pay half of it back.")
            shopper.picture("4-complainant-result")
            shopper.do("dispute", text="Nothing came, I ask for all of it.")
            trader.page.reload()
            trader.sees("The case is not with you now")
            trader.picture("5-trader-referred-back")
            _mediate(officer)
            trader.page.reload()
            trader.do("mark_paid", amount="300", currency="HKD")
            actors.follow(shopper, caveat, runtime, case_id)
            shopper.do("confirm_received", amount="300", currency="HKD")
            shopper.picture("8-complainant-resolved")
        with runtime.reading() as session:
            case = session.get_one(Case, case_id)
            assert (case.state, case.outcome) == ("resolved", "resolved")
        assert express_world.amounts(runtime, case_id)["received"] == "300.00"


def _mediate(officer: Actor) -> None:
    officer.page.reload()
    officer.picture("6-officer-disputed")
    officer.do("open_mediation")
    officer.do("agree", amount="300", currency="HKD")
    officer.picture("7-officer-settled")


def test_a_case_goes_to_another_installation_and_its_outcome_comes_back(tmp_path: Path) -> None:
    hong_kong, mainland = installation(tmp_path / "hk"), installation(tmp_path / "cn")
    with actors.inside(hong_kong) as here, actors.inside(mainland) as there:
        council = bundle_world.know(here, there, "CN", mainland.origin)
        bundle_world.know(there, here, "HK", hong_kong.origin)
        case_id = bundle_world.ready(here, council)
        with hong_kong.serving(), mainland.serving():
            sending.hand_over(here, case_id, council, asker=cases.OFFICER)
            wait_for(lambda: _received(here, case_id), "the receipt")
            with there.reading() as session:
                other = session.scalars(select(Case.id)).one()
            cases.walk(there, other, "screen_pass", "mediate_directly")
            cases.walk(there, other, "agree", amount="300.00", currency="HKD")
            cases.walk(there, other, "confirm_received", amount="300.00", currency="HKD")
            # Its own worker delivers: only the served installation may reach this machine's addresses.
            answering.sweep(there)
            task = wait_for(lambda: _task(here, case_id), "the result")
        assert task == "bundle_result"


def _received(runtime: object, case_id: str) -> bool:
    with runtime.reading() as session:  # type: ignore[attr-defined]
        row = session.scalars(select(CaseBundle).where(CaseBundle.case_id == case_id)).first()
        return row is not None and row.receipt_at is not None


def _task(runtime: object, case_id: str) -> str | None:
    with runtime.reading() as session:  # type: ignore[attr-defined]
        kinds = select(CaseTask.kind).where(
            CaseTask.case_id == case_id, CaseTask.kind.like("bundle%")
        )
        found: str | None = session.scalar(kinds)
        return found
