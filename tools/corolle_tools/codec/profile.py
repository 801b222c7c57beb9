"""A device profile with its codec, as ChirpStack's REST API takes it (POST /api/device-profiles)."""

from typing import Any

from corolle_tools.codec.javascript import codec

_REPORT_S = 900  # report_min of the settings' tables
_CLASS_C_TIMEOUT_S = 8  # a unit may have to wait for its own duty cycle before it acknowledges


def profile(kind: str, tenant: str) -> dict[str, Any]:
    """What a network server has to know of a kind of unit. ValueError for a kind that there is not.

    Enumerations are spelled as in ChirpStack 4; regional parameters are those of wire/eu868.py.
    """
    mains = kind == "lamp"
    return {
        "deviceProfile": {
            "tenantId": tenant,
            "name": f"corolle {kind}",
            "description": "Mains lamp, class C" if mains else "Solar canopy, class A",
            "region": "EU868",
            "macVersion": "LORAWAN_1_0_4",
            "regParamsRevision": "RP002_1_0_4",
            "supportsOtaa": True,
            "supportsClassB": False,
            "supportsClassC": mains,
            "classCTimeout": _CLASS_C_TIMEOUT_S if mains else 0,
            "adrAlgorithmId": "default",
            "flushQueueOnActivate": False,  # an order says itself until when it holds, whatever the session
            "uplinkInterval": _REPORT_S,
            "deviceStatusReqInterval": 1,
            "payloadCodecRuntime": "JS",
            "payloadCodecScript": codec(kind),
        }
    }
