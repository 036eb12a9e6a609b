"""The forms in which destinations are written."""

from __future__ import annotations

from enum import StrEnum


class FileForm(StrEnum):
    """How destinations are written. The `env-…` forms are values of the environment variable `destinations`."""

    JSON = "json"
    PROPERTIES = "properties"
    YAML = "yaml"
    ZIP = "zip"
    ENV_JS = "env-js"
    ENV_APPROUTER = "env-approuter"
    ENV_JAVA = "env-java"
