"""What the words of a board on its serial port say of its state."""

import re
from typing import NamedTuple


class Finding(NamedTuple):
    """What is so, and what to do; nothing is to be done about what is `well`."""

    name: str
    told: str
    advice: str = ""
    well: bool = False


_BOOT = re.compile(rb"rst:0x[0-9a-f]+|event=boot\b|^ESP-ROM:", re.MULTILINE)
_CAUSE = re.compile(rb"rst:0x[0-9a-f]+ \(([A-Z0-9_]+)\)|event=boot cause=(\w+)")
_OURS = re.compile(
    r"^(?:t=\S+ level=\w+ event=\w+|: [\w.-]+=).*", re.MULTILINE
)  # its log, or part of an answer
_BANNER = re.compile(rb"MicroPython [^\r\n]*")
_NO_IMAGE = (b"invalid header: 0xffffffff", b"flash read err", b"No bootable app", b"ets_main.c 371")
_DOWNLOAD = (b"waiting for download", b"DOWNLOAD(")
# What the raw prompt says to who has sent half of a script: "go on" and "enough", and no ctrl-B leads out.
_RAW = re.compile(rb"[\x01\x04>\s]*[\x01\x04][\x01\x04>\s]*")
_LOOPS = 2  # boots within the seconds of a look
_SHOWN = 80


def boots(heard: bytes) -> int:
    """How many boots there are in what was heard: the ROM and the firmware tell of the same one."""
    counts = [heard.count(mark) for mark in (b"rst:0x", b"event=boot ", b"ESP-ROM:")]
    return max(counts)


def at_once(heard: bytes) -> Finding | None:
    """What is plain before anything was asked."""
    if any(mark in heard for mark in _DOWNLOAD):
        return Finding(
            "download",
            "it waits for an image: it was reset with its boot pin held low",
            "press reset (EN) without the boot button; if that changes nothing, something pulls GPIO0 down",
        )
    if any(mark in heard for mark in _NO_IMAGE):
        return Finding(
            "no firmware",
            "there is no firmware on its flash",
            "`corolle flash` writes MicroPython and the node",
        )
    if boots(heard) >= _LOOPS:
        causes = [b"".join(found).decode() for found in _CAUSE.findall(heard)]
        return Finding(
            "boot loop",
            f"it begins again and again ({boots(heard)} times while we looked; {', '.join(causes[-3:])})",
            "brown-out or POWERON: a weak supply or USB port; else `corolle flash` anew. After three failed "
            "boots our firmware goes into safe mode, and answers",
        )
    return None


def silent(heard: bytes, after: bytes) -> Finding:
    """What kept it from answering, by all that it has said, and what came `after` ctrl-B."""
    if (b">>> " not in heard and b">>> " in after) or _RAW.fullmatch(heard + after):
        return Finding(
            "raw prompt",
            "it stood at MicroPython's raw prompt, where a tool has left it that ended too soon",
            "press reset, or cut its power for a moment: it begins its work anew. After a flash that was cut "
            "off give `corolle flash` again: it goes on from there",
        )
    if b">>> " in heard:
        banner = _BANNER.search(heard + after)
        return Finding(
            "prompt",
            f"it stands at MicroPython's prompt ({banner[0].decode() if banner else 'after ctrl-C'}), "
            "and its program does not run",
            "press reset, or ctrl-D at that prompt; if it comes back to it the program is missing: "
            "`corolle flash`",
        )
    if ours := _OURS.findall((heard + after).decode(errors="replace")):
        return Finding(
            "no console",
            f"our firmware runs and does not answer in time; it says: {ours[-1].strip()[:_SHOWN]}",
            "try again in a minute; a file that is missing is written by `corolle flash`. A task that hangs "
            "ends in a reset within three minutes",
        )
    return at_once(heard + after) or _strange(heard + after)


def _strange(heard: bytes) -> Finding:
    if not heard.strip():
        return Finding(
            "silent",
            "the port is open, and the board says nothing at all",
            "press reset and look again: does it say something then? If not: has it power, is this its port, "
            "has it another image whose console is elsewhere? `corolle flash` makes it ours",
        )
    if sum(byte > 126 or byte < 9 for byte in heard) > len(heard) // 4:
        return Finding(
            "garbage",
            "what it says is no text at 115200 baud",
            "another program, or another baud rate: `corolle flash` makes it ours",
        )
    text = " ".join(heard.decode(errors="replace").split())
    return Finding(
        "another program",
        f"another program runs there; it says: {text[-_SHOWN:]}",
        "is this the right board? `corolle flash` makes it ours",
    )


def healthy(shown: list[str]) -> list[Finding]:
    """What an answer to `show` says."""
    facts = dict(line.split("=", 1) for line in shown if "=" in line)
    found = [
        Finding(
            "answers", f"it answers: {facts.get('unit', '?')}; output {facts.get('output', '?')}", "", True
        )
    ]
    if facts.get("output", "").endswith("safe mode"):
        found.append(
            Finding(
                "safe mode",
                "it runs in safe mode: three boots have failed",
                "`corolle logs` has its last crash; mend the cause and restart it, or `corolle flash` anew",
            )
        )
    faults = [name.removeprefix("fault.") for name in facts if name.startswith("fault.")]
    if faults:
        found.append(
            Finding("faults", f"it tells of faults: {', '.join(faults)}", "`corolle shell self-test`")
        )
    verdict = facts.get("self-test", "")
    if verdict.startswith("bad"):
        found.append(
            Finding("self-test", f"its test of {verdict[5:]}", "`corolle shell verdict` has each part")
        )
    return found
