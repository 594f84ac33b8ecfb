"""What the suite itself relies on."""

import pytest


@pytest.mark.xdist_group("together")
def test_what_is_costly_to_set_up_is_set_up_in_one_worker_only(request):
    """pytest-xdist tells its groups by a suffix of the tests' names; with a pytest that it does not know there is none."""
    if request.config.getoption("dist", "no") != "loadgroup" and not hasattr(request.config, "workerinput"):
        pytest.skip("not run in several processes")
    assert request.node.nodeid.endswith("@together")
