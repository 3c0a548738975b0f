"""The command line. Engines are imported only when a command needs them."""

from gigaloop.cli.app import main

__all__ = ["main"]
