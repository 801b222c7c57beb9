"""What switches a unit's supply: a relay at the jig, labgrid, or any command."""

import shlex
import subprocess
from typing import Protocol

from corolle_hil.bench.real.jig import Jig

_LONGEST_S = 30.0


class Switch(Protocol):
    """A power switch."""

    def turn(self, on: bool) -> None:
        """Switch. Raises OSError when it cannot be done."""
        ...

    def close(self) -> None:
        """Let it go; it stays as it is."""
        ...


class JigSwitch:
    """A relay at a GPIO of the jig: high is on."""

    def __init__(self, jig: Jig, gpio: int):
        self._jig = jig
        self._gpio = gpio

    def turn(self, on: bool) -> None:
        """See Switch."""
        self._jig.drive(self._gpio, int(on))

    def close(self) -> None:
        """See Switch."""


class CommandSwitch:
    """A command of the rig's own, with {state} where on or off belongs."""

    def __init__(self, template: str):
        self._words = shlex.split(template)

    def turn(self, on: bool) -> None:
        """See Switch."""
        run([word.replace("{state}", "on" if on else "off") for word in self._words])

    def close(self) -> None:
        """See Switch."""


class LabgridSwitch:
    """A place of labgrid, held until `close`.

    labgrid lives in an environment of its own, for its pyserial and ours must not meet: its client is called.
    """

    def __init__(self, client: str, coordinator: str, place: str):
        self._base = [client, "-x", coordinator, "-p", place]
        run([*self._base, "acquire"])

    def turn(self, on: bool) -> None:
        """See Switch."""
        run([*self._base, "power", "on" if on else "off"])

    def close(self) -> None:
        """See Switch."""
        run([*self._base, "release"])


def run(words: list[str]) -> None:
    """Run a command to its end. Raises OSError with what it said when it fails or takes too long."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=_LONGEST_S, check=False)
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"{shlex.join(words)}: not done in {_LONGEST_S:g} s") from None
    if done.returncode:
        raise OSError(f"{shlex.join(words)}: {(done.stderr or done.stdout).strip()}")
