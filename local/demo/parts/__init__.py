"""What the demonstration shows besides rotations: a module for each, and a line here."""

from local.demo.parts.api_client import ApiClient
from local.demo.parts.application import ForeignApplication
from local.demo.parts.gateway import Gateway
from local.demo.parts.part import Part, Stage
from local.demo.parts.partner import AccessKeyPartner

__all__ = ["PARTS", "Part", "Stage"]

PARTS: list[Part] = [AccessKeyPartner(), ApiClient(), ForeignApplication(), Gateway()]
