"""What a run would ask of each deployment, by rehearsing its items with replies made up."""

from evalkit.estimate.estimating import estimate
from evalkit.estimate.figures import Estimate, Figures, Line
from evalkit.estimate.pace import Pace
from evalkit.estimate.sizes import FIRST_GUESS, Guess

__all__ = ["FIRST_GUESS", "Estimate", "Figures", "Guess", "Line", "Pace", "estimate"]
