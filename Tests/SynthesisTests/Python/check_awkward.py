"""check_awkward.py DIR: every candidate DIR/NAME.NUMBER.py gives what the original gives, and does what it does."""
import glob
import os
import sys
import warnings

import torch

from checking import Counter, both, flat, load

warnings.simplefilter("error", RuntimeWarning)  # a block that can't compile its kernel says so by a warning
failures = []

for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.*.py"))):
    what = os.path.basename(path)[:-3]
    name = what.split(".")[0]
    try:
        module = load(path, "candidate_" + what.replace(".", "_"))
        makers = module.CASES[name][0]
        reference, candidate = both(module, name)
        counter = Counter(type(candidate).forward)
        with torch.inference_mode():
            for _ in range(3):
                inputs = [make() for make in makers]
                module.NOTED.clear()
                torch.manual_seed(1)
                wanted = reference(*inputs)
                noted = list(module.NOTED)
                module.NOTED.clear()
                torch.manual_seed(1)
                got, original_taken = counter.taken(lambda: candidate(*inputs))
                assert not original_taken, "the fast path was not taken"
                assert len(noted) == len(module.NOTED), "a side effect is lost, or done twice"
                for a, b in zip(flat(got), flat(wanted)):
                    assert a.shape == b.shape and a.dtype == b.dtype, f"{a.shape} {a.dtype}"
                    assert torch.allclose(a, b, rtol=1e-5, atol=1e-5), (a - b).abs().max()
                shared = [[a.data_ptr() == b.data_ptr() for b in flat(wanted)] for a in flat(wanted)]
                assert shared == [[a.data_ptr() == b.data_ptr() for b in flat(got)] for a in flat(got)], "other views"
    except Exception as error:
        failures.append(f"{what}: {type(error).__name__}: {error}")

print("\n".join(failures) or "ok")
sys.exit(bool(failures))
