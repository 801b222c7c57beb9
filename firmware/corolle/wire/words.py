"""Codes on the air and the words people read.

A table is one string, its words parted by "|" and the code a word's place: on a node that is one block of
memory where a tuple of words would be a hundred. Codes are for ever: a word may be put at a free place or at
the end, never moved.
"""

# Why an output is as it is (6 bits). 0-15 any unit, 16-31 lamps, 32-63 canopies.
REASONS = (
    "unknown|boot|clock unknown|safe mode|override|sensor lost|command refused|settings|self-test||||||||"
    "day|schedule|presence|neighbour|curfew|derating|thermal shutdown|dark weather|group cap|"
    "learning|daylight||||||"
    "dry soil|moist soil|dose given|minimum interval|guard time|guard litres|probes disagree|"
    "probe out of range|probe stale|frost guard|closed at boot|tank empty|guard litres an hour|"
    "guard litres a day|unexplained flow|no flow|drought order|outside hours|rain expected|leak|"
    "low battery|hot air|cool air|nobody there|windy|humid air|burst pause|purge due|purging|"
    "sanitary lock|other valve open|somebody there"
)

# What became of a command (4 bits). "refused": a guard forbids it, the ACK's reason says which.
VERDICTS = (
    "accepted|out of range|expired|unknown verb|not fitted|replayed|clock unknown|refused|malformed|too long"
)

# What a command asks for (8 bits). commands.py has the legal values.
VERBS = (
    "|level|auto|open|close|settings|report|cap|learn|drought|rain|ban|lift|lab|cleaned|sampled|drain|records|"
    "self-test"
)

# What an event tells (8 bits), and what its value is:
#   boot: place in BOOT_CAUSES; fault raised, fault cleared: bit in the unit's fault table;
#   guard tripped, valve opened, valve closed, override ended: place in REASONS;
#   safe mode: failed boots; settings reset: 0 file missing, 1 file corrupt; clock set: step in s, clipped;
#   store restored: files read from their second copy; task restarted: restarts since boot;
#   impact: how many since boot; learned: power at full light in W; settings changed: how many, by a crew;
#   self-test: parts found bad.
EVENTS = (
    "|boot|fault raised|fault cleared|guard tripped|safe mode|settings reset|clock set|"
    "valve opened|valve closed|override ended|store restored|task restarted|impact|learned|settings changed|"
    "self-test"
)

SANITARY_STATES = "ready|purge due|purging|misting|drained|disinfection due|locked|not fitted"

BOOT_CAUSES = "unknown|power|hard reset|watchdog|deep sleep|soft reset|brown-out"

# Faults: the place is the bit in the report; from bit 12 on a fault is told by events alone.
# Names as in OMA LwM2M object 3416 and TALQ where those have one.
LAMP_FAULTS = (
    "lampFailure|dimmingFailure|lampUnexpectedOn|cyclingFailure|supplyLoss|lampPowerTooHigh|lampPowerTooLow|"
    "thermalDerating|presenceStuck|sensorFault|clockUnknown|radioLost|thermalShutdown|tilt|doorOpen|"
    "bluetoothLost"
)
CANOPY_FAULTS = (
    "soil1Fault|soil2Fault|soil3Fault|probesDisagree|airSensorFault|noFlow|unexplainedFlow|guardTripped|"
    "batteryLow|tankEmpty|clockUnknown|radioLost|flowMeterFault|tilt|doorOpen|leak|waterWarm|sensorFault|"
    "mistLocked|sanitaryLogBroken|droughtOutdated|bluetoothLost"
)


def word_of(table: str, code: int) -> str:
    """The word of a code; one that this version does not know is told as "code N"."""
    start = 0
    for _ in range(code):
        start = table.find("|", start) + 1
        if not start:
            return f"code {code}"
    end = table.find("|", start)
    return (table[start:end] if end >= 0 else table[start:]) or f"code {code}"


def code_of(table: str, word: str) -> int:
    """The code of a word; ValueError when the table does not have it."""
    place = table.find(word) if word and "|" not in word else -1
    while place >= 0:
        end = place + len(word)
        if table[end : end + 1] in ("", "|") and (not place or table[place - 1] == "|"):
            return table.count("|", 0, place)  # nothing is copied: a table is long
        place = table.find(word, place + 1)
    raise ValueError(f"{word!r} is not one of {', '.join(words(table))}")


def words(table: str) -> list:
    """All words of a table, without the free places."""
    return [word for word in table.split("|") if word]


def words_of(table: str, flags: int) -> list:
    """The words of all bits that are set."""
    found = []
    bit = 0
    while flags >> bit:
        if flags >> bit & 1:
            found.append(word_of(table, bit))
        bit += 1
    return found
