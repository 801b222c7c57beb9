"""Every kind of alarm: how grave it is, what the crew should bring, what to look at first."""

from collections.abc import Iterator
from functools import cache

from msgspec import Struct

from corolle_gateway.alarm import canopy_kinds, gateway_kinds, lamp_kinds, unit_kinds

# Gravest first. urgent: water, electricity, sanitary; it cannot wait. round: waits for the next round.
# info: nobody has to go.
SEVERITIES = ("urgent", "round", "info")
_NOTHING = "-"
_MOMENT = "moment"


class Kind(Struct, frozen=True):
    """What is known of all alarms of one code."""

    code: str
    severity: str  # one of SEVERITIES
    bring: tuple[str, ...]  # of BRING; empty: nothing
    is_moment: bool  # it happened, and nothing will ever say that it is over: who acknowledges it clears it
    english: str
    french: str


# What a crew brings: the word on the topics, and in French.
BRING = {
    "luminaire": "luminaire",
    "driver": "driver",
    "fuse": "fusible",
    "sensor": "capteur",
    "probe": "sonde",
    "valve": "électrovanne",
    "flow meter": "compteur d'eau",
    "water": "eau",
    "battery": "batterie",
    "board": "carte contrôleur",
    "radio": "module radio",
    "adapter": "adaptateur Bluetooth",
    "concentrator": "concentrateur",
    "SD card": "carte SD",
    "laptop": "ordinateur portable",
    "disinfectant": "produit désinfectant",
    "barrier": "balisage",
}


def kind_of(code: str) -> Kind:
    """The kind of a code; one that this version does not know waits for the round."""
    return kinds().get(code) or Kind(code, "round", (), False, "", "")


@cache
def kinds() -> dict[str, Kind]:
    """All of them, by code."""
    tables = (lamp_kinds.TABLE, canopy_kinds.TABLE, unit_kinds.TABLE, gateway_kinds.TABLE)
    return {kind.code: kind for table in tables for kind in _read(table)}


def _read(table: str) -> Iterator[Kind]:
    """An entry is "code severity[ moment]: what to bring", and a sentence in English and one in French."""
    for entry in table.strip().split("\n\n"):
        head, english, french = entry.split("\n")
        names, _, bring = head.partition(": ")
        code, severity, *more = names.split()
        things = () if bring == _NOTHING else tuple(bring.split(", "))
        yield Kind(code, severity, things, _MOMENT in more, english, _typeset(french))


def _typeset(french: str) -> str:
    """Before these a French line never breaks."""
    for mark in ":;!?%°":
        french = french.replace(f" {mark}", f"\u00a0{mark}")
    return french
