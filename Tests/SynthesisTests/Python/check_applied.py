"""check_applied.py FILE: a person's file with two generated blocks in it, imported in a process of its own."""
import pickle
import sys
import warnings

import torch

from checking import Counter, load

warnings.simplefilter("error", RuntimeWarning)
module = load(sys.argv[1], "applied")
names = [n for n in vars(module) if n.startswith("_kw_")]
assert len(names) == 2, names

model = module.NormGeluResidual().eval()
counter = Counter(module.NormGeluResidual.forward)
(x,) = [make() for make in module.CASES["NormGeluResidual"][0]]
with torch.no_grad():
    got, original = counter.taken(lambda: model(x))
    assert not original
    assert torch.allclose(got, counter.original(model, x), atol=1e-5)
assert type(model).__name__ == "NormGeluResidual" and module.NormGeluResidual.forward.__name__ == "forward"
assert torch.equal(pickle.loads(pickle.dumps(model)).norm.weight, model.norm.weight)
assert sorted(model.state_dict()) == ["norm.bias", "norm.weight"]

counter = Counter(module.scaled_residual)
a, b = torch.randn(20, 31), torch.randn(20, 31)
got, original = counter.taken(lambda: module.scaled_residual(a, b, 0.25))
assert not original
assert torch.allclose(got, counter.original(a, b, 0.25), atol=1e-6)
_, original = counter.taken(lambda: module.scaled_residual(a, b, 0.75))
assert original, "another number has to take the original"
_, original = counter.taken(lambda: module.scaled_residual(a, b))
assert original
print("ok")
