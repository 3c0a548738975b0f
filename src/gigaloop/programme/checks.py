"""x"""

from gigaloop.programme.schema import Programme
from gigaloop.core.errors import Problem


def check_programme(programme: Programme) -> list[Problem]:
    return []
