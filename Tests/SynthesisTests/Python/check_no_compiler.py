"""check_no_compiler.py FILE: without a compiler the original is taken, with one warning."""
import sys
import warnings

import torch

from checking import Counter, load

module = load(sys.argv[1], "candidate")
model = module.ModelNew().eval()
counter = Counter(type(model).forward)
inputs = [make() for make in module.CASES["SoftmaxChain"][0]]
with torch.no_grad(), warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for _ in range(3):
        result, original = counter.taken(lambda: model(*inputs))
        assert original
assert len(caught) == 1 and "original path" in str(caught[0].message), [str(w.message) for w in caught]
print("ok")
