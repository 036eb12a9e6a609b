"""What the bodies of administrative requests have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Answer = dict[str, object]

Name = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A name that people and file systems can cope with."""


class Body(BaseModel):
    """Fields are written in camel case, and none is ignored."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=False)
