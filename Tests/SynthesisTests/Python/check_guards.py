"""check_guards.py DIR: whatever is not the verified case takes the original; changed weights are noticed."""
import copy
import os
import pickle
import sys
import warnings
from types import ModuleType
from typing import Any, Callable, List, Tuple

import torch

from checking import Counter, close, load, oracle

warnings.simplefilter("ignore")
folder = sys.argv[1]
torch.manual_seed(3)


def start(name: str) -> Tuple[ModuleType, torch.nn.Module, Counter, List[Any]]:
    module = load(os.path.join(folder, f"{name}.0.py"), f"guard_{name}")
    model = module.ModelNew(*module.CASES[name][1]).eval()
    return module, model, Counter(type(model).forward), [make() for make in module.CASES[name][0]]


def fast(counter: Counter, call: Callable[[], Any]) -> Any:
    result, original = counter.taken(call)
    assert not original, "expected the fast path"
    return result


def slow(counter: Counter, call: Callable[[], Any]) -> Any:
    result, original = counter.taken(call)
    assert original, "expected the original"
    return result


# Gradients, modes, types, shapes, layouts.
module, model, counter, (x, mask) = start("SoftmaxChain")
fast(counter, lambda: model(x, mask))
with torch.no_grad():
    fast(counter, lambda: model(x, mask))
x.requires_grad_()
slow(counter, lambda: model(x, mask)).sum().backward()
assert x.grad is not None
with torch.no_grad():
    fast(counter, lambda: model(x, mask))
x = x.detach()
slow(counter, lambda: model(x[:2], mask))
slow(counter, lambda: model(x.double(), mask.double()))
slow(counter, lambda: model(torch.randn(3, 100, 5).transpose(1, 2), mask))
slow(counter, lambda: model(x, mask=mask))
slow(counter, lambda: model(torch.nn.Parameter(x), mask))
slow(counter, lambda: model(torch.randn(0, 5, 100), mask))
with torch.autocast("cpu", dtype=torch.bfloat16):
    slow(counter, lambda: model(x, mask))
assert torch.allclose(torch.vmap(lambda a: model(a, mask))(torch.stack([x, x]))[0], model(x, mask))
_, tangent = torch.func.jvp(lambda a: model(a, mask), (x,), (torch.ones_like(x),))
assert tangent.abs().max() < 1e-5  # the sum of each row stays 1, and a shift changes nothing
handle = torch.nn.modules.module.register_module_forward_pre_hook(lambda *_: None)
slow(counter, lambda: model(x, mask))
handle.remove()
fast(counter, lambda: model(x, mask))
model.train()
slow(counter, lambda: model(x, mask))
model.eval()
fast(counter, lambda: model(x, mask))
part = torch.randn(4, 5, 100)[1:]  # contiguous, but not at the start of its storage
assert torch.allclose(fast(counter, lambda: model(part, mask)), torch.softmax(part * 0.25 + mask, -1))

# Configuration: another instance, an attribute, a list in place, a subclass, a method of an instance.
model.scale = 0.5
result = slow(counter, lambda: model(x, mask))
assert torch.allclose(result, torch.softmax(x * 0.5 + mask, -1))
model.scale = 0.25
fast(counter, lambda: model(x, mask))
other = module.ModelNew(2.0).eval()
assert torch.allclose(slow(counter, lambda: other(x, mask)), torch.softmax(x * 2 + mask, -1))


class Sub(module.ModelNew):
    pass


slow(counter, lambda: Sub().eval()(x, mask))
for kept in (pickle.loads(pickle.dumps(model.state_dict())), copy.deepcopy(model).state_dict()):
    model.load_state_dict(kept)
twin = copy.deepcopy(model)
fast(counter, lambda: twin(x, mask))

module, model, counter, (x,) = start("Configured")
fast(counter, lambda: model(x))
model.sizes[0] = 5
assert torch.allclose(slow(counter, lambda: model(x)), torch.relu(x + 1e-3) * 5 - 0.5)
model.sizes[0] = 2
fast(counter, lambda: model(x))
model.act = torch.tanh
slow(counter, lambda: model(x))

# Weights: in place, by load_state_dict, a new parameter, another type; hooks on a layer that is passed by.
folded = os.path.exists(os.path.join(folder, "ConvBlock.fold.0.py"))
module, model, counter, (x,) = start("ConvBlock.fold" if folded else "ConvBlock")
reference = module.ConvBlock().eval()
with torch.inference_mode(False), torch.no_grad():
    for change in (
        lambda m: m.load_state_dict(module.ConvBlock().state_dict()),
        lambda m: m.conv.weight.mul_(1.5),
        lambda m: m.bn.running_var.add_(0.5),
        lambda m: setattr(m.bn, "weight", torch.nn.Parameter(torch.rand(8))),
        lambda m: m.bn.running_mean.copy_(torch.ones(8)),
    ):
        change(model)
        reference.load_state_dict(model.state_dict())
        close(fast(counter, lambda: model(x)), reference(x), oracle(reference, [x]), "changed weights")
with torch.no_grad():
    handle = model.bn.register_forward_hook(lambda m, i, o: o * 2)
    hooked = slow(counter, lambda: model(x))
    handle.remove()
    assert not torch.allclose(hooked, fast(counter, lambda: model(x)))
    model.double()
    slow(counter, lambda: model(x.double()))
    model.float()
    fast(counter, lambda: model(x))
    model.bn.eps = 0.5
    slow(counter, lambda: model(x))
    model.bn.eps = 1e-5
    model.bn.train()
    slow(counter, lambda: model(x))
    model.bn.eval()
    model.conv = torch.nn.Conv2d(3, 8, 3, padding=1, bias=False).eval()
    reference.load_state_dict(model.state_dict())
    close(fast(counter, lambda: model(x)), reference(x), oracle(reference, [x]), "changed module")
    model.conv = torch.nn.Conv2d(3, 8, 3, padding=2, bias=False).eval()
    slow(counter, lambda: model(x))
    model.conv = torch.nn.Conv2d(3, 8, 3, padding=1, bias=False).eval()
    fast(counter, lambda: model(x))
    # A sequence of modules is what it is by their order.
    names = list(model._modules)
    for turn in range(1, len(names) + 1):
        first = next(iter(model._modules))
        model._modules[first] = model._modules.pop(first)
        (fast if turn == len(names) else slow)(counter, lambda: model(x))
    model.conv = torch.nn.Conv2d(3, 8, 3, padding=2, bias=False).eval()
slow(counter, lambda: model(x))  # gradients of the parameters are wanted

# Compiling the class with the block in it takes the person's own code.
module, model, counter, (x,) = start("NormGeluResidual")
compiled = torch.compile(model, backend="eager", fullgraph=True)
with torch.no_grad():
    assert torch.allclose(compiled(x), model(x), atol=1e-5)
    exported = torch.export.export(model, (x,), strict=False)
assert any("layer_norm" in str(node.target) for node in exported.graph.nodes)

# One OpenMP runtime, a private cache.
with open("/proc/self/maps") as maps:
    runtimes = {line.split()[-1] for line in maps if "omp" in os.path.basename(line.split()[-1]) and ".so" in line}
assert len([r for r in runtimes if "gomp" in r or "iomp" in r]) == 1, runtimes
cache = os.path.join(os.environ["XDG_CACHE_HOME"], "kernelwright", "kernels")
assert os.stat(cache).st_mode & 0o777 == 0o700 and os.listdir(cache)
print("ok")
