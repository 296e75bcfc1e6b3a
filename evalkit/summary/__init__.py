"""Outcomes as numbers: the one object that console, job summary, JSON and page all speak from."""

from evalkit.summary.consulted import Consulted
from evalkit.summary.group import Cost, Counts, Group, Percentiles, Sum, Tokens
from evalkit.summary.headline import gist, headline
from evalkit.summary.requests import Requests
from evalkit.summary.settled import Settled, settle
from evalkit.summary.summarise import ItemStatus, Result, Row, Summary, result_of, summarise

__all__ = [
    "Consulted",
    "Cost",
    "Counts",
    "Group",
    "ItemStatus",
    "Percentiles",
    "Requests",
    "Result",
    "Row",
    "Settled",
    "Sum",
    "Summary",
    "Tokens",
    "gist",
    "headline",
    "result_of",
    "settle",
    "summarise",
]
