"""How long the event loop was held up, and by what.

A task sleeps 5 ms and notes how late it wakes. Two witnesses tell why: the garbage collector reports its own pauses (it
stops every thread), and a thread looks at all stacks while the loop is late.
"""

import asyncio
import gc
import sys
import threading
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from types import FrameType, TracebackType
from typing import Any, Self

NAP = 0.005
LATE = 0.015
_IDLE = frozenset(
    {"wait", "select", "get", "_worker", "sleep", "dequeue", "_run_event_loop", "_run_safe_shutdown_loop"}
)


@dataclass(slots=True)
class Stall:
    """One time that the loop was late."""

    start: float
    seconds: float
    cpu: float
    """Seconds of it in which this process had a processor: the rest was spent by other programs."""


@dataclass(slots=True)
class Pause:
    """One garbage collection."""

    start: float
    seconds: float
    generation: int
    thread: str


@dataclass(kw_only=True)
class StallWatch:
    """An async context manager."""

    stalls: list[Stall] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    _samples: list[tuple[float, str]] = field(default_factory=list)
    _beat_at: float = 0.0
    _gc_started: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)
    _main: int = 0

    async def __aenter__(self) -> Self:
        self._main = threading.get_ident()
        self._beat_at = time.perf_counter()
        gc.callbacks.append(self._collected)
        self._task = asyncio.create_task(self._beat())
        self._thread = threading.Thread(target=self._look, name="stall witness", daemon=True)
        self._thread.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        self._over.set()
        self._thread.join()
        gc.callbacks.remove(self._collected)

    async def _beat(self) -> None:
        while True:
            self._beat_at = start = time.perf_counter()
            cpu = time.process_time()
            await asyncio.sleep(NAP)
            late = time.perf_counter() - start - NAP
            if late > LATE:
                self.stalls.append(Stall(start, late, time.process_time() - cpu))

    def _collected(self, phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            self._gc_started = time.perf_counter()
        elif (seconds := time.perf_counter() - self._gc_started) > 0.005:
            name = threading.current_thread().name
            self.pauses.append(Pause(self._gc_started, seconds, info["generation"], name))

    def _look(self) -> None:
        while not self._over.wait(0.005):
            now = time.perf_counter()
            if now - self._beat_at > NAP + LATE:
                self._samples.append((now, self._stacks()))

    def _stacks(self) -> str:
        names = {thread.ident: thread.name for thread in threading.enumerate()}
        found: list[str] = []
        for ident, frame in sys._current_frames().items():
            if ident != threading.get_ident() and frame.f_code.co_name not in _IDLE:
                found.append(f"{'loop' if ident == self._main else names.get(ident, '?')}: {_where(frame)}")
        return " | ".join(sorted(found)) or "nothing of ours runs"

    @property
    def longest(self) -> float:
        """Milliseconds."""
        return round(1000 * max((stall.seconds for stall in self.stalls), default=0.0), 1)

    def report(self, top: int = 3) -> dict[str, Any]:
        """The longest stalls and what was seen during them; times in milliseconds."""
        full = [pause for pause in self.pauses if pause.generation == 2]
        return {
            "longest_ms": self.longest,
            "longest_without_garbage_collection_ms": round(
                1000 * max((stall.seconds - self._in_gc(stall) for stall in self.stalls), default=0.0), 1
            ),
            "stalls_over_15_ms": len(self.stalls),
            "full_collections": len(full),
            "longest_collection_ms": round(1000 * max((pause.seconds for pause in self.pauses), default=0.0), 1),
            "worst": [self._explain(stall) for stall in sorted(self.stalls, key=lambda stall: -stall.seconds)[:top]],
        }

    def _in_gc(self, stall: Stall) -> float:
        end = stall.start + NAP + stall.seconds
        return sum(
            max(0.0, min(end, pause.start + pause.seconds) - max(stall.start, pause.start)) for pause in self.pauses
        )

    def _explain(self, stall: Stall) -> dict[str, Any]:
        end = stall.start + NAP + stall.seconds
        # A thread that waited for the interpreter lock looks just after the end: it still sees who held it.
        seen = Counter(text for at, text in self._samples if stall.start <= at <= end + 0.002)
        return {
            "ms": round(1000 * stall.seconds, 1),
            "processor_ms": round(1000 * stall.cpu, 1),
            "garbage_collection_ms": round(1000 * self._in_gc(stall), 1),
            "seen": [f"{count} x {text}" for text, count in seen.most_common(2)],
        }


def _where(frame: FrameType) -> str:
    """The innermost frames, ours first of all."""
    stack = traceback.extract_stack(frame)
    ours = [entry for entry in stack if "myelectricaldata" in entry.filename]
    shown = [*ours[-1:], *stack[-2:]]
    return " > ".join(f"{entry.filename.rpartition('/')[2]}:{entry.lineno} {entry.name}" for entry in shown)
