"""What is done from the command line: flask --app exchange migrate, demo, links, backup ..."""

from flask import Flask

from exchange.cli import events, instance, stand_lists
from exchange.cli.passes import passes

COMMANDS = (
    instance.migrate,
    instance.demo,
    instance.links,
    instance.backup,
    instance.restore,
    events.event,
    passes,
    stand_lists.import_,
)


def init_app(app: Flask) -> None:
    """Register the commands."""
    for command in COMMANDS:
        app.cli.add_command(command)
