"""Features: one file each, its name is the one that `evalkit probe --json` gives it."""

from evalkit.probe.feature import Feature
from evalkit.registry import Registry

registry = Registry("evalkit.probe.features", Feature, "evalkit.features")  # type: ignore[type-abstract] # only subclasses are made
