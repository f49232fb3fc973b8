"""capture_all.py CAPTURE_MODULE MODELS OUT: the graph of every case as OUT/NAME.json."""
import json
import sys
import warnings
from typing import Any

import torch

from checking import load

warnings.simplefilter("ignore")


capture = load(sys.argv[1], "capture")
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
        continue
    with open(f"{sys.argv[3]}/{name}.json", "w") as file:
        json.dump(graph, file)
