"""The `corolle` command: one file a command, gathered here, and loaded when it is called."""

from importlib import import_module

import typer
import typer.core

# Command -> the function or the typer.Typer of its own that it is. Nobody waits for the others to load.
_COMMANDS = {
    "street": "corolle_tools.street.cli:street",
    "command": "corolle_tools.command:command",
    "settings": "corolle_tools.settings:settings",
    "console": "corolle_tools.console.cli:console",
    "board": "corolle_tools.desk.cli:board",
    "flash": "corolle_tools.flash.cli:flash",
    "logs": "corolle_tools.serial.logs:logs",
    "shell": "corolle_tools.serial.shell:shell",
    "doctor": "corolle_tools.serial.doctor:doctor",
    "provision": "corolle_tools.provision.cli:provision",
    "label": "corolle_tools.provision.cli:label",
    "ble": "corolle_tools.ble.cli:app",
    "bench": "corolle_tools.bench.cli:app",
    "boards": "corolle_tools.boards.cli:app",
    "codec": "corolle_tools.codec.cli:app",
    "replay": "corolle_tools.replay.cli:app",
    "sanitary": "corolle_tools.sanitary.cli:app",
    "units": "corolle_tools.provision.units_cli:app",
}
# Where a value may be written with a minus: it is for the gateway to say what is legal.
_WITH_VALUES = ("command",)


class _Commands(typer.core.TyperGroup):
    def list_commands(self, ctx: object) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: object, cmd_name: str):
        # A misspelt one is compared with all of them.
        for name in [cmd_name] if cmd_name in _COMMANDS else _COMMANDS:
            if name not in self.commands:
                self.commands.update(_load(name))
        return self.commands.get(cmd_name)


app = typer.Typer(cls=_Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def corolle() -> None:
    """Connected street furniture: a street to try, and the tools to build one."""


def main() -> None:
    """Run the command line."""
    app()


def _load(name: str):
    module, attribute = _COMMANDS[name].split(":")
    found = getattr(import_module(module), attribute)
    alone = typer.Typer(pretty_exceptions_enable=False)
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name)
    else:
        alone.command(name, context_settings={"ignore_unknown_options": name in _WITH_VALUES})(found)
    return typer.main.get_group(alone).commands
