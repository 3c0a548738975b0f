"""A seeded hash of integers, as arrays: what a switch does when it picks one of equal paths for a flow."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Words = NDArray[np.uint32]


def hashed(key: ArrayLike, seed: int, salt: int = 0) -> Words:
    """Mix integers to 32 bits that look random: the finaliser of MurmurHash3 over key, seed and salt.

    Parameters
    ----------
    key
        (m,), below 2^32.
    seed, salt
        Of the network, and of the tier: switches of different tiers hash independently.

    References
    ----------
    Multipliers: A. Appleby, MurmurHash3, https://github.com/aappleby/smhasher. What spreads the seed: the golden ratio
    of 2^32, after D. Knuth, The Art of Computer Programming 3, 6.4, ISBN 0-201-89685-0.

    Examples
    --------
    >>> hashed([1, 2, 3], seed=7).tolist() == hashed([1, 2, 3], seed=7).tolist()
    True
    """
    word = np.array(key, dtype=np.uint32)
    word += np.uint32(((seed + 1) * 0x9E3779B1 + salt * 0x85EBCA77) & 0xFFFFFFFF)
    word ^= word >> np.uint32(16)
    word *= np.uint32(0x85EBCA6B)
    word ^= word >> np.uint32(13)
    word *= np.uint32(0xC2B2AE35)
    word ^= word >> np.uint32(16)
    return word


def pick(word: Words, count: ArrayLike) -> NDArray[np.int32]:
    """Pick one of a number of things by a hash, evenly, without a division: ``(high half * count) >> 16``.

    Parameters
    ----------
    word
        Hashes (m,).
    count
        How many there are, up to 2^16, (m,) or one number.
    """
    half = word >> np.uint32(16)
    half *= np.asarray(count, dtype=np.uint32)
    half >>= np.uint32(16)
    return half.view(np.int32)
