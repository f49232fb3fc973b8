"""What an op should give: its results in float64, in the working precision, and on inputs moved by one ulp."""

import copy
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

import torch

from .calls import flatten
from .oracle_inputs import map_tensors, tensors_in
from .oracle_precision import ErrorScale, Float64, Noise, Stochastic

Tensor = torch.Tensor


class Unusable(Exception):
    """The reference can't be judged on these inputs; the message is for a person."""


class Result:
    """Outputs and, in training, gradients by the name of their leaf."""

    def __init__(self, value: Any, gradients: Dict[str, Tensor], arguments: List[Any]) -> None:
        found: List[Tuple[str, Tensor]] = []
        self.structure = flatten(value, "out", found)
        self.names = [name for name, _ in found] + list(gradients)
        self.outputs = [tensor.detach() for _, tensor in found]
        self.gradients = gradients
        self.requires_grad = [tensor.requires_grad for _, tensor in found]
        self.differentiable = sum(self.requires_grad)
        self.storages = [tensor.untyped_storage().data_ptr() for _, tensor in found]
        # Of what the call was given; in training these are copies of the case's own.
        self.given = {tensor.untyped_storage().data_ptr() for tensor in tensors_in(arguments)}

    def all(self) -> List[Tensor]:
        return self.outputs + list(self.gradients.values())


def run(model: Callable[..., Any], arguments: List[Any], upstream: Optional[List[Tensor]]) -> Result:
    """One call: in inference mode, or with gradients where `upstream` is given, one tensor a differentiable output.
    An empty `upstream` finds out how many there are."""
    if upstream is None:
        with torch.inference_mode():
            return Result(model(*arguments), {}, arguments)
    with torch.enable_grad():
        leaves: Dict[str, Tensor] = {}

        def leaf(tensor: Tensor) -> Tensor:
            if not tensor.is_floating_point():
                return tensor
            tensor = tensor.detach().clone().requires_grad_(True)
            # Named as the contenders' own call names them (calls.py): by number among floating-point tensors.
            leaves["input[%d]" % len(leaves)] = tensor
            return tensor

        arguments = map_tensors(arguments, leaf)
        if isinstance(model, torch.nn.Module):
            leaves.update((name, p) for name, p in model.named_parameters() if p.requires_grad)
        value = model(*arguments)
        outputs: List[Tuple[str, Tensor]] = []
        flatten(value, "out", outputs)
        ends = [output for _, output in outputs if output.requires_grad]
        gradients: Dict[str, Tensor] = {}
        if ends and upstream and len(upstream) == len(ends):
            ups = [up.to(end.dtype) for up, end in zip(upstream, ends)]
            found = torch.autograd.grad(ends, list(leaves.values()), ups, allow_unused=True)
            gradients = {name: g for name, g in zip(leaves, found) if g is not None}
        return Result(value, gradients, arguments)


class Expectation:
    """Everything known about the results on one set of inputs. `extend` adds perturbed runs, which only widens E."""

    def __init__(
        self,
        reference: "Reference",
        arguments: List[Any],
        upstream: Optional[List[Tensor]],
        seed: int,
        first: Optional[Result] = None,
        judged: bool = True,
    ) -> None:
        """`first` is an earlier run, with other random numbers, that has to have given the same. Without `judged` only
        the form of the results is wanted: no float64, no error scale."""
        self._reference = reference
        self.arguments = arguments
        self.upstream = upstream
        self._noise = Noise(seed, reference.noise_pools)
        self._weights = reference.version
        versions = [tensor._version for tensor in tensors_in(arguments)]
        self.judged = judged
        self.working = reference.run(arguments, upstream)
        if first is not None and not all(map(_same, first.outputs, self.working.outputs)):
            raise Unusable("the op is random in training")
        changed = [a._version != b for a, b in zip(tensors_in(arguments), versions)]
        self.changed_inputs = [number for number, was in enumerate(changed) if was]
        # What the user's own code hands back of its inputs, a candidate may hand back too.
        given = self.working.given
        self.aliases = [pointer in given and pointer != 0 for pointer in self.working.storages]
        # Nor what its outputs share with each other: by the first output that lies in the same memory.
        self.shared = [self.working.storages.index(pointer) for pointer in self.working.storages]
        self.runs = 0
        self.float64 = False
        # Outputs, then gradients; and the same in float64, of those that are floating-point.
        self.results = self.working.all()
        self.exact: List[Optional[Tensor]] = []
        # E of whole outputs, once there was a perturbed run of which all elements heard.
        self.scales: List[Optional[ErrorScale]] = []
        if judged:
            self._judge()

    def _judge(self) -> None:
        reference, arguments, upstream = self._reference, self.arguments, self.upstream
        self.runs = 1
        exact = reference.run_exactly(arguments, upstream)
        self.float64 = exact is not None
        wide = exact.all() if exact is not None else self.results
        if not _comparable(self.results, wide):
            raise Unusable("the op gives other shapes in float64 than in its own precision")
        self.exact = [w.to(torch.float64) if o.is_floating_point() else None for o, w in zip(self.results, wide)]

    def scale(self, position: int, places: Optional[Tensor] = None) -> Optional[ErrorScale]:
        """What the unperturbed run alone says about the errors of an output, or of its elements at some flat indices;
        None for integers."""
        exact, working = self.exact[position], self.results[position]
        if exact is None:
            return None
        if places is not None:
            exact, working = exact.reshape(-1)[places], working.reshape(-1)[places]
        return ErrorScale(exact, working)

    def spreads(self) -> List[Optional[Tensor]]:
        """How far one more perturbed run lies from the unperturbed one, without float64 having a say."""
        moved = self._reference.run_perturbed(self.arguments, self.upstream, self._noise).all()
        return [
            (a.double() - b.double()).abs() if exact is not None and a.shape == b.shape else None
            for a, b, exact in zip(moved, self.results, self.exact)
        ]

    def extend(self, runs: int) -> None:
        """More perturbed runs, of which every element's scale hears."""
        self.look(runs, [None] * len(self.results), True)

    def look(
        self, runs: int, places: List[Optional[Tensor]], whole: bool
    ) -> List[Tuple[Optional[ErrorScale], List[Tensor]]]:
        """More perturbed runs, of which only some elements hear: flat indices, one tensor an output. Gives the scale
        there, as these runs make it; of integer outputs, the values of each run. With `whole`, all elements of all
        scales hear, and keep what earlier such runs said."""
        if whole and not self.scales:
            self.scales = [self.scale(position) for position in range(len(self.results))]
        looks: List[Tuple[Optional[ErrorScale], List[Tensor]]] = [
            (self.scales[position] if whole else None if place is None else self.scale(position, place), [])
            for position, place in enumerate(places)
        ]
        for results in self._perturbed(runs):
            for (scale, values), place, output, working in zip(looks, places, results, self.results):
                if output.shape != working.shape:
                    continue
                if scale is not None:
                    scale.add(output if whole else output.reshape(-1)[place])
                elif place is not None:
                    values.append(output.reshape(-1)[place])
        return looks

    def _perturbed(self, runs: int) -> Iterator[List[Tensor]]:
        if self._reference.version != self._weights:
            raise RuntimeError("the weights have changed since these inputs were judged")
        for _ in range(runs):
            results = self._reference.run_perturbed(self.arguments, self.upstream, self._noise).all()
            if len(results) == len(self.results):
                self.runs += 1
                yield results


def _same(a: Tensor, b: Tensor) -> bool:
    """Equal up to what the order of a parallel sum may change."""
    if torch.equal(a, b):
        return True
    if a.shape != b.shape or not a.is_floating_point():
        return False
    return torch.allclose(a, b, rtol=1e3 * torch.finfo(a.dtype).eps, atol=0, equal_nan=True)


def _comparable(working: List[Tensor], wide: List[Tensor]) -> bool:
    return len(working) == len(wide) and all(a.shape == b.shape for a, b in zip(working, wide))


class Reference:
    """The op with its present weights, in the working precision, in float64, and with weights moved by one ulp."""

    def __init__(self, model: Callable[..., Any]) -> None:
        self.model = model
        # Why float64 can't be had; the working precision stands in for it then, and the gate says so.
        self.no_float64: Optional[str] = None
        self.coarsest = 0.0
        self.noise_pools: Dict[torch.dtype, Tensor] = {}
        self.version = 0
        self.refresh()

    def refresh(self) -> None:
        """To be called when the model's weights have changed."""
        self.version += 1
        self._exact = self._copy().double() if isinstance(self.model, torch.nn.Module) else self.model
        self._shaken = self._copy() if isinstance(self.model, torch.nn.Module) else self.model

    def _copy(self) -> torch.nn.Module:
        try:
            return copy.deepcopy(self.model)  # type: ignore[arg-type, return-value]
        except Exception as error:
            raise Unusable("the module can't be copied: %s" % error) from error

    def _for_call(self, model: Any, training: bool) -> Any:
        """A module whose state a call may change: training updates running statistics."""
        if not isinstance(model, torch.nn.Module):
            return model
        return copy.deepcopy(model).train() if training else model

    def run(self, arguments: List[Any], upstream: Optional[List[Tensor]]) -> Result:
        return run(self._for_call(self.model, upstream is not None), arguments, upstream)

    def run_exactly(self, arguments: List[Any], upstream: Optional[List[Tensor]]) -> Optional[Result]:
        """In float64, or None where the op can't be run in it."""
        if self.no_float64 is not None:
            return None
        model = self._for_call(self._exact, upstream is not None)
        wide = map_tensors(arguments, lambda t: t.to(torch.float64) if t.is_floating_point() else t.clone())
        ups = None if upstream is None else [up.to(torch.float64) for up in upstream]
        mode = Float64()
        try:
            with mode:
                result = run(model, wide, ups)
        except Exception as error:
            self.no_float64 = "%s: %s" % (type(error).__name__, (str(error).splitlines() or [""])[0][:200])
            return None
        self.coarsest = max(self.coarsest, mode.coarsest)
        return result

    def run_perturbed(self, arguments: List[Any], upstream: Optional[List[Tensor]], noise: Noise) -> Result:
        model = self._shaken
        if isinstance(model, torch.nn.Module) and isinstance(self.model, torch.nn.Module):
            with torch.no_grad():
                moved = {id(value): value for value in model.state_dict(keep_vars=True).values()}
                originals = self.model.state_dict(keep_vars=True)
                for name, value in model.state_dict(keep_vars=True).items():
                    # Tied weights are one tensor under two names and move once.
                    if moved.pop(id(value), None) is not None:
                        value.copy_(noise(originals[name]))
        # A tensor that is given twice is moved once, since it is one variable of the op.
        known: Dict[Tuple[Any, ...], Tensor] = {}

        def move(tensor: Tensor) -> Tensor:
            key = (tensor.data_ptr(), tuple(tensor.shape), tuple(tensor.stride()), tensor.dtype)
            if tensor.numel() == 0 or key not in known:
                known[key] = noise(tensor)
            return known[key]

        # What comes back from behind the op is as much an input of the gradients as the arguments are.
        ups = None if upstream is None else [noise(up) for up in upstream]
        called = self._for_call(model, upstream is not None)
        with Stochastic(noise):
            return run(called, map_tensors(arguments, move), ups)


def redraw_weights(model: Any, seed: int) -> bool:
    """Gives every parameter, and the running statistics of normalisations, other values of the same sign and order of
    magnitude, as further training would; False where there is nothing to change."""
    if not isinstance(model, torch.nn.Module):
        return False
    generator = torch.Generator().manual_seed(seed & (2**63 - 1))
    tensors = [p for p in model.parameters() if p.is_floating_point()]
    tensors += [b for n, b in model.named_buffers() if n.split(".")[-1] in ("running_mean", "running_var")]
    with torch.no_grad():
        for tensor in tensors:
            factor = torch.rand(tensor.shape, generator=generator) + 0.5
            shift = torch.randn(tensor.shape, generator=generator) * 0.1
            value = tensor.detach().cpu().float()
            # What starts at zero (a bias, a running mean) must not stay there.
            tensor.copy_(torch.where(value == 0, shift, value * factor))
    return bool(tensors)
