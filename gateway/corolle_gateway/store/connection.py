"""The connection to the database, and who hears of each message that is put into it."""

import sqlite3
from collections.abc import Callable

# sqlite3 asks of every blob whether it wants to be something else: to be told at once takes a third of that.
sqlite3.register_adapter(bytes, bytes.__bytes__)

# A message as the database has it: number, unit, kind, key, unix seconds, body.
Note = Callable[[int, str, str, str | None, float, bytes], None]


class Connection(sqlite3.Connection):
    """`note` hears of a message in the transaction that puts it there, or says it better.

    A trigger would do as well, and makes an uplink cost a twentieth more. `has_spare`: what is no message has
    a second copy. `is_damaged`: not all of the database could be read when it was opened. `restored`: how
    many messages were put back from the journal then.
    """

    has_spare = is_damaged = False
    restored = 0
    note: Note = staticmethod(lambda *_: None)
