"""check_no_operators.py DIR: without oneDNN's fused operators candidates are the originals, and say nothing."""
import glob
import os
import sys
import warnings

import torch

from checking import flat, load

warnings.simplefilter("error")


class Missing:
    def __getattr__(self, name: str) -> None:
        raise AttributeError(name)


torch.ops.mkldnn = torch.ops.mkl = Missing()
paths = sorted(glob.glob(os.path.join(sys.argv[1], "*.*.py")))
assert paths
for path in paths:
    name = os.path.basename(path).split(".")[0]
    module = load(path, "candidate_" + os.path.basename(path)[:-3].replace(".", "_"))
    makers, arguments = module.CASES[name]
    op = getattr(module, name)
    assert module.ModelNew.forward is op.forward, path
    reference, candidate = op(*arguments).eval(), module.ModelNew(*arguments).eval()
    candidate.load_state_dict(reference.state_dict())
    inputs = [make() for make in makers]
    with torch.inference_mode():
        assert all(torch.equal(a, b) for a, b in zip(flat(candidate(*inputs)), flat(reference(*inputs)))), path
print("ok")
