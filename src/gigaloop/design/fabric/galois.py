"""Finite fields of any prime power, as tables of powers of a primitive element."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

from gigaloop.design.records.fabric import IntArray


@dataclass(frozen=True)
class Field:
    """The field of ``order`` elements, numbered by their digits in the base of its prime.

    Parameters
    ----------
    prime, order
        The prime and its power.
    powers
        Powers of a primitive element from the 0th, (order - 1,).
    """

    prime: int
    order: int
    powers: IntArray

    def minus(self, a: IntArray, b: IntArray) -> IntArray:
        """Subtract, digit by digit without carry."""
        result = np.zeros(np.broadcast_shapes(np.shape(a), np.shape(b)), np.int32)
        place = 1
        while place < self.order:
            digit = (a // place % self.prime - b // place % self.prime) % self.prime
            result += digit.astype(np.int32) * np.int32(place)
            place *= self.prime
        return result

    def times(self, a: IntArray, b: IntArray) -> IntArray:
        """Multiply, by logarithms."""
        logarithm = np.zeros(self.order, np.int32)
        logarithm[self.powers] = np.arange(self.order - 1, dtype=np.int32)
        found = self.powers[(logarithm[a] + logarithm[b]) % (self.order - 1)]
        return np.where((a == 0) | (b == 0), np.int32(0), found).astype(np.int32)


def prime_of(order: int) -> int | None:
    """Give the prime of which a number is a power, if it is one.

    Examples
    --------
    >>> prime_of(27), prime_of(28), prime_of(29)
    (3, None, 29)
    """
    if order < 2:
        return None
    prime = next((each for each in range(2, int(order**0.5) + 1) if order % each == 0), order)
    while order % prime == 0:
        order //= prime
    return prime if order == 1 else None


@lru_cache(maxsize=16)
def field(order: int) -> Field:
    """Build the field of an order.

    Raises
    ------
    ValueError
        If the order is no power of a prime.
    """
    prime = prime_of(order)
    if prime is None:
        raise ValueError(f"{order} is no power of a prime")
    degree = 1
    while prime**degree < order:
        degree += 1
    for low in product(range(prime), repeat=degree):
        powers = _powers_of_x(low, prime, order)
        if powers is not None:
            return Field(prime, order, np.array(powers, np.int32))
    raise ValueError(f"no primitive polynomial of degree {degree} over {prime} elements")


def _powers_of_x(low: tuple[int, ...], prime: int, order: int) -> list[int] | None:
    """Give the powers of x where x^n = -(low), if they are all elements but 0."""
    element = (1,) + (0,) * (len(low) - 1)
    seen: list[int] = []
    for _ in range(order - 1):
        number = sum(digit * prime**at for at, digit in enumerate(element))
        if number == 0 or (number == 1 and seen):
            return None
        seen.append(number)
        top, shifted = element[-1], (0, *element[:-1])
        element = tuple((digit - top * each) % prime for digit, each in zip(shifted, low, strict=True))
    return seen if element == (1,) + (0,) * (len(low) - 1) else None
