"""Yiwu: a complaint against a merchant that takes part in nothing is mediated, paid, and becomes evidence."""

from pathlib import Path

import pytest

from tests.road import actors
from tests.road.actors import Reaching, at_desk, following
from tests.road.service_process import free_port, wait_for
from tests.service.accounts.people import person
from tests.service.complaints import express_world

pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
]


def test_complaint_mediation_settlement_money_and_score(tmp_path: Path) -> None:
    caveat = Reaching(tmp_path, free_port())
    with actors.inside(caveat) as runtime:
        case_id = express_world.file(runtime, country="KR", currency="CNY")
        clerk = person(runtime, "officer@example.org")
        with caveat.serving(), actors.browser() as started:
            officer = at_desk(started, caveat, runtime, clerk, f"/console/cases/{case_id}", "yiwu")
            officer.picture("1-officer-new")
            officer.do("screen_pass")
            officer.do("mediate_directly")
            shopper = following(started, caveat, runtime, case_id, "yiwu")
            shopper.picture("2-complainant-mediation")
            officer.do("agree", amount="320", currency="CNY")
            officer.do("record_paid", amount="320", currency="CNY")
            officer.picture("3-officer-paid")
            actors.follow(shopper, caveat, runtime, case_id)
            shopper.picture("4-complainant-asked")
            shopper.do("confirm_received", amount="320", currency="CNY")
            shopper.picture("5-complainant-resolved")
            score = wait_for(lambda: caveat.get(f"/v1/scores/{express_world.KEY}"), "the score")
            shopper.page.set_viewport_size({"width": 1100, "height": 800})
            shopper.page.goto(f"{caveat.origin}/merchant/{express_world.KEY}")
            shopper.picture("6-public-merchant")
        assert score["basis"]["complaints"] == 1
        assert express_world.amounts(runtime, case_id)["received"] == "320.00"
