"""Log lines tell where something failed, and quote nobody's memories."""

import logging
import sys

from memoryweb.logs import DiscreetFormatter


def failed(text):
    """What the log shows of an exception that was caused by another; both quote `text`."""
    try:
        try:
            raise KeyError(text)
        except KeyError as error:
            raise ValueError(f"no {text}") from error
    except ValueError:
        record = logging.LogRecord("memoryweb", logging.ERROR, __file__, 1, "it failed", (), sys.exc_info())
    return DiscreetFormatter().format(record)


def test_a_traceback_names_the_kinds_of_errors_and_the_place():
    line = failed("Allergic to amoxicillin")
    assert "it failed" in line
    assert "builtins.KeyError" in line
    assert "builtins.ValueError" in line
    assert "in failed" in line


def test_a_traceback_quotes_no_message():
    assert "amoxicillin" not in failed("Allergic to amoxicillin")
