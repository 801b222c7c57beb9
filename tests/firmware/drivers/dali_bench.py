"""A DALI bus at the level of frames, and a gear on it that answers as it is told."""

from corolle.drivers.dali_gear import DaliGear

PROBE = {0x91: 0xFF, 0x97: 8, 0x99: 6, 0xA3: 254, 0xA4: 254}


class Bus:
    """Keeps the frames, and answers queries as it is told; a memory bank counts DTR0 up at each reading."""

    def __init__(self, answers=None, banks=None):
        self.answers = dict(PROBE)
        self.answers.update(answers or {})
        self.banks = banks or {}
        self.dtr = [0, 0]
        self.frames = []
        self.on_frame = lambda: None

    def send(self, address, data, twice=False):
        self.on_frame()
        self.frames.append((address, data, 2) if twice else (address, data))
        if address in (0xA3, 0xC3):
            self.dtr[address == 0xC3] = data

    def ask(self, address, data):
        self.on_frame()
        self.frames.append((address, data))
        if data == 0xC5:
            byte = self.banks.get(self.dtr[1], {}).get(self.dtr[0])
            self.dtr[0] += 1
            return byte
        return self.answers.get(data)


def make_gear(address=None, **options):
    """(gear, its bus, the frames of its construction)."""
    bus = Bus(**options)
    gear = DaliGear(bus, address)
    probe = bus.frames[:]
    bus.frames.clear()
    return gear, bus, probe


def at(location, *data):
    """Bytes of a memory bank from `location` on."""
    return {location + place: byte for place, byte in enumerate(data)}
