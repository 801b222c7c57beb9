"""Who the units of a street are: each site's identity, kept from run to run."""

import secrets
from collections.abc import Iterable
from dataclasses import replace

from corolle_hil.world.place import Place, Site

from corolle_tools.identity import Identity

SITE = "toulouse"
BOARDS = {"lamp": "lamp-s3", "canopy": "canopy-drip-s3"}


def furnish(place: Place, known: Iterable[Identity]) -> list[Identity]:
    """An identity for every unit of a place: the known one of that name, or a new one."""
    by_name = {unit.name: unit for unit in known}
    wanted = [*(("lamp", site) for site in place.lamps), *(("canopy", site) for site in place.canopies)]
    units = [_identity(kind, site, by_name.get(site.name)) for kind, site in wanted]
    group_key = next((unit.group_key for unit in by_name.values() if unit.group_key), secrets.token_hex(16))
    return [replace(unit, group_key=group_key if unit.kind == "lamp" else "") for unit in units]


def _identity(kind: str, site: Site, known: Identity | None) -> Identity:
    lat_deg, lon_deg = round(site.lat_deg, 6), round(site.lon_deg, 6)
    if known:
        return replace(known, kind=kind, lat_deg=lat_deg, lon_deg=lon_deg)
    return Identity.make(site.name, kind, SITE, lat_deg, lon_deg)
