"""Every number of the registry against a date counted by hand on a calendar."""

from datetime import date

import pytest

from service.complaints.channels import deadlines, registry
from service.complaints.channels.registry import Deadline, Number

# Channel, number, day of the (first) start event, last day counted by hand; for a "not before" the first.
# CN: 1 to 7 October 2026 are free, Saturday 10 October is worked. HK: 1 and 19 October are free.
# JP: 21, 22 and 23 September. SG: Monday 10 August. US: 26 November and 25 December.
BY_HAND = [
    ("au_state", "conciliation", "2026-11-20", "2027-02-12"),
    ("br_consumidor", "consumer_rates_answer", "2026-11-20", "2026-12-10"),
    ("br_consumidor", "trader_answer", "2026-11-20", "2026-11-30"),
    ("cn_12315", "complain", "2024-02-29", "2027-02-28"),
    ("cn_12315", "accept_or_refuse", "2026-09-28", "2026-10-13"),
    ("cn_12315", "mediation_terminated_if_no_agreement", "2026-09-28", "2026-12-04"),
    ("cn_12315", "notify_termination", "2026-09-25", "2026-10-12"),
    ("cn_12315", "enterprise_first_route_max", "2026-09-28", "2026-10-16"),
    ("cn_heimao", "moderation", "2026-11-20", "2026-11-22"),
    ("hk_cc", "acknowledge", "2026-09-28", "2026-10-06"),
    ("hk_cc", "progress_or_result", "2026-10-08", "2026-10-22"),
    ("jp_ccj", "first_reply", "2026-09-18", "2026-09-30"),
    ("kr_kca_relief", "accept_or_reject_mediation", "2026-11-20", "2026-12-05"),
    ("kr_kca_relief", "settlement_recommendation", "2026-11-20", "2026-12-20"),
    ("kr_kca_relief", "mediation_decision_statutory", "2026-11-20", "2026-12-20"),
    ("kr_chargeback", "apply_in_writing", "2026-11-20", "2027-03-20"),
    ("kr_chargeback", "merchant_answer", "2026-11-20", "2027-01-04"),
    ("pay_paypal", "open_dispute", "2026-11-20", "2027-05-19"),
    ("pay_paypal", "escalate_to_claim", "2026-11-20", "2026-12-10"),
    ("pay_paypal", "decision", "2026-11-20", "2026-12-20"),
    ("pay_card_chargeback", "dispute", "2026-11-20", "2027-03-20"),
    ("pay_card_chargeback", "no_delivery_date_given_wait", "2026-11-20", "2026-12-20"),
    ("pay_card_chargeback", "outer_limit_service_interruption", "2026-11-20", "2028-05-13"),
    ("pay_card_chargeback", "merchant_representment", "2026-11-20", "2027-01-04"),
    ("pf_aliexpress", "open_dispute_earliest", "2026-11-20", "2026-12-01"),
    ("pf_aliexpress", "open_dispute", "2026-11-20", "2026-12-05"),
    ("pf_aliexpress", "seller_answer", "2026-11-20", "2026-11-25"),
    ("pf_aliexpress", "auto_escalation", "2026-11-20", "2026-12-05"),
    ("pf_temu", "return_request", "2026-11-20", "2027-02-18"),
    ("pf_taobao", "apply_after_sales", "2026-11-20", "2026-12-05"),
    ("pf_taobao", "no_reason_return", "2026-11-20", "2026-11-27"),
    ("pf_jd", "no_reason_return", "2026-11-20", "2026-11-27"),
    ("pf_amazon_atoz", "claim_not_received_earliest", "2026-11-20", "2026-11-23"),
    ("pf_amazon_atoz", "claim", "2026-11-20", "2027-02-18"),
    ("pf_ebay_mbg", "open_request", "2026-11-20", "2026-12-20"),
    ("pf_ebay_mbg", "escalate_earliest", "2026-11-24", "2026-11-30"),
    ("pf_ebay_mbg", "return_request_closes", "2026-11-24", "2026-12-24"),
    ("sg_case", "advice_email", "2026-08-07", "2026-08-13"),
    ("sg_sct", "file", "2024-11-20", "2026-11-20"),
    ("th_ocpb", "chase_if_no_contact", "2026-11-20", "2026-12-05"),
    ("th_ocpb", "officer_mediation_two_rounds", "2026-11-20", "2027-02-18"),
    ("th_ocpb", "subcommittee_mediation_two_more", "2026-11-20", "2027-02-18"),
    ("tw_cpc", "trader_must_handle", "2026-11-20", "2026-12-05"),
    ("us_cpsc", "send_to_manufacturer", "2026-11-23", "2026-12-01"),
    ("us_cpsc", "publish", "2026-12-01", "2026-12-15"),
    ("us_bbb", "forward_to_business", "2026-11-25", "2026-11-30"),
    ("us_bbb", "business_answer", "2026-11-20", "2026-12-04"),
    ("us_bbb", "close", "2026-11-20", "2026-12-20"),
]


def number(channel_id: str, number_id: str) -> Number:
    channel = registry.channel(channel_id)
    return next(n for n in (*channel.deadlines, *channel.answers) if n.id == number_id)


@pytest.mark.parametrize(("channel", "name", "start", "end"), BY_HAND, ids=str)
def test_the_engine_counts_as_a_person_does(channel: str, name: str, start: str, end: str) -> None:
    clock = number(channel, name)
    found = deadlines.due(clock, {clock.start[0]: date.fromisoformat(start)})
    assert (found.on, found.basis) == (date.fromisoformat(end), "exact")


def test_the_table_misses_no_number() -> None:
    channels = registry.load().channels.values()
    rows = {(c.id, n.id) for c in channels for n in (*c.deadlines, *c.answers)}
    assert rows == {(channel, name) for channel, name, _, _ in BY_HAND}


def test_the_earlier_of_two_starts_counts() -> None:
    clock = number("pf_aliexpress", "open_dispute")
    dates = {"delivery_window_end": date(2026, 11, 30), "receipt_confirmed": date(2026, 11, 20)}
    assert deadlines.due(clock, dates).on == date(2026, 12, 5)


def test_another_event_stands_in_and_says_so() -> None:
    clock = number("pay_card_chargeback", "dispute")
    found = deadlines.due(clock, {"purchase": date(2026, 11, 20)})
    assert (found.on, found.basis) == (date(2027, 3, 20), "stand_in")
    assert found.missing == "latest_estimated_delivery"


def test_without_its_start_a_clock_ends_at_the_earliest_after_the_purchase() -> None:
    clock = number("pf_amazon_atoz", "claim")
    found = deadlines.due(clock, {"purchase": date(2026, 11, 20)})
    assert (found.on, found.basis) == (date(2027, 2, 18), "earliest")
    assert found.missing == "latest_estimated_delivery"
    assert deadlines.due(clock, {}).on is None


@pytest.mark.parametrize(
    ("start", "value", "unit", "end"),
    [
        ("2026-01-31", 1, "months", "2026-02-28"),
        ("2027-12-31", 2, "months", "2028-02-29"),
        ("2024-02-29", 1, "years", "2025-02-28"),
        ("2026-11-20", 25, "hours", "2026-11-22"),
        ("2026-11-20", 2, "weeks", "2026-12-04"),
    ],
)
def test_other_lengths(start: str, value: int, unit: str, end: str) -> None:
    found = deadlines.after(date.fromisoformat(start), value, unit)  # type: ignore[arg-type]
    assert found == date.fromisoformat(end)


def test_hours_have_surely_passed_a_day_later() -> None:
    assert deadlines.allowed_from(date(2026, 11, 20), 48, "hours") == date(2026, 11, 23)
    assert deadlines.allowed_from(date(2026, 11, 20), 3, "days") == date(2026, 11, 23)


def test_a_right_that_ends_names_how_it_ends() -> None:
    kinds = {n.kind for c in registry.load().channels.values() for n in c.deadlines}
    assert kinds == {"file_by", "not_before", "outer_limit"}
    assert all(isinstance(n, Deadline) for n in registry.channel("pay_paypal").deadlines)
