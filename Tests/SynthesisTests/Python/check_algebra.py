"""check_algebra.py DIR: every candidate DIR/NAME.NUMBER.py against its original, on finite numbers."""
import glob
import os
import sys
import warnings

import torch

from checking import Counter, both, flat, load, oracle, same_special

warnings.simplefilter("error", RuntimeWarning)


def near(rounds: list, what: str) -> None:
    """Like `close`, with the reference's error taken from several draws: one of a single element is a matter of luck.

    Sums in another order cancel elsewhere, hence the larger factor.
    """
    outputs = zip(*[list(zip(*map(flat, round))) for round in rounds])
    for index, output in enumerate(outputs):
        near_in_one(output, f"{what}, output {index},")


def near_in_one(rounds: tuple, what: str) -> None:
    worst = max((r - o).abs().max() for _, r, o in rounds)
    for got, reference, wanted in rounds:
        assert got.shape == reference.shape and got.dtype == reference.dtype, f"{what}: {got.dtype} {got.shape}"
        allowed = 8 * worst + 4 * torch.finfo(got.dtype).eps * wanted.abs()
        error = (got - wanted).abs()
        off = f"{what} is off by {error.max().item():.3g}, the reference by {worst.item():.3g}"
        assert (error <= allowed).all(), off


failures = []
for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.*.py"))):
    torch.manual_seed(7)  # each by itself: what one is given doesn't depend on which others there are
    what = os.path.basename(path)[:-3]
    name = what.split(".")[0]
    try:
        module = load(path, "candidate_" + what.replace(".", "_"))
        makers = module.CASES[name][0]
        reference, candidate = both(module, name)
        counter = Counter(type(candidate).forward)
        with torch.inference_mode():
            draws = [torch.randn_like, torch.rand_like, lambda t: torch.randn_like(t) * 1e3 + 1e4]
            for round, draw in enumerate(draws):
                rounds = []
                for _ in range(5):
                    inputs = [draw(make()) for make in makers]
                    kept = [i.clone() for i in inputs]
                    got, original_taken = counter.taken(lambda: candidate(*inputs))
                    assert not original_taken, "the fast path was not taken"
                    assert all(torch.equal(a, b) for a, b in zip(inputs, kept)), "an input was changed"
                    rounds.append((got, reference(*inputs), oracle(reference, inputs)))
                near(rounds, f"{what} round {round}")
            for value in (float("inf"), float("-inf"), float("nan"), 3e38, -0.0):
                for _ in range(3):
                    inputs = [make() for make in makers]
                    for tensor in inputs:
                        if torch.rand(()) < 0.7:
                            tensor.view(-1)[torch.randint(tensor.numel(), (1 + tensor.numel() // 40,))] = value
                    exact = oracle(reference, inputs)
                    overflows = 1e30 < abs(value) < float("inf")
                    same_special(
                        candidate(*inputs), reference(*inputs), exact, f"{what} with {value}", overflows=overflows
                    )
            # Weights that change are noticed.
            if any(p.is_floating_point() for p in reference.parameters()):
                rounds = []
                for factor in (0.5, -1.5, 0.75):
                    for p, q in zip(reference.parameters(), candidate.parameters()):
                        p.mul_(factor).view(-1)[0] += 0.125
                        q.mul_(factor).view(-1)[0] += 0.125
                    inputs = [make() for make in makers]
                    rounds.append((candidate(*inputs), reference(*inputs), oracle(reference, inputs)))
                near(rounds, f"{what} after training")
    except Exception as error:
        failures.append(f"{what}: {type(error).__name__}: {error}")

print("\n".join(failures) or "ok")
sys.exit(bool(failures))
