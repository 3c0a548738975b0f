"""Published and measured cases, and how near the engines come to them: what ``gigaloop validate`` prints."""

from gigaloop.validation.records import Checked, Summary, Validation
from gigaloop.validation.run import KINDS, validate

__all__ = ["KINDS", "Checked", "Summary", "Validation", "validate"]
