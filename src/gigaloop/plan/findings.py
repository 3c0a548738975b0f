"""What a plan finds: what is late and why, what binds, and where first units are made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is late.

    Parameters
    ----------
    kind
        ``energisation``, ``equipment``, ``hall``, ``crews``, ``commissioning crews``, ``unit parts``, ``unit`` (the
        rest of a scalable unit), ``lane``, ``line``, ``test power``, ``test flow``, ``test positions``, ``supply``,
        ``effectivity``, ``lead time``, ``reserved`` (for later racks) or ``worth``.
    path
        The record in the programme; ``programme.place(path)`` says where it stands in the user's files.
    share
        Share of the lateness (power x time) that it accounts for.
    clears
        The first day on which it no longer binds; none within the horizon where not given.
    """

    kind: str
    path: str
    share: float
    clears: dt.date | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Late:
    """A demand that is not met on its date.

    Parameters
    ----------
    power
        The most that is late in any week [W, on the site's basis].
    energy
        Lateness in all: power late times the time it is late [W s = J].
    weeks
        Weeks from the first in which it is late until it is met, or until the end of the horizon.
    met
        The first day on which it is met; none where it is not within the horizon.
    cost
        Cost of lateness, discounted [USD].
    reasons
        Why, the greatest share first.
    """

    site: str
    demand: str
    path: str
    due: dt.date
    power: float
    energy: float
    weeks: int
    met: dt.date | None
    cost: float
    reasons: tuple[Reason, ...]
    sentence: str

    @property
    def reason(self) -> Reason:
        """The reason with the greatest share."""
        return self.reasons[0]


@dataclass(frozen=True, slots=True)
class Binding:
    """A resource that binds, and what a stated relief of it was found to bring by planning again.

    Parameters
    ----------
    kind
        ``supply``, ``line``, ``test power``, ``test flow``, ``test positions``, ``crews``, ``energisation``,
        ``equipment``, ``equipment supply``, ``commissioning crews``, ``unit parts``, ``hall`` or ``lane``.
    first, last
        The first and last week in which it binds, by their Mondays.
    shadow_price
        What one more ``unit`` in all these weeks would bring at the margin [USD per unit].
    relief
        The change that was planned again, in words.
    worth
        What the objective gains by it [USD]; none where it was not planned again.
    online
        Compute online that it adds: power at the racks times time [W s = J].
    """

    kind: str
    name: str
    path: str
    first: dt.date
    last: dt.date
    shadow_price: float
    unit: str
    relief: str
    worth: float | None
    online: float | None
    sentence: str


@dataclass(frozen=True, slots=True)
class LineOpens:
    """When a line opens whose opening the plan decides; no date: never.

    Parameters
    ----------
    line, path
        Its name ``factory.line``, and its record in the programme.
    earliest, latest
        The first and the last Monday on which it may open.
    cost
        Of opening it [USD of the price year, in its week].
    """

    line: str
    path: str
    date: dt.date | None
    earliest: dt.date
    latest: dt.date
    cost: float


@dataclass(frozen=True, slots=True)
class ChangeOver:
    """When a line is changed over to a generation; no dates: never.

    Parameters
    ----------
    line, path
        Its name ``factory.line``, and its record in the programme.
    stops, ready
        From when the line stands still, and the Monday from which it may complete the generation's products.
    weeks
        For which it stands still.
    cost
        Of the change-over [USD of the price year, in its last week].
    """

    line: str
    path: str
    generation: str
    stops: dt.date | None
    ready: dt.date | None
    weeks: float
    cost: float


@dataclass(frozen=True, slots=True)
class FirstUnits:
    """Where the first racks of a generation are made; ``evaluation`` of ``wanted`` evaluation units."""

    generation: str
    factory: str
    date: dt.date | None
    evaluation: float
    wanted: float


@dataclass(frozen=True, slots=True)
class LatenessShare:
    """What a cause has of all lateness of a plan: what goes when it is lifted, after those before it.

    Parameters
    ----------
    kind
        As for :class:`Reason`; ``several`` for small causes that were lifted together, ``no way`` where nothing can
        serve a demand, ``other`` for what is not taken apart.
    path
        The record in the programme; of causes that only together bring something, the last that was lifted.
    energy
        Lateness: power late times the time it is late [W s = J]; negative where lifting the cause adds some.
    rack_weeks
        The same in racks times weeks.
    share
        Of all lateness.
    sites
        Sites that become earlier, the one that gains most first.
    paths
        All records that were lifted for it, in their order.
    """

    kind: str
    path: str
    energy: float
    rack_weeks: float
    share: float
    sites: tuple[str, ...]
    sentence: str
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lateness:
    """All lateness of a plan and what it is due to: ``shares``, in the order in which they were lifted, add up to it.

    Parameters
    ----------
    energy
        Power late times the time it is late [W s = J].
    rack_weeks
        The same in racks times weeks.
    solves
        How many times the plan was made again.
    seconds
        Wall time [s].
    """

    energy: float
    rack_weeks: float
    shares: tuple[LatenessShare, ...]
    solves: int
    seconds: float

    @property
    def proved(self) -> float:
        """Share of the lateness that is attributed to single causes."""
        return sum(share.share for share in self.shares if share.kind != "other")


@dataclass(frozen=True, slots=True)
class LateLink:
    """One cause in the chain of what makes something late.

    Parameters
    ----------
    kind, path, clears
        As for :class:`Reason`.
    weeks
        How many weeks earlier the date is with the cause cleared, found by planning again; 0 where it was not tried.
    date
        The date then; none where it is not within the horizon, or was not tried.
    need
        How much more of it the plan would then use, in words.
    worth
        What the objective gains by it [USD]; none where it was not tried.
    cost
        What more of it costs, where the programme has a price for it [USD].
    """

    kind: str
    path: str
    sentence: str
    clears: dt.date | None
    weeks: float
    date: dt.date | None
    need: str
    worth: float | None
    cost: float | None


@dataclass(frozen=True, slots=True)
class LateChain:
    """Why a site, a scalable unit or a week is late.

    Parameters
    ----------
    target
        What was asked about.
    date
        When it is complete; none where it is not within the horizon.
    late
        Power late until then [W].
    links
        Causes, each cleared alone: the one that brings the date forward most is the first.
    together
        Where none helps alone: causes cleared one on top of the other until the date moves.
    """

    target: str
    date: dt.date | None
    late: float
    links: tuple[LateLink, ...]
    together: tuple[LateLink, ...]
    sentence: str

    @property
    def first(self) -> LateLink | None:
        """The cause that brings the date forward when it is cleared, if there is one."""
        return next((link for link in self.links if link.weeks > 0.0), None)


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """A resource that binds, in dollars and weeks per unit.

    Parameters
    ----------
    kind, name, path, first, last, shadow_price
        As for :class:`Binding`; the price is per ``unit``.
    relief
        The change that was planned again, in words.
    worth
        What the objective gains by it [USD]; none where it was not planned again.
    racks
        Racks that it brings forward.
    weeks
        By how many weeks, in the mean.
    rack_weeks_per_unit
        Racks times weeks forward per unit of the resource; none where the relief is not counted in units.
    """

    kind: str
    name: str
    path: str
    first: dt.date
    last: dt.date
    shadow_price: float
    unit: str
    relief: str
    worth: float | None
    racks: float | None
    weeks: float | None
    rack_weeks_per_unit: float | None
    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class PlanStage:
    """A plan with the limits of some stages only.

    Parameters
    ----------
    stage
        The last stage whose limits hold: ``sites``, ``transport``, ``factories`` or ``suppliers`` (the joint plan).
    online
        Power of the racks online at the end of every week (weeks,) [W, at the racks].
    late
        Power late times the time it is late [W s = J].
    adds
        What the stage adds to that; the first stage adds what sites alone make late.
    costs
        Parts of the objective, as in ``Plan.costs`` [USD].
    objective
        Costs less the worth of compute [USD].
    worsens
        What the stage adds to the objective [USD].
    """

    stage: str
    online: NDArray[np.float64]
    late: float
    adds: float
    costs: Mapping[str, float]
    objective: float
    worsens: float


@dataclass(frozen=True, slots=True)
class Relief:
    """A limit that has to give, or a circumstance that nothing relieves: its record, how much more, at which cost."""

    kind: str
    path: str
    sentence: str
    need: str
    cost: float | None


@dataclass(frozen=True, slots=True)
class Impossible:
    """Demands of a site that no plan meets within the horizon.

    Parameters
    ----------
    demands, paths
        The demands and their records.
    power
        What is missing at the end of the horizon [W, on the site's basis].
    reliefs
        Limits that have to give for all such demands to be met; without any one of them some would not be.
    stays
        What no relief changes.
    """

    demands: tuple[str, ...]
    paths: tuple[str, ...]
    power: float
    reliefs: tuple[Relief, ...]
    stays: tuple[Relief, ...]
    sentence: str
