"""What the node's console understands. In memory while one line is answered.

Each line of an answer begins with ": ", so that it is none of the log's; the last one is ". done", or "! "
and what was wrong.
"""

from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_ORDERS = const("corolle.units.serial_orders")
_ORDERING = const("command time restart self-test")
_FACTS = ("corolle.units.serial_facts", "corolle.system.version")


def answer(line: str, kind: str, common, unit) -> None:
    """Print the answer to a line, whatever it is."""
    verb, *rest = line.split()
    try:
        if verb in _ORDERING.split() or (verb == "settings" and "=" in line):
            with borrowed(_ORDERS) as orders:
                orders.take(verb, rest, kind, common, unit)
        else:
            with borrowed(*_FACTS) as facts:
                for told in facts.told(verb, rest, kind, common, unit):
                    print(":", told)
    except (OSError, OverflowError, ValueError, MemoryError) as error:
        print("!", error)
        return
    print(". done")
