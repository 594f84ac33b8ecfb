"""The journal of everything that the pages write, so that each write can be seen, checked and taken back.

    begin (journal.py)  ->  run (run.py, perform.py)  ->  settled entries
                                                      ->  undo (undo.py): the same entries turned round, as a new batch

An entry says what shall become of one memory or bucket: its state before and after. It is written before the service is
called and settled after, so that whatever breaks in between, each write is known as done, not done, or unknown; `check.py` looks
at the service to settle what is unknown. Nothing here knows which service that is.
"""
