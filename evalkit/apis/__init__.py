"""Ways to call a deployment: one file each, its name is the `api:` value in YAML."""

from evalkit.model.api import Api
from evalkit.registry import Registry

registry = Registry("evalkit.apis", Api, "evalkit.apis")  # type: ignore[type-abstract] # only subclasses are made
