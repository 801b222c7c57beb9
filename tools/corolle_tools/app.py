"""The `corolle` command: one file a command, gathered here."""

import typer

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Connected street furniture: a street to try, tools to build one."
)


def main() -> None:
    """Run the command line."""
    app()
