"""How a part of an op is known again: when it is captured, and by generated code, which has this function in it.

It needs nothing but `torch`, which a person's file may have imported as it likes.
"""
import torch


def signature(graph: torch.fx.GraphModule, examples: list) -> str:
    """A part as text that is equal for equal parts on equal inputs, in any process."""
    numbers = {node: f"%{number}" for number, node in enumerate(graph.graph.nodes)}

    def text(value: object) -> str:
        if isinstance(value, torch.fx.Node):
            return numbers[value]
        if isinstance(value, (list, tuple)):
            return f"({', '.join(map(text, value))})"
        if isinstance(value, dict):
            return f"{{{', '.join(f'{key}: {text(each)}' for key, each in value.items())}}}"
        if isinstance(value, slice):
            return f"slice{text((value.start, value.stop, value.step))}"
        return repr(value) if " at 0x" not in repr(value) else f"{type(value).__module__}.{type(value).__qualname__}"

    def name(target: object) -> str:
        if isinstance(target, str):
            return target
        return f"{getattr(target, '__module__', '')}.{getattr(target, '__qualname__', repr(target))}"

    lines = [
        f"{e.dtype} {tuple(e.shape)} {e.stride()}" if isinstance(e, torch.Tensor) else repr(e) for e in examples
    ]
    for node in graph.graph.nodes:
        if node.op != "placeholder":
            lines.append(f"{node.op} {name(node.target)} {text(node.args)} {text(node.kwargs)}")
    return "\n".join(lines)
