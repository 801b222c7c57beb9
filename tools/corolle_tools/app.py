"""The `corolle` command: one file a command, gathered here."""

import typer

app = typer.Typer(
    help="Connected street furniture: a street to try, and the tools to build one.",
    no_args_is_help=True,
    add_completion=False,
)


def main() -> None:
    """Run the command line."""
    app()
