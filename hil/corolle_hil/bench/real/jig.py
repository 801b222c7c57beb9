"""The jig: a second board with stock MicroPython, whose pins are wired to the units under test."""

from pathlib import Path

from mpremote.transport import TransportExecError

from corolle_hil.bench.real.board_port import BoardPort
from corolle_hil.bench.rig import Trace

_PROGRAM = Path(__file__).parent.parent.parent / "scripts" / "jig.py"


class Jig:
    """It stands at its prompt, with its program in memory. Raises as BoardPort does.

    Its functions raise OSError with what MicroPython said: an invalid pin, a chip that does not answer.
    """

    def __init__(self, named: str):
        self._named = named
        self._port = BoardPort(named)
        self._port.stop_program()
        self._run(_PROGRAM.read_text())

    def drive(self, gpio: int, level: int) -> None:
        """Hold a wire."""
        self._run(f"drive({gpio}, {level})")

    def millivolts(self, gpio: int) -> float:
        """What an ADC sees."""
        return float(self._run(f"print(millivolts({gpio}))"))

    def passage(self, presence: int, photodiode: int, seconds: float, every_s: float) -> Trace:
        """Somebody is there for so long: (seconds, mV), by the jig's own clock."""
        times = f"{round(1000 * seconds)}, {max(1, round(1000 * every_s))}"
        told = self._run(f"passage({presence}, {photodiode}, {times})")
        pairs = (line.split() for line in told.splitlines())
        return [(float(ms) / 1000, float(mv)) for ms, mv in pairs]

    def power_w(self, sda: int, scl: int, address: int, shunt_uohm: int) -> float:
        """What flows through an INA226. Raises OSError when it does not answer."""
        return float(self._run(f"print(power_w({sda}, {scl}, {address}, {shunt_uohm}))"))

    def make_tap(self, name: str, open_gpio: int, close_gpio: int, flow_gpio: int, pulse_ms: int) -> None:
        """Begin to read a valve and to play its meter, under this name (of a Python variable)."""
        self._run(f"{name} = Tap({open_gpio}, {close_gpio}, {flow_gpio}, {pulse_ms})")

    def tap(self, name: str) -> tuple[bool, int]:
        """(whether it is open, pulses of its meter since it was made)."""
        is_open, pulses = self._run(f"{name}.tell()").split()
        return is_open == "1", int(pulses)

    def _run(self, code: str) -> str:
        try:
            return self._port.run(code)
        except TransportExecError as error:
            last = error.error_output.strip().splitlines()[-1]
            raise OSError(f"the jig at {self._named}: {code.splitlines()[-1]}: {last}") from None

    def close(self) -> None:
        """Let it go; a reset lets all wires go."""
        self._port.restart()
        self._port.close()
