"""check_large.py DIR: every candidate DIR/NAME.NUMBER.py, on a tensor whose last elements are beyond 2³¹."""
import glob
import os
import sys
import warnings

import torch

from checking import Counter, both, load

warnings.simplefilter("error", RuntimeWarning)  # a block that can't compile its kernel says so by a warning
failures = []

for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.*.py"))):
    what = os.path.basename(path)[:-3]
    module = load(path, "candidate_" + what.replace(".", "_"))
    reference, candidate = both(module, what.split(".")[0])
    counter = Counter(type(candidate).forward)
    x = module.CASES[what.split(".")[0]][0][0]()
    assert x.numel() > 2**31
    # The same number would stand elsewhere if places were counted in 32 bits.
    for row, column, value in ((-1, -1, 100), (-1, 5, 90), (-2, 0, 7), (0, 3, 50), (2**20, 100, 40)):
        x[row, column] = value
    with torch.inference_mode():
        got, original_taken = counter.taken(lambda: candidate(x))
        if original_taken:
            failures.append(f"{what}: the fast path was not taken")
        wanted = torch.cat([reference(part) for part in x.split(2**17)])
        same = torch.equal(got, wanted) if got.dtype == torch.bool else torch.allclose(got, wanted)
        if not same or not wanted[-1].any():
            failures.append(f"{what}: {(got != wanted).sum()} elements differ")
    del x, got, wanted

print("\n".join(failures) or "ok")
sys.exit(bool(failures))
