"""Waiting for what a device says, shows or answers: never for a fixed time."""

from collections.abc import Callable
from typing import Any

from corolle_hil.bench.rig import Dut, NotThere, Said

_STEP_S = 0.05
_DONE, _REFUSED = ". done", "! "  # the last line of a console's answer
_ENDS = _DONE, _REFUSED
_LAST = 8  # lines that are shown when nothing came


def until(dut: Dut, what: str, is_so: Callable[[], Any], timeout_s: float, step_s: float = _STEP_S) -> Any:
    """Wait until `is_so()` returns something, and return that.

    Raises NotThere after `timeout_s`, naming `what`.
    """
    deadline_s = dut.now_s + timeout_s
    while not (found := is_so()):
        if dut.now_s >= deadline_s:
            raise NotThere(
                f"{dut.name}: no {what} within {timeout_s:g} s; its last words:\n{_last_words(dut)}"
            )
        dut.wait(step_s)
    return found


def await_said(dut: Dut, timeout_s: float, since: int = 0, **fields: Any) -> Said:
    """Wait for a record with these fields; `since` is how many had been heard before. Raises NotThere."""
    words = " ".join(f"{name}={value!r}" for name, value in fields.items())

    def find() -> Said | None:
        return next(iter(said(dut, since, **fields)), None)

    return until(dut, f"record {words}", find, timeout_s)


def ask(dut: Dut, line: str, timeout_s: float = 10.0) -> list[str]:
    """Type a line at its console; what it answers. Raises NotThere when it does not, or refuses."""
    before = len(dut.heard)
    dut.type(line)

    def answered() -> list[str]:
        texts = [each.record["text"] for each in dut.heard[before:] if each.record["type"] == "console"]
        return texts if texts and texts[-1].startswith(_ENDS) else []

    texts = until(dut, f"answer to {line!r}", answered, timeout_s)
    if not texts[-1].startswith(_DONE):
        raise NotThere(f"{dut.name}: {line!r} was refused: {texts[-1]}")
    return [text.removeprefix(": ") for text in texts[:-1]]


def said(dut: Dut, since: int = 0, **fields: Any) -> list[Said]:
    """What was said that has these fields."""
    return [each for each in dut.heard[since:] if fields.items() <= each.record.items()]


def _last_words(dut: Dut) -> str:
    lines = [f"  {each.at_s:9.3f} {each.record}" for each in dut.heard[-_LAST:]]
    return "\n".join(lines) or "  (none at all)"
