"""Stopping a solve from outside: Ctrl-C, or a callable that is asked from time to time."""

from __future__ import annotations

import signal
import threading
from typing import Any

from gigaloop.solve.outcome import SolveOptions


class Interrupts:
    """While open, lets Ctrl-C and ``options.stop`` end the run at HiGHS's next check."""

    _KINDS = ("kCallbackSimplexInterrupt", "kCallbackIpmInterrupt", "kCallbackMipInterrupt")

    def __init__(self, highs: Any, kinds: Any, options: SolveOptions) -> None:  # noqa: ANN401
        self._highs = highs
        self._callback_kinds = [getattr(kinds, name) for name in self._KINDS]
        self._stop = options.stop
        self.by_keyboard = False
        self.error: BaseException | None = None
        self._catches = (
            options.interruptible
            and threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        )

    def _note(self, _signal: int, _frame: object) -> None:
        self.by_keyboard = True

    def _ask(self, _kind: Any, _text: str, _out: Any, asked: Any, _data: Any) -> None:  # noqa: ANN401
        try:
            asked.user_interrupt = self.by_keyboard or (self._stop is not None and self._stop())
        except BaseException as error:  # noqa: BLE001 - HiGHS would swallow it: raised again after the run
            self.error = error
            asked.user_interrupt = True

    def __enter__(self) -> Interrupts:
        if self._catches:
            signal.signal(signal.SIGINT, self._note)
        if self._catches or self._stop is not None:
            self._highs.setCallback(self._ask, None)
            for kind in self._callback_kinds:
                self._highs.startCallback(kind)
        return self

    def __exit__(self, *_: object) -> None:
        if self._catches or self._stop is not None:
            self._highs.setCallback(None, None)
        if self._catches:
            signal.signal(signal.SIGINT, signal.default_int_handler)
