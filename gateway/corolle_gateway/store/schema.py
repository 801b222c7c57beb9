"""The tables, and how an older database becomes a newer one.

`PRAGMA user_version` says how many of MIGRATIONS a database has been through. A released migration is never
edited: a change is a new one at the end.
"""

import sqlite3
from contextlib import closing

from corolle_gateway.errors import StoreError

_FIRST = """
CREATE TABLE units (
    name TEXT PRIMARY KEY, kind TEXT NOT NULL, site TEXT NOT NULL,
    dev_eui TEXT NOT NULL UNIQUE, join_eui TEXT NOT NULL,
    lat_deg REAL NOT NULL, lon_deg REAL NOT NULL, radio_class TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Apart from units, so that whoever copies the registry does not copy the keys.
-- dev_nonce and join_nonce are the last ones used: DevNonce of the unit's, JoinNonce of ours.
CREATE TABLE keys (
    unit TEXT PRIMARY KEY REFERENCES units, app_key BLOB NOT NULL,
    dev_nonce INTEGER NOT NULL DEFAULT -1, join_nonce INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- f_cnt_up: the smallest uplink counter still accepted. f_cnt_down: the smallest one never reserved.
-- active: the unit has sent an uplink in it; until then the session before it stays.
-- gateway: the concentrator that brought its last uplink.
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY, unit TEXT NOT NULL REFERENCES units, dev_addr INTEGER NOT NULL,
    nwk_skey BLOB NOT NULL, app_skey BLOB NOT NULL, join_nonce INTEGER NOT NULL,
    f_cnt_up INTEGER NOT NULL DEFAULT 0, f_cnt_down INTEGER NOT NULL DEFAULT 0,
    active INTEGER NOT NULL DEFAULT 0, gateway TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX sessions_of_unit ON sessions (unit);

-- Whatever is published and worth keeping. kind: report, event or ack. key names a report or event for ever
-- among its unit's own, so that the same one never gets in twice; acks have none.
CREATE TABLE messages (
    id INTEGER PRIMARY KEY, unit TEXT NOT NULL, kind TEXT NOT NULL, key TEXT,
    time_s REAL NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX messages_by_key ON messages (unit, key);

-- Messages that the broker has not acknowledged yet. Lane 0 (events, acks) goes before lane 1 (reports).
CREATE TABLE outbox (
    lane INTEGER NOT NULL, message INTEGER NOT NULL REFERENCES messages, PRIMARY KEY (lane, message)
) STRICT, WITHOUT ROWID;

-- A unit's last report, and where its wrapping counters stand.
CREATE TABLE states (
    unit TEXT PRIMARY KEY, report BLOB NOT NULL, counters BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE commands (
    unit TEXT NOT NULL, id TEXT NOT NULL, wire_id INTEGER NOT NULL,
    verb TEXT NOT NULL, value INTEGER NOT NULL, until_s REAL NOT NULL,
    author TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
    created_s REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (unit, id)
) STRICT;
CREATE INDEX open_commands ON commands (status) WHERE status IN ('accepted', 'queued', 'sent');

CREATE TABLE counts (
    kind TEXT NOT NULL, name TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

-- The duty ledger: what each concentrator sent in each sub-band.
CREATE TABLE airtime (
    gateway TEXT NOT NULL, band TEXT NOT NULL, time_s REAL NOT NULL, airtime_us INTEGER NOT NULL
) STRICT;
"""

# Every record of the canopies' sanitary logs (arrete du 7 aout 2017), as it came. A log is its controller's:
# another one in the same unit begins another log. The triggers keep faults of our own from changing evidence;
# the first is there because INSERT OR REPLACE deletes without asking the trigger on deletion.
_SANITARY = """
CREATE TABLE sanitary (
    unit TEXT NOT NULL, dev_eui TEXT NOT NULL, received_s REAL NOT NULL,
    number INTEGER NOT NULL, time_s INTEGER NOT NULL, code INTEGER NOT NULL, flags INTEGER NOT NULL,
    value INTEGER NOT NULL, author TEXT NOT NULL, chain BLOB NOT NULL, PRIMARY KEY (dev_eui, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX sanitary_of_unit ON sanitary (unit);
CREATE TRIGGER sanitary_once BEFORE INSERT ON sanitary
    WHEN EXISTS (SELECT 1 FROM sanitary WHERE dev_eui = NEW.dev_eui AND number = NEW.number)
    BEGIN SELECT RAISE(ABORT, 'a sanitary record is never replaced'); END;
CREATE TRIGGER sanitary_unchanged BEFORE UPDATE ON sanitary
    BEGIN SELECT RAISE(ABORT, 'a sanitary record is never changed'); END;
CREATE TRIGGER sanitary_kept BEFORE DELETE ON sanitary
    BEGIN SELECT RAISE(ABORT, 'a sanitary record is never deleted'); END;
"""

# Records that contradict one of the log: the same controller and number, other contents.
_CONTRADICTIONS = """
CREATE TABLE sanitary_contradictions (
    unit TEXT NOT NULL, dev_eui TEXT NOT NULL, received_s REAL NOT NULL,
    number INTEGER NOT NULL, time_s INTEGER NOT NULL, code INTEGER NOT NULL, flags INTEGER NOT NULL,
    value INTEGER NOT NULL, author TEXT NOT NULL, chain BLOB NOT NULL,
    UNIQUE (dev_eui, number, time_s, code, flags, value, author, chain)
) STRICT;
CREATE TRIGGER contradiction_unchanged BEFORE UPDATE ON sanitary_contradictions
    BEGIN SELECT RAISE(ABORT, 'a sanitary record is never changed'); END;
CREATE TRIGGER contradiction_kept BEFORE DELETE ON sanitary_contradictions
    BEGIN SELECT RAISE(ABORT, 'a sanitary record is never deleted'); END;
"""

# Where the messages of each hour of service begin: their age, whatever the clock says. The outbox loses its
# reference to messages, for which SQLite would go through all of it at each message that is deleted.
_BOUNDED = """
CREATE TABLE hours (hour INTEGER PRIMARY KEY, last_message INTEGER NOT NULL) STRICT;
ALTER TABLE outbox RENAME TO outbox_before;
CREATE TABLE outbox (
    lane INTEGER NOT NULL, message INTEGER NOT NULL, PRIMARY KEY (lane, message)
) STRICT, WITHOUT ROWID;
INSERT INTO outbox SELECT lane, message FROM outbox_before;
DROP TABLE outbox_before;
"""

# The last counter of a unit's adverts that was stored, and a mark of the key under which it counts.
_BLE = """
CREATE TABLE ble_counters (
    unit TEXT PRIMARY KEY REFERENCES units, key_mark BLOB NOT NULL, counter INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""

# Which groups a unit belongs to; what the city wants units to run, by the name it is wanted of (a unit's, a
# group's, a site's, a kind's); what each unit said last that it runs.
_SETTINGS = """
ALTER TABLE units ADD COLUMN groups TEXT NOT NULL DEFAULT '';
CREATE TABLE desired (
    name TEXT NOT NULL, setting TEXT NOT NULL, value INTEGER NOT NULL,
    author TEXT NOT NULL, time_s REAL NOT NULL, PRIMARY KEY (name, setting)
) STRICT, WITHOUT ROWID;
CREATE TABLE reported (unit TEXT PRIMARY KEY, settings BLOB NOT NULL) STRICT, WITHOUT ROWID;
"""

# Orders to groups, and the keys by which a group hears at once. multicast.f_cnt: the smallest counter never
# reserved. multicast_members: who has said that it has joined, and a mark of the keys with which.
_GROUPS = """
ALTER TABLE commands ADD COLUMN grp TEXT NOT NULL DEFAULT '';
CREATE INDEX commands_of_group ON commands (grp, id) WHERE grp <> '';
CREATE TABLE group_commands (
    grp TEXT NOT NULL, id TEXT NOT NULL, author TEXT NOT NULL, units INTEGER NOT NULL,
    created_s REAL NOT NULL, closed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (grp, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE multicast (
    name TEXT PRIMARY KEY, address INTEGER NOT NULL UNIQUE, key BLOB NOT NULL,
    f_cnt INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE multicast_members (
    name TEXT NOT NULL, unit TEXT NOT NULL, mark BLOB NOT NULL, PRIMARY KEY (name, unit)
) STRICT, WITHOUT ROWID;
"""

# Sessions that ChirpStack keeps; f_cnt_up: the smallest uplink counter still accepted.
_CHIRPSTACK = """
CREATE TABLE chirpstack_sessions (
    id INTEGER PRIMARY KEY, unit TEXT NOT NULL REFERENCES units, dev_addr TEXT NOT NULL,
    application TEXT NOT NULL, f_cnt_up INTEGER NOT NULL DEFAULT 0, UNIQUE (unit, dev_addr)
) STRICT;
"""

# What is known of a session's way through the air; made and read by the link alone.
_LINKS = """
ALTER TABLE sessions ADD COLUMN link BLOB NOT NULL DEFAULT x'';
"""

# Alarms, and who knows of them. first: the figures that told of it, as JSON. changes: the steps of its life.
_ALARMS = """
CREATE TABLE alarms (
    id INTEGER PRIMARY KEY, unit TEXT NOT NULL, code TEXT NOT NULL, first BLOB NOT NULL,
    raised_s REAL NOT NULL, last_s REAL NOT NULL, count INTEGER NOT NULL, changes INTEGER NOT NULL,
    acknowledged_s REAL, author TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '', cleared_s REAL
) STRICT;
CREATE UNIQUE INDEX open_alarms ON alarms (unit, code) WHERE cleared_s IS NULL;
CREATE INDEX alarms_of_unit ON alarms (unit, code, cleared_s);
"""

# What each unit used and did, by month (YYYY-MM), and where its counters stood when it was heard last.
_LEDGER = """
CREATE TABLE meters (
    unit TEXT PRIMARY KEY, first_s REAL NOT NULL, last_s REAL NOT NULL, standing BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE ledger (
    unit TEXT NOT NULL, month TEXT NOT NULL,
    energy_wh REAL NOT NULL, burn_h REAL NOT NULL, passages REAL NOT NULL,
    water_l REAL NOT NULL, mist_l REAL NOT NULL, purge_l REAL NOT NULL,
    heard_s REAL NOT NULL, stopped_s REAL NOT NULL, resets REAL NOT NULL, full_w REAL,
    PRIMARY KEY (unit, month)
) STRICT, WITHOUT ROWID;
"""

# Units that are lost: they are known, and not heard.
_REVOKED = """
ALTER TABLE units ADD COLUMN revoked INTEGER NOT NULL DEFAULT 0;
"""

# Each transmission looks for those that no longer count, and each that was refused for itself: in a storm of
# thousands, where all of the table was read for each, that took most of the time.
_AIRTIME = """
CREATE INDEX airtime_by_time ON airtime (time_s);
"""

# What is known of a unit is one row: its last report and counters, if it has sent one, and where its counts
# stood when it was heard last, if the clock was set then.
_KNOWN = """
CREATE TABLE known (
    unit TEXT PRIMARY KEY, report BLOB, counters BLOB, first_s REAL, last_s REAL, standing BLOB
) STRICT, WITHOUT ROWID;
INSERT INTO known SELECT unit, report, counters, first_s, last_s, standing
    FROM states LEFT JOIN meters USING (unit);
INSERT INTO known SELECT unit, NULL, NULL, first_s, last_s, standing FROM meters
    WHERE unit NOT IN (SELECT unit FROM states);
DROP TABLE states;
DROP TABLE meters;
ALTER TABLE known RENAME TO states;
"""

MIGRATIONS = (
    _FIRST,
    _SANITARY,
    _CONTRADICTIONS,
    _BOUNDED,
    _BLE,
    _SETTINGS,
    _GROUPS,
    _CHIRPSTACK,
    _LINKS,
    _ALARMS,
    _LEDGER,
    _REVOKED,
    _AIRTIME,
    _KNOWN,
)


def migrate(db: sqlite3.Connection, to: int | None = None) -> None:
    """Bring a database to this version, or to an earlier one, one committed step after the other.

    StoreError when it was written by a newer gateway.
    """
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise StoreError(
            f"the database has version {version}, this gateway knows up to {len(MIGRATIONS)}:"
            " it was written by a newer one"
        )
    for number in range(version, to or len(MIGRATIONS)):
        db.executescript(f"BEGIN IMMEDIATE;{MIGRATIONS[number]};PRAGMA user_version = {number + 1};COMMIT;")


def tables(version: int) -> dict[str, list[str]]:
    """The tables that a database of a version has, and the columns of each."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(";".join(MIGRATIONS[:version]))
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: [row[1] for row in db.execute(f"PRAGMA table_info({name})")] for name in names}
