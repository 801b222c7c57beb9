"""Where the keys come from, and what is said of a file that is not right."""

import os

import pytest
from ble_site import Site


@pytest.mark.parametrize(("mode", "status"), [(0o600, 0), (0o640, 0), (0o644, 2), (0o606, 2)])
def test_keys_that_everybody_may_read_are_refused(site: Site, mode: int, status: int):
    site.post()
    os.chmod(site.keys, mode)
    ended = site("show", "lamp-01")
    assert ended.status == status
    assert ("chmod 600" in ended.err) == bool(status)


def test_keys_come_from_a_street_s_folder_too(site: Site):
    site.post()
    assert site("show", "--state", str(site.keys.parent), "lamp-01", keys=False).status == 0


def test_a_missing_or_garbled_keys_file_is_named(site: Site):
    site.keys.write_text("{")
    assert "units.json" in site("scan").err
    site.keys.unlink()
    ended = site("scan")
    assert ended.status == 2 and "units.json: cannot be read" in ended.err


def test_without_keys_a_name_is_nobody_s(site: Site):
    ended = site("show", "lamp-01", keys=False)
    assert ended.status == 2 and "name their file: --keys units.json" in ended.err


def test_a_backend_that_is_not_there_is_told(site: Site):
    assert site("scan", "--backend", "nowhere:Backend").status == 2
