"""Generated code: `ModelNew` of a candidate file."""

import os
import tempfile
from typing import Any

from torch import nn

from . import sources
from .reference import OpProblem, Reference, construct

MODULE = "__kernelwright_candidate__"


def path() -> str:
    """The file name that tracebacks show; nothing is written there."""
    return os.path.join(tempfile.gettempdir(), "kernelwright_candidate.py")


def build(reference: Reference, source: str) -> nn.Module:
    """Runs the candidate file and constructs its `ModelNew` with the reference's constructor arguments."""
    # The arguments are the reference's, whatever `get_init_inputs` the candidate's text defines.
    arguments = reference.init_arguments()
    module = sources.run(MODULE, path(), source, reference.folder)
    target: Any = getattr(module, "ModelNew", None)
    if target is None:
        raise OpProblem("the candidate file defines no ModelNew")
    return construct(target, arguments)
