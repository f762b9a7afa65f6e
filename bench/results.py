"""The numbers of a run: samples by case, column and measure, and why a cell has none."""

from dataclasses import dataclass, field
from statistics import median

from columns import COLUMNS


@dataclass
class Results:
    """Samples in seconds; one sample per round (steady) or per process (load, first, process)."""

    clock: str = "wall"
    samples: dict = field(default_factory=dict)  # (case, column, measure) -> [seconds]
    errors: dict = field(default_factory=dict)  # (case, column) -> reason
    differences: dict = field(default_factory=dict)  # (case, column) -> relative difference from the reference
    shares: list = field(default_factory=list)  # share of the core each timing had

    def opened(self, case, column, reply):
        """Books the reply to "open"; returns whether the case may be timed."""
        key = (case.name, column)
        if "error" in reply:
            self.errors[key] = reply["error"]
            return False
        self.differences[key] = reply["difference"]
        tolerance = COLUMNS[column].tolerance if case.precision == "f32" else None
        if tolerance is not None and not reply["difference"] <= tolerance:
            self.errors[key] = f"wrong numbers: {reply['difference']:.1e} off"
            return False
        for measure in ("load", "first", "process", "memory"):
            if measure not in reply:
                continue
            self.samples.setdefault((*key, measure), []).append(reply[measure])
        return True

    def timed(self, case, column, reply):
        """Books the reply to "time"."""
        if "error" in reply:
            self.errors[(case.name, column)] = reply["error"]
            return
        self.samples.setdefault((case.name, column, "steady"), []).append(reply["best"])
        if reply["share"] is not None:
            self.shares.append(reply["share"])

    def seconds(self, case, column, measure):
        """The median sample, or None; a column that failed once has no number."""
        if (case, column) in self.errors:
            return None
        samples = self.samples.get((case, column, measure))
        return median(samples) if samples else None

    def ratio(self, case, column, others, measure="steady"):
        """Median over rounds of this column's time over the best of the others'; None if either is missing."""
        if self.seconds(case, column, measure) is None:
            return None
        rivals = [self.samples[case, o, measure] for o in others if self.seconds(case, o, measure) is not None]
        if not rivals:
            return None
        own = self.samples[case, column, measure]
        return median(mine / max(min(rival), 1e-9) for mine, *rival in zip(own, *rivals, strict=False))

    def as_json(self):
        """Plain data for the dump."""
        return {
            "clock": self.clock,
            "samples": {"/".join(key): value for key, value in self.samples.items()},
            "errors": {"/".join(key): value for key, value in self.errors.items()},
            "differences": {"/".join(key): value for key, value in self.differences.items()},
            "core_share_median": median(self.shares) if self.shares else None,
        }
