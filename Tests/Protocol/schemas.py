"""The schemas under protocol/, each able to refer to the others by its path there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

REPOSITORY = Path(__file__).resolve().parent.parent.parent
PROTOCOL = REPOSITORY / "protocol"


def paths() -> List[Path]:
    return sorted(PROTOCOL.rglob("*.schema.json"))


def load(path: Path) -> Dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def validator(name: str) -> Draft202012Validator:
    """The validator of one schema, e.g. `verification` or `lsp/ops`."""
    return Draft202012Validator(load(PROTOCOL / f"{name}.schema.json"), registry=_registry())


def problems(name: str, value: Any) -> List[str]:
    """What is wrong with a value: one line each with the place in it, none when it is as the schema says."""
    found = validator(name).iter_errors(value)
    return [f"{error.json_path}: {error.message[:300]}" for error in sorted(found, key=lambda each: each.json_path)]


def _registry() -> Registry:
    resources = []
    for path in paths():
        resource = Resource.from_contents(load(path))
        resources += [(load(path).get("$id", path.as_uri()), resource), (str(path.relative_to(PROTOCOL)), resource)]
    return Registry().with_resources(resources)
