"""check_rooms.py CANDIDATE: memory of a large result is used again when nobody holds it, and never before."""
import gc
import sys
import threading
from typing import Any, Callable

import torch

from checking import load

module = load(sys.argv[1], "candidate")
op = module.ModelNew()
x = [torch.randn(3, 3_000_000) for _ in range(4)]
right = [torch.tanh(each) * 2.0 + 1.0 for each in x]


def same(a: torch.Tensor, b: torch.Tensor) -> bool:
    return torch.allclose(a, b, rtol=1e-5, atol=1e-6)


def holding(hold: Callable[[torch.Tensor], Any], value: Callable[[Any], torch.Tensor]) -> None:
    """What is held of a result stays what it was while others are computed."""
    held = hold(op(x[0]))
    for other in x[1:]:
        op(other)
    assert same(value(held), right[0]), "a result that was held has changed"


with torch.inference_mode():
    places = set()
    for number in range(6):
        result = op(x[number % 4])  # the last one lives on while this one is computed
        assert same(result, right[number % 4])
        places.add(result.data_ptr())
    assert len(places) == 2, f"{len(places)} places for results that nobody holds"
    del result
    holding(lambda y: y, lambda y: y)
    holding(lambda y: y.view(-1)[5:], lambda y: torch.cat([right[0].view(-1)[:5], y]).view(3, -1))
    holding(lambda y: y.untyped_storage(), lambda s: torch.empty(0).set_(s, 0, (3, 3_000_000)))
    holding(lambda y: y.detach(), lambda y: y)
    results = [op(each) for each in x]
    assert all(same(a, b) for a, b in zip(results, right)), "results that were all held differ"
    assert len({y.data_ptr() for y in results}) == 4
    del results
    gc.collect()

    # Handed to another process by shared memory, it isn't ours any more.
    shared = op(x[0])
    shared.share_memory_()
    place = shared.data_ptr()
    del shared
    assert all(op(each).data_ptr() != place for each in x)

    failures = []

    def work(number: int) -> None:
        for turn in range(20):
            y = op(x[(number + turn) % 4])
            if not same(y, right[(number + turn) % 4]):
                failures.append(number)

    threads = [threading.Thread(target=lambda n=n: torch.inference_mode()(work)(n)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, f"threads {sorted(set(failures))} got each other's results"
print("ok")
