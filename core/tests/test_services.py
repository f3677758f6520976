from __future__ import annotations

import time

import pytest
from flowstone_core import services
from flowstone_core.services import MissingServiceError, Service

CLOCK = Service[object]("clock", "Telling the time", "flowstone-clock")


def test_a_service_is_found_by_its_name(install):
    install("outside", {"flowstone.services": {"mine": "outside_clock:T"}}, outside_clock="T = {'clock': 'time:time'}")
    assert services.get_service(CLOCK) is time.time


def test_a_missing_service_says_what_to_install():
    assert services.find(CLOCK) is None
    with pytest.raises(
        MissingServiceError,
        match=r"^Telling the time comes with flowstone-clock, which is not installed\. "
        r"Install it with: pip install flowstone-clock$",
    ):
        services.get_service(CLOCK)


def test_a_missing_service_quotes_what_failed_to_load(install):
    install("broken", {"flowstone.services": {"mine": "broken_clock"}}, broken_clock="raise ImportError('no quartz')")
    with pytest.raises(MissingServiceError, match="no quartz"):
        services.get_service(CLOCK)


def test_the_services_of_this_project_have_different_names():
    keys = [value for value in vars(services).values() if isinstance(value, Service)]
    assert len({key.name for key in keys}) == len(keys) >= 5
