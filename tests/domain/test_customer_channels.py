import pytest

from bot.domain.customer_channels import all_named, named, of_channel


@pytest.mark.parametrize("value", [None, "", " ", "#", ",;"])
def test_a_field_with_nothing_in_it_names_no_channel(value):
    assert named(value) == frozenset()


def test_of_several_all_are_named():
    assert named("c0launchs; C0OTHER01") >= {"C0LAUNCHS", "C0OTHER01"}
    assert all_named(["C0LAUNCHS", None, "#Old-Launches"]) == {"C0LAUNCHS", "#old-launches"}


def test_a_name_that_looks_like_an_id_is_still_a_name():
    assert "#deliverables" in named("Deliverables")


def test_a_channel_is_known_by_its_former_names():
    channel = {"id": "C0LAUNCHS", "name": "launches", "previous_names": ["Go-Live"]}

    assert of_channel(channel) == {"C0LAUNCHS", "#launches", "#go-live"}
