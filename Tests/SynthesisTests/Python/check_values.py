"""check_values.py DIR: every candidate DIR/NAME.NUMBER.py against its original, on ordinary and special inputs."""
import glob
import os
import sys
import warnings

import torch

from checking import Counter, both, close, flat, load, oracle, perturbed, same_special, wide

warnings.simplefilter("error", RuntimeWarning)  # a block that can't compile its kernel says so by a warning
torch.manual_seed(7)
failures = []
SPECIAL = [0.0, -0.0, float("inf"), float("-inf"), float("nan"), 1e-41, -1e-41, 3e38, -3e38, 88.0, -104.0, 1e-20, 20.5]
SPECIAL_HALF = [6e-8, -3e-6, 65504.0, -65504.0, 300.0]

for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.*.py"))):
    what = os.path.basename(path)[:-3]
    name = what.split(".")[0]
    try:
        module = load(path, "candidate_" + what.replace(".", "_"))
        makers = module.CASES[name][0]
        is_function = not isinstance(getattr(module, name), type)
        if is_function:
            wrapped = module._kw_accelerated
            counter = Counter(wrapped)
            original = counter.original
            reference = original
            candidate = module.ModelNew()
        else:
            reference, candidate = both(module, name)
            counter = Counter(type(candidate).forward)


        def exact(inputs: list) -> object:
            return reference(*map(wide, inputs)) if is_function else oracle(reference, inputs)

        with torch.inference_mode():
            for round in range(2):
                inputs = [make() for make in makers]
                if round == 1:
                    inputs = [i * 30 if isinstance(i, torch.Tensor) and i.is_floating_point() else i for i in inputs]
                kept = [i.clone() if isinstance(i, torch.Tensor) else i for i in inputs]
                got, original_taken = counter.taken(lambda: candidate(*inputs))
                assert not original_taken, "the fast path was not taken"
                again = candidate(*inputs)
                assert all(torch.equal(a, b) for a, b in zip(flat(got), flat(again))), "two runs differ"
                assert all(a.data_ptr() != b.data_ptr() for a, b in zip(flat(got), flat(again))), "an output is shared"
                assert all(torch.equal(a, b) for a, b in zip(flat(inputs), flat(kept))), "an input was changed"
                close(
                    got, reference(*inputs), exact(inputs), f"{what} round {round}",
                    again=lambda: perturbed(reference, inputs),
                )
            is_half = any(i.dtype in (torch.float16, torch.bfloat16) for i in flat([make() for make in makers]))
            for value in SPECIAL + (SPECIAL_HALF if is_half else []):
                inputs = [make() for make in makers]
                for tensor in flat(inputs):
                    # A few elements only, and not the same ones of all inputs.
                    if tensor.is_floating_point():
                        tensor.view(-1)[:: max(tensor.numel() // 5, 1)] = torch.tensor(value).to(tensor.dtype)
                overflows = 1e30 < abs(value) < float("inf")
                same_special(
                    candidate(*inputs), reference(*inputs), exact(inputs), f"{what} with {value}", overflows=overflows
                )
    except Exception as error:
        failures.append(f"{what}: {type(error).__name__}: {error}")

print("\n".join(failures) or "ok")
sys.exit(bool(failures))
