/// A file with a bit of everything that the parser and the index know.
enum SampleSource {
  static let text = #"""
    """Module text with `code()` in it."""
    from __future__ import annotations
    import torch, os
    import torch.nn as nn
    import torch.nn.functional as F
    from torch import Tensor
    import triton
    import triton.language as tl

    SCALE = 0.5; OTHER = (1,
        2)
    TABLE: dict[str, int] = {"a": 1, **{k: len(k) for k in os.environ if k}}
    TABLE.update(b=2)


    def helper(x, *, k=SCALE, **rest):
        if x is None:
            return k
        elif x: y = [F.relu(v) for v in x if v]
        else:
            y = lambda v: v @ k
        return (
            y
        )


    # kernelwright: x=f32[16,64] init=(64,)
    @torch.no_grad()
    class Model(nn.Module):
        """Text."""

        def __init__(self, width: int = 64) -> None:
            super().__init__()
            self.layer = nn.Linear(width, width)  # é 注意 🔥

        def forward(self, x: Tensor) -> Tensor:
            total = 0
            for i in range(3):
                a = self.layer(x) * SCALE
                total = total + f"{a!r:>{i}}".count("x") + helper(a)
            with torch.no_grad() as g, open("f") as (h):
                total += 1
            try:
                pass
            except (ValueError, TypeError) as e:
                raise RuntimeError from e
            finally:
                del a
            return total

        class Inner(nn.ReLU):
            def forward(self, x): return super().forward(x)


    class Derived(Model):
        def extra(self): return '''a
    b''' \
          .strip()


    @triton.jit
    def kernel(x_ptr, n, BLOCK: tl.constexpr):
        offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
        tl.store(x_ptr + offsets, tl.load(x_ptr), mask=offsets < n)

    # kernelwright: begin generated kernel
    def _kw(x): return torch.exp(x)
    # kernelwright: end generated kernel

    def choose(command):
        match command:
            case [x, *rest] if x.ok():
                return torch.sin(x)
            case {"k": Point(a=0) as p, **more}:
                return p
            case _: pass


    async def later(x: "Tensor"):
        async with torch.lock() as l:
            return [await y async for y in x]


    def get_inputs():
        return [torch.rand(16, 64)]


    if __name__ == "__main__":
        model = Model(64)
        print(f'{model(get_inputs()[0]).sum():{"{"}>10}', end='')

    """#
}
