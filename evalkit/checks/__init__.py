"""Checks: one file each, its name is the key that users write in YAML."""

from evalkit.model.check import Check
from evalkit.registry import Registry

registry = Registry("evalkit.checks", Check, "evalkit.checks", lambda check: check.fault())
