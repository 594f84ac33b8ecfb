"""Descriptions of images by a model elsewhere, where CAPTION_URL names one.

    services.wanted  ->  a row of Caption, and a task that holds its number   (models.py, tasks.py)
    worker.py        ->  describing.describe: claim the row, ask, write through the journal, let the row go
    endpoint.py      ->  one call of the model; nothing else here speaks to anyone
    services.states  ->  what the pages show meanwhile, and views.py for a page that asks again

A row is there while an image waits, is being described or could not be described. What was described is a memory's text like
any other. The pages know services and views alone; describing.py, which only the worker loads, is the one that knows the memories.
"""
