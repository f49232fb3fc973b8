"""check_algebra.py DIR: every candidate DIR/NAME.NUMBER.py against its original, on finite numbers."""
import glob
import os
import sys
import warnings

import torch

from checking import Counter, close, load, oracle

warnings.simplefilter("error", RuntimeWarning)
torch.manual_seed(7)
failures = []
for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.*.py"))):
    what = os.path.basename(path)[:-3]
    name = what.split(".")[0]
    try:
        module = load(path, "candidate_" + what.replace(".", "_"))
        makers, arguments = module.CASES[name]
        reference = getattr(module, name)(*arguments).eval()
        candidate = module.ModelNew(*arguments).eval()
        candidate.load_state_dict(reference.state_dict(), strict=True)
        counter = Counter(type(candidate).forward)
        with torch.inference_mode():
            for round, draw in enumerate([torch.randn_like, torch.rand_like, lambda t: torch.randn_like(t) * 1e3 + 1e4]):
                inputs = [draw(make()) for make in makers]
                kept = [i.clone() for i in inputs]
                got, original_taken = counter.taken(lambda: candidate(*inputs))
                assert not original_taken, "the fast path was not taken"
                assert all(torch.equal(a, b) for a, b in zip(inputs, kept)), "an input was changed"
                close(got, reference(*inputs), oracle(reference, inputs), f"{what} round {round}")
            # Weights that change are noticed.
            if any(p.is_floating_point() for p in reference.parameters()):
                for p, q in zip(reference.parameters(), candidate.parameters()):
                    p.mul_(0.5).add_(0.125)
                    q.mul_(0.5).add_(0.125)
                close(candidate(*inputs), reference(*inputs), oracle(reference, inputs), f"{what} after training")
    except Exception as error:
        failures.append(f"{what}: {type(error).__name__}: {error}")

print("\n".join(failures) or "ok")
sys.exit(bool(failures))
