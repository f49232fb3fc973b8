"""Splits time series into a slow trend and what is left of them, as forecasting models do before their first layer.

Run it to see what it costs: `python moving_average.py`.
"""

import statistics
import time

import torch
from torch import nn


class Model(nn.Module):
    """Moving average over a centred window; the ends are averaged over the part of the window that is there."""

    def __init__(self, window: int = 25):
        super().__init__()
        self.trend = nn.AvgPool1d(kernel_size=window, stride=1, padding=window // 2, count_include_pad=False)

    def forward(self, series: torch.Tensor) -> torch.Tensor:
        trend = self.trend(series)
        return series - trend


def get_init_inputs():
    return [25]


def get_inputs():
    """A batch of 8 series in 64 channels, 2,048 samples each."""
    return [torch.randn(8, 64, 2048)]


def main() -> None:
    torch.manual_seed(7)
    model = Model(*get_init_inputs()).eval()
    series = get_inputs()
    times = []
    with torch.inference_mode():
        for _ in range(25):
            start = time.perf_counter()
            output = model(*series)
            times.append(time.perf_counter() - start)
    rows = output.square().mean(dim=(1, 2))
    print(f"output: mean square {rows.mean():.7g}, first {rows[0]:.7g}, last {rows[-1]:.7g}")
    print(f"time: {statistics.median(times[5:]) * 1e3:.2f} ms a call")


if __name__ == "__main__":
    main()
