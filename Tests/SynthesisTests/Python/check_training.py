"""check_training.py DIR: what surrounds gradients: hooks, transforms, modes, batches of gradients, copies, threads."""
import copy
import os
import sys
import threading
import warnings
from typing import Any, Callable, List

import torch
from torch.utils.checkpoint import checkpoint

from checking import Counter, load

warnings.simplefilter("error", RuntimeWarning)
folder = sys.argv[1]
torch.manual_seed(5)


def close(a: Any, b: Any) -> None:
    torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)


module = load(os.path.join(folder, "RMSNorm.0.py"), "training_rms")
makers, arguments = module.CASES["RMSNorm"]
model, reference = module.ModelNew(*arguments), module.RMSNorm(*arguments)
model.load_state_dict(reference.state_dict())
counter = Counter(type(model).forward)
x = makers[0]()


def fast(call: Callable[[], Any]) -> Any:
    result, original = counter.taken(call)
    assert not original, "expected the fast path"
    return result


def step(op: Any, value: torch.Tensor) -> List[torch.Tensor]:
    leaf = value.clone().requires_grad_()
    op.zero_grad()
    op(leaf).sin().sum().backward()
    return [leaf.grad, *(p.grad.clone() for p in op.parameters() if p.grad is not None)]


# In training and in evaluation, with steps of an optimizer in between, with weights loaded anew.
for training in (True, False):
    for op in (model, reference):
        op.train(training)
    close(fast(lambda: step(model, x)), step(reference, x))
optimizers = [torch.optim.SGD(op.parameters(), lr=0.1) for op in (model, reference)]
for _ in range(3):
    close(fast(lambda: step(model, x)), step(reference, x))
    for optimizer in optimizers:
        optimizer.step()
close(model.weight, reference.weight)

# Frozen weights, frozen inputs, neither.
for op in (model, reference):
    op.weight.requires_grad_(False)
close(fast(lambda: step(model, x)), step(reference, x))
assert not fast(lambda: model(x)).requires_grad
for op in (model, reference):
    op.weight.requires_grad_(True)
result = fast(lambda: model(x))
assert result.requires_grad and result.grad_fn is not None and result._base is None
result.sum().backward()

# Hooks of tensors and parameters are called once, with the whole gradient, also where the original is asked.
for second in (False, True):
    calls: List[torch.Tensor] = []
    leaf = x.clone().requires_grad_()
    inner = leaf * 1
    inner.register_hook(calls.append)
    handle = model.weight.register_hook(calls.append)
    y = model(inner)
    got = torch.autograd.grad(y.sin().sum(), [leaf, model.weight], create_graph=second)
    assert len(calls) == 2, len(calls)
    own = x.clone().requires_grad_()
    close(list(got), list(torch.autograd.grad(reference(own).sin().sum(), [own, reference.weight])))
    handle.remove()

seen: List[Any] = []
handle = model.register_full_backward_hook(lambda _, inner, outer: seen.append((inner, outer)))
leaf = x.clone().requires_grad_()
fast(lambda: model(leaf)).sin().sum().backward()
close(leaf.grad, step(reference, x)[0])
close(seen[0][0][0], leaf.grad)
handle.remove()

# A penalty on gradients, as trained with, and all orders by finite differences in double precision.
penalties = []
for op in (model, reference):
    op.zero_grad()
    leaf = x.clone().requires_grad_()
    (first,) = torch.autograd.grad(op(leaf).tanh().sum(), leaf, create_graph=True)
    ((first.norm(dim=-1) - 1) ** 2).mean().backward()
    penalties.append([leaf.grad, op.weight.grad.clone()])
close(*penalties)
wide = load(os.path.join(folder, "double.0.py"), "training_double")
function = wide._kw_accelerated
values = [make().requires_grad_() for make in wide.CASES["double"][0]]
assert torch.autograd.gradcheck(lambda *v: function(*v), values)
assert torch.autograd.gradgradcheck(lambda *v: function(*v).sin(), values, atol=1e-4)

# The module is put back after second derivatives, whatever happens; another weight in its place is left there.
leaf = x.clone().requires_grad_()
y = model(leaf)
weight = model.weight
other = torch.nn.Parameter(torch.zeros(96))
model.weight = other
(first,) = torch.autograd.grad(y.sum(), leaf, create_graph=True)
assert model.weight is other and model._parameters["weight"] is other
model.weight = weight
own = x.clone().requires_grad_()
close(first, torch.autograd.grad(reference(own).sum(), own)[0])

# Batches of gradients, transforms, tracing, checkpoints, anomalies.
leaf = x.clone().requires_grad_()
batch = torch.randn(3, *x.shape)
got = torch.autograd.grad(model(leaf), leaf, batch, is_grads_batched=True)[0]
close(got, torch.stack([torch.autograd.grad(reference(own), own, g)[0] for g in batch]))
close(torch.func.grad(lambda t: model(t).sin().sum())(x), torch.func.grad(lambda t: reference(t).sin().sum())(x))
close(torch.func.vmap(lambda t: model(t))(batch), reference(batch))
_, pull = torch.func.vjp(lambda t: model(t), x)
close(pull(batch[0])[0], got[0])
wanted = step(reference, x)
for reentrant in (False, True):
    leaf = x.clone().requires_grad_()
    model.zero_grad()
    checkpoint(model, leaf, use_reentrant=reentrant).sin().sum().backward()
    close([leaf.grad, model.weight.grad], wanted)
with torch.autograd.detect_anomaly(check_nan=True):
    close(step(model, x), wanted)
with torch.autograd.graph.save_on_cpu():
    close(fast(lambda: step(model, x)), wanted)
leaf = x.clone().requires_grad_()
y = model(leaf)
with torch.autocast("cpu", dtype=torch.bfloat16):
    y.sin().sum().backward()
close(leaf.grad, wanted[0])
compiled = torch.compile(copy.deepcopy(model), backend="eager", fullgraph=True)
close(step(compiled, x), wanted)

# A backward pass twice, and one whose graph is gone.
leaf = x.clone().requires_grad_()
total = model(leaf).sin().sum()
total.backward(retain_graph=True)
total.backward()
close(leaf.grad, 2 * wanted[0])
try:
    total.backward()
    raise AssertionError("a second time without the graph")
except RuntimeError as error:
    assert "second time" in str(error), error

# Copies, and several threads at once.
twin = copy.deepcopy(model)
close(fast(lambda: step(twin, x)), wanted)
results: List[List[torch.Tensor]] = []
twins = [copy.deepcopy(model) for _ in range(4)]
threads = [threading.Thread(target=lambda op=op: results.append(step(op, x))) for op in twins]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for result in results:
    close(result, wanted)

# Non-contiguous inputs, other types, subclasses: the original.
assert counter.taken(lambda: step(model, torch.randn(4, 96, 33).transpose(1, 2)))[1]
assert counter.taken(lambda: model(torch.nn.Parameter(x)))[1]
print("ok")
