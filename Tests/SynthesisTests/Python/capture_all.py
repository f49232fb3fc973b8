"""capture_all.py CAPTURE_MODULE MODELS OUT: the graph of every case as OUT/NAME.json.

Of those that the models say can't be had whole: the reason as OUT/NAME.txt, the parts' graphs as OUT/NAME.parts.
"""
import importlib
import json
import sys
import warnings
from pathlib import Path
from typing import Any

import torch

from checking import load

warnings.simplefilter("ignore")


package = Path(sys.argv[1]).parent
sys.path.insert(0, str(package.parent))
capture, segments = (importlib.import_module(f"{package.name}.{name}") for name in ("capture", "segments"))
models = load(sys.argv[2], "models")


class Wrapper(torch.nn.Module):
    def __init__(self, function: Any) -> None:
        super().__init__()
        self.function = function

    def forward(self, *args: Any) -> Any:
        return self.function(*args)


for name, (inputs, arguments) in models.CASES.items():
    op = getattr(models, name)
    model = op(*arguments) if isinstance(op, type) else Wrapper(op)
    try:
        graph = capture.capture(model, [make() for make in inputs], frozenset([sys.argv[2]]))
    except capture.CaptureError as error:
        if name not in getattr(models, "UNCAPTURED", ()):
            raise
        with open(f"{sys.argv[3]}/{name}.txt", "w") as file:
            file.write(str(error))
        parts = segments.capture_segments(model, [make() for make in inputs], frozenset([sys.argv[2]]))
        with open(f"{sys.argv[3]}/{name}.parts", "w") as file:
            json.dump(parts, file)
        continue
    with open(f"{sys.argv[3]}/{name}.json", "w") as file:
        json.dump(graph, file)
