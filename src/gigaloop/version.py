"""The version of gigaloop."""

VERSION = "0.1.0"
