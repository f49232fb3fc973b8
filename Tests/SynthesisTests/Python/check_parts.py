"""check_parts.py DIR: candidates DIR/NAME.NUMBER.py whose ops decide by their tensors, whichever way they decide."""
import glob
import os
import sys
import warnings
from typing import List

import torch

from checking import both, load

warnings.simplefilter("error", RuntimeWarning)  # a block that can't compile its kernel says so by a warning
failures: List[str] = []
built = os.path.join(os.environ["XDG_CACHE_HOME"], "kernelwright", "kernels")


def libraries() -> int:
    """Kernels are built when a part that has some is first called."""
    return len(glob.glob(os.path.join(built, "**", "*.so"), recursive=True))



for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.*.py"))):
    what = os.path.basename(path)[:-3]
    name = what.split(".")[0]
    torch._dynamo.reset()
    before = libraries()
    try:
        module = load(path, "candidate_" + what.replace(".", "_"))
        reference, candidate = both(module, name)
        for gradients in (False, True):
            for x in (torch.randn(9, 70), torch.randn(9, 70) + 3, torch.randn(9, 70) - 3, torch.randn(9, 70) / 9):
                with torch.inference_mode(not gradients):
                    wanted, got = reference(x.clone()), candidate(x.clone())
                assert wanted.requires_grad == got.requires_grad, "gradients"
                assert torch.allclose(wanted, got, rtol=1e-5, atol=1e-6), (wanted - got).abs().max()
        assert libraries() >= before + 2, f"{libraries() - before} parts took kernels"
        # Another shape, another type and an input that is a view take the original's way, with its result.
        with torch.inference_mode():
            for x in (torch.randn(3, 70), torch.randn(9, 70).double(), torch.randn(70, 9).t()):
                same = getattr(module, name)().eval().to(x.dtype)
                other = module.ModelNew().eval().to(x.dtype)
                assert torch.allclose(same(x.clone()), other(x.clone()), rtol=1e-4, atol=1e-5), x.shape
    except Exception as error:
        failures.append(f"{what}: {type(error).__name__}: {error}")

print("\n".join(failures) or "ok")
sys.exit(bool(failures))
