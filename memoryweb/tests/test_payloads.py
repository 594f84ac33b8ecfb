"""The payloads of `make prove-text`: enough of them, each its own, and each recognisable wherever it turns up."""

from memoryweb.tests.payloads import EACH, MARK, payloads


def test_there_are_more_than_five_hundred_of_every_family_and_none_twice():
    texts = {payload.text for payload in payloads()}
    assert len(texts) == len(payloads()) > 500
    assert {payload.family for payload in payloads()} == set(EACH)


def test_each_names_the_mark():
    assert [payload.text for payload in payloads() if MARK not in payload.text] == []
