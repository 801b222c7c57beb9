"""`corolle shell`: a node's own console, with line editing."""

import contextlib
import sys
import threading
from typing import Annotated

import typer

from corolle_tools.console.ports import NoPort
from corolle_tools.serial.choosing import Port, chosen
from corolle_tools.serial.node_line import NodeLine, Refused, Silent

_FAILED, _USAGE = 1, 2
_LOOK_S = 0.1
_LEAVE = ("exit", "quit")


def shell(
    line: Annotated[
        list[str] | None, typer.Argument(metavar="[LINE]", help="One request; without it, a prompt.")
    ] = None,
    port: Port = None,
    log: Annotated[bool, typer.Option("--log", help="What the node logs meanwhile, too.")] = False,
) -> None:
    """Speak with a node at its serial port: help, show, command, settings, log, self-test, restart, time.

    It goes on with its work meanwhile. Ends with ctrl-D, or with exit status 1 after a LINE that was refused.
    """
    try:
        with NodeLine(chosen(port), print if log else lambda _: None) as node:
            if line:
                print("\n".join(node.ask(" ".join(line))))
            else:
                _converse(node)
    except (Refused, Silent) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(_FAILED) from None
    except NoPort as error:
        print(error, file=sys.stderr)
        raise typer.Exit(_USAGE) from None


def _converse(node: NodeLine) -> None:
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - input() edits with it

    print(f"{node.port}: `help` lists what it understands, ctrl-D leaves", file=sys.stderr)
    with _Listener(node) as listener, contextlib.suppress(EOFError, KeyboardInterrupt):
        while (typed := input("> ").strip()) not in _LEAVE:
            if not typed:
                continue
            with listener.lock:
                try:
                    print("\n".join(node.ask(typed)))
                except (Refused, Silent) as error:
                    print(error)


class _Listener:
    """Reads what the node logs while somebody thinks of what to type: else its words would pile up."""

    def __init__(self, node: NodeLine):
        self._node = node
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.lock = threading.Lock()

    def __enter__(self) -> "_Listener":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(_LOOK_S):
            with self.lock, contextlib.suppress(NoPort):  # who types next is told
                self._node.follow(0)
