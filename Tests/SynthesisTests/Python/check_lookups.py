"""check_lookups.py DIR: numbers that name nothing, or count from the end, are the original's business."""
import glob
import os
import sys
import warnings

import torch

from checking import Counter, load

warnings.simplefilter("error", RuntimeWarning)
failures = []


def outcome(op: object, inputs: list) -> object:
    """The result, or the error's type and text."""
    try:
        return op(*inputs)
    except (IndexError, RuntimeError) as error:
        return f"{type(error).__name__}: {error}"


for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.*.py"))):
    what = os.path.basename(path)[:-3]
    name = what.split(".")[0]
    module = load(path, "candidate_" + what.replace(".", "_"))
    makers, arguments = module.CASES[name]
    counter = Counter(module._kw_accelerated)
    candidate = module.ModelNew()
    names = module._kw_accelerated.__code__.co_freevars
    if "within" not in names:
        continue
    with torch.inference_mode():
        for number in (-1, -10**15, 10**6, 2**62):
            inputs = [make() for make in makers]
            inputs[1].view(-1)[-1] = number
            got, original_taken = counter.taken(lambda: outcome(candidate, inputs))
            wanted = outcome(counter.original, inputs)
            same = torch.equal(got, wanted) if isinstance(wanted, torch.Tensor) else got == wanted
            if not (original_taken and same):
                failures.append(f"{what} with {number}: {got} instead of {wanted}")

print("\n".join(failures) or "ok")
sys.exit(bool(failures))
