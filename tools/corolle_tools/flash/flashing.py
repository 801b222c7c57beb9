"""One board, from whatever is on it to a unit that runs."""

from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corolle_tools.firmware import board_definition, node_files
from corolle_tools.flash import esp, guard, image
from corolle_tools.flash.errors import NoAnswer, Refused
from corolle_tools.flash.listening import Verdict, listen
from corolle_tools.flash.plan import Plan, digest, make_plan, with_manifest
from corolle_tools.flash.session import BoardFacts, Session
from corolle_tools.identity import Identity

_CHUNK_BYTES = 4096
_BOOT_TRIES = 6  # a new image makes its file system first

Progress = Callable[[str, float], None]  # the step, and how much of it is done: 0 to 1


@dataclass(frozen=True)
class Wish:
    """What a board is to become.

    Attributes:
        board: the name of its definition.
        unit: who it is to be.
        replace: the unit that it may be taken from.
        chip: the chip's own id that has to answer, where it is known.
        image: the file or folder of a MicroPython image; None: the one it has stays.
        erase: nobody needs what is on it.
        test: whether the unit is asked to test its parts at the end.
        listen_s: how long it is heard after its boot line, for what is wrong from the beginning.
    """

    board: str
    unit: Identity
    replace: str = ""
    chip: str = ""
    image: Path | None = None
    erase: bool = False
    test: bool = False
    listen_s: float = 3.0

    def files(self) -> dict[str, bytes]:
        """All that its flash is to hold: path -> content."""
        return with_manifest(node_files(self.board, self.unit), self.board)

    @property
    def definition(self) -> dict[str, Any]:
        """What its board.toml says."""
        return board_definition(self.board)


@dataclass
class Outcome:
    """What was done to a board, and how it began afterwards."""

    port: str
    unit: str
    chip: str = ""
    notes: list[str] = field(default_factory=list)
    written: int = 0
    written_bytes: int = 0
    unchanged: int = 0
    verdict: Verdict = field(default_factory=Verdict)


def flash(port: str, wish: Wish, progress: Progress) -> Outcome:
    """Make the board at a port what is wished.

    Nothing is written before chip, MicroPython and owner have been looked at. The same call goes on where an
    earlier one was broken off.

    Raises FlashError: see errors.py for the kinds.
    """
    outcome = Outcome(port, wish.unit.name, wish.chip)
    guard.check_unit(wish.definition, wish.unit)
    files = wish.files()
    if wish.image:
        _bring_image(port, wish, outcome, progress)
    with Session.open(port, _BOOT_TRIES if wish.image else 2) as session:
        facts = session.facts()
        _check_chip(outcome, facts.id)
        outcome.notes += guard.check_micropython(wish.definition, facts)
        replaced = guard.check_owner(session.call("identity"), wish.unit, wish.replace)
        plan = make_plan(files, session.call("files"), is_replaced=bool(replaced))
        outcome.unchanged = len(files) - len(plan.write)
        _carry_out(session, plan, files, outcome, progress)
        outcome.verdict = listen(session.reset(), port, wish.listen_s, wish.test, progress)
    return outcome


def _bring_image(port: str, wish: Wish, outcome: Outcome, progress: Progress) -> None:
    """Write MicroPython, unless the board has just that one; what may not be lost is looked at first."""
    chosen = image.choose(wish.image or Path(), wish.definition)
    erase = wish.erase
    try:
        with Session.open(port, 1) as session:
            facts = session.facts()
            _check_chip(outcome, facts.id)
            told = session.call("identity")
            taken = guard.check_owner(told, wish.unit, wish.replace)
            if _runs(facts, chosen):
                return
            erase = erase or bool(taken) or guard.owner_of(told) is None
    except NoAnswer as silent:
        if not erase:
            raise Refused(
                f"{silent}, so nobody can tell whose board it is: "
                "--erase, if it is new, or nobody needs what is on it"
            ) from silent
    progress("chip", 0.0)
    chip = esp.recognise(port)
    progress("chip", 1.0)
    _check_chip(outcome, chip.id)
    esp.write(port, chosen, chip, erase=erase, progress=lambda share: progress("MicroPython", share))


def _runs(facts: BoardFacts, chosen: image.Image) -> bool:
    return facts.platform == "esp32" and facts.release == chosen.version


def _check_chip(outcome: Outcome, found: str) -> None:
    """That it is still the board that was looked at: cables are moved."""
    if outcome.chip and outcome.chip != found:
        raise Refused(f"{outcome.port}: the chip is {found}, and not {outcome.chip}")
    outcome.chip = found


def _carry_out(
    session: Session, plan: Plan, files: dict[str, bytes], outcome: Outcome, progress: Progress
) -> None:
    session.run([("remove", path) for path in plan.clear])
    total = sum(len(files[path]) for path in plan.write)
    for calls in _batches(plan, files):
        session.run(calls)
        outcome.written += sum(1 for name, *_ in calls if name == "end")
        outcome.written_bytes += sum(len(a2b_base64(call[1])) for call in calls if call[0] == "more")
        progress("files", outcome.written_bytes / total)


def _batches(plan: Plan, files: dict[str, bytes]) -> Iterator[list[tuple]]:
    """What writes the files, in parts that a board's memory has room for."""
    calls: list[tuple] = []
    room = _CHUNK_BYTES
    for path in plan.write:
        content = files[path]
        calls.append(("begin", path))
        while content:
            part, content = content[:room], content[room:]
            calls.append(("more", b2a_base64(part, newline=False)))
            room -= len(part)
            if not room:
                yield calls
                calls, room = [], _CHUNK_BYTES
        calls.append(("end", path, digest(files[path])))
    if calls:
        yield calls
