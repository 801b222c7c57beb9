"""The gateway's command line, in the tests' own process: a tenth of the work of one of its own."""

import contextlib
import io
import sys
from unittest import mock

from corolle_gateway import app


def ran_here(*words: object) -> tuple[int, str, str]:
    """Its exit status, what it said, and what it complained of."""
    said, complaint = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["corolle-gateway", *map(str, words)]),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(complaint),
    ):
        try:
            app.main()
        except SystemExit as ended:
            return int(ended.code or 0), said.getvalue(), complaint.getvalue()
    raise AssertionError("main() returns to nobody")
