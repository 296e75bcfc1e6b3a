"""What will be run: conversations for each chosen deployment, as items with stable ids."""

from evalkit.planner.cases import Case, Choice, cases
from evalkit.planner.planning import plan, review

__all__ = ["Case", "Choice", "cases", "plan", "review"]
