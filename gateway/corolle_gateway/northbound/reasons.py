"""Why a broker refuses, in sentences: the return codes of MQTT 3.1.1 and the reason codes of MQTT 5."""

# MQTT 3.1.1, table 3.1.
_REFUSALS = (
    "",
    'it does not speak MQTT 3.1.1: set protocol = "5"',
    "it does not take this client identifier",
    "it is there, and does not serve now",
    "bad user or password",
    "not authorized: look at user and password_file, and at the broker's own rules",
)

# MQTT 5, table 2-6: those that a client at QoS 1 may be answered with.
_REASONS = {
    0x00: "it closes in good order",
    0x04: "it closes, and publishes the last will",
    0x80: "it does not say why",
    0x81: "it could not read a packet of ours",
    0x82: "it found an error of protocol in what we sent",
    0x83: "by a rule of its own",
    0x84: 'it does not speak MQTT 5: set protocol = "3.1.1"',
    0x85: "it does not take this client identifier",
    0x86: "bad user or password",
    0x87: "not authorized: look at user and password_file, and at the broker's own rules",
    0x88: "it is there, and does not serve now",
    0x89: "it is busy: it is asked again later",
    0x8A: "this client is banned: ask who runs the broker",
    0x8B: "it is shutting down",
    0x8C: "it wants another way of authentication than user and password",
    0x8D: "it has not heard of us for too long",
    0x8E: "another client has taken the session over: is a second gateway running with this site and name?",
    0x8F: "it does not take this topic filter",
    0x90: "it does not take this topic",
    0x91: "it takes the message's number for one in use",
    0x93: "more was under way to it than it takes at a time",
    0x94: "it takes no topic alias",
    0x95: "a packet of ours is larger than it takes",
    0x96: "messages come faster than it takes them",
    0x97: "its quota is used up: it is asked again later",
    0x98: "whoever runs it has ended the connection",
    0x99: "it does not take the payload's format",
    0x9A: "it keeps no retained messages, and the gateway's status, entities and last will are such",
    0x9B: "it does not take QoS 1, and without it nothing is acknowledged",
    0x9C: "another server is to be used for now: change url",
    0x9D: "the server has moved: change url",
    0x9F: "connections come too often: it is asked again later",
    0xA0: "the connection has lasted as long as it allows",
    0xA2: "it takes no wildcards in subscriptions, and orders cannot be heard without",
}
FULL = 0x97


def refusal(code: int) -> str:
    """A CONNACK's return code under MQTT 3.1.1; empty: accepted."""
    return _REFUSALS[code] if code < len(_REFUSALS) else f"return code {code}"


def sentence(code: int, said: str = "", server: str = "") -> str:
    """A reason code of MQTT 5; with what the broker `said` in words, and another server it names."""
    told = _REASONS.get(code, f"reason code 0x{code:02X}")
    if server:
        told += f" (to {server})"
    return f'{told}; it says "{said}"' if said else told
