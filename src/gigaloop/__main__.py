"""``python -m gigaloop`` runs the command line."""

from gigaloop.cli import main

main()
