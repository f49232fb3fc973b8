"""check_frozen.py DIR: weights as constants of compiled code, and everything in which they must not be."""
import copy
import os
import sys
import warnings
from typing import Any, List, Tuple

import torch
import torch._inductor.config as inductor

from checking import Counter, close, load, oracle

folder = sys.argv[1]
torch.manual_seed(5)
warnings.simplefilter("error", RuntimeWarning)


def start(name: str) -> Tuple[Any, torch.nn.Module, torch.nn.Module, List[Any]]:
    module = load(os.path.join(folder, f"{name}.py"), f"frozen_{name}")
    makers, arguments = module.CASES[name]
    reference = getattr(module, name)(*arguments).eval()
    model = module.ModelNew(*arguments).eval()
    model.load_state_dict(reference.state_dict())
    return module, reference, model, [make() for make in makers]


def cell(model: torch.nn.Module, name: str) -> Any:
    forward = type(model).forward
    return forward.__closure__[forward.__code__.co_freevars.index(name)].cell_contents


def frozen(model: torch.nn.Module) -> Any:
    """What holds the code that is compiled for the model's present weights."""
    return cell(model, "get_instance")(model).values[0]


def check(model: torch.nn.Module, reference: torch.nn.Module, inputs: List[Any], what: str) -> None:
    reference.load_state_dict(model.state_dict())
    got = model(*inputs)
    assert inductor.freezing is False, what
    mode = torch.is_inference_mode_enabled()
    assert frozen(model).calls.get(mode) is not None, f"{what}: the original was taken"
    close(got, reference(*inputs), oracle(reference, inputs), what)


module, reference, model, inputs = start("ConvBlock")
# The same class compiled in the ordinary way first: nothing of it may be found again, nor the other way round.
plain = torch.compile(module.ConvBlock.forward)
with torch.inference_mode():
    close(plain(reference, *inputs), reference(*inputs), oracle(reference, inputs), "compiled as usual")
    check(model, reference, inputs, "first call")
    other = [torch.randn_like(i) for i in inputs]
    check(model, reference, other, "other inputs")
    close(plain(reference, *inputs), reference(*inputs), oracle(reference, inputs), "compiled as usual, again")
    before = frozen(model)
    model.train()
    model.eval()
    assert frozen(model) is before, "training mode in between changes no weight"

# In each of these the code with the old weights would be wrong.
with torch.no_grad():
    check(model, reference, inputs, "without gradients")
    for what, change in (
        ("in place", lambda m: m.conv.weight.mul_(1.5)),
        ("a buffer", lambda m: m.bn.running_var.add_(0.5)),
        ("loaded", lambda m: m.load_state_dict(module.ConvBlock().state_dict())),
        ("another parameter", lambda m: setattr(m.bn, "weight", torch.nn.Parameter(torch.rand(8)))),
    ):
        change(model)
        check(model, reference, inputs, what)
    before = frozen(model)
    twin = copy.deepcopy(model)
    twin.conv.weight.neg_()
    check(twin, reference, inputs, "a second instance")
    check(model, reference, inputs, "the first one after it")
    assert frozen(model) is before, "nothing is compiled twice"

# What takes the original.
counter = Counter(type(model).forward)


def slow(call: Any) -> Any:
    result, original = counter.taken(call)
    assert original, "expected the original"
    return result


(x,) = inputs
slow(lambda: model(x)).sum().backward()
assert model.conv.weight.grad is not None
with torch.no_grad():
    slow(lambda: model(x[:1]))
    slow(lambda: model(x.double().float().transpose(2, 3).contiguous().transpose(2, 3)))
    model.train()
    state = copy.deepcopy(model.state_dict())
    slow(lambda: model(x))
    model.load_state_dict(state)
    model.eval()

# A compiler that fails, at once or later, is said once; the setting is what it was.
module, reference, model, inputs = start("NormGeluResidual")
compile, torch.compile = torch.compile, lambda *_, **__: failing


def failing(*_: Any) -> None:
    assert inductor.freezing is True
    raise RuntimeError("out of luck")


with torch.no_grad(), warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    for _ in range(3):
        assert torch.equal(model(*inputs), reference(*inputs))
    assert inductor.freezing is False
    assert ["RuntimeError" in str(w.message) for w in said] == [True], [str(w.message) for w in said]

# Weights that never rest are compiled so many times and no more.
torch.compile = lambda own, **_: own
with torch.no_grad(), warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    for _ in range(40):
        for parameter in model.parameters():
            parameter.add_(0.01)
        reference.load_state_dict(model.state_dict())
        assert torch.equal(model(*inputs), reference(*inputs))
assert ["compiled 16 times" in str(w.message) for w in said] == [True], [str(w.message) for w in said]
torch.compile = compile
print("ok")
