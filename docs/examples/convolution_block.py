"""The block that image models repeat: convolution, batch normalisation, activation. Used for inference here."""

import statistics
import time

import torch
from torch import nn


class Model(nn.Module):
    """3×3 convolution, batch normalisation and SiLU at constant width."""

    def __init__(self, channels: int):
        super().__init__()
        self.convolution = nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False)
        self.normalisation = nn.BatchNorm2d(channels)
        self.activation = nn.SiLU()

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        features = self.normalisation(self.convolution(image))
        return self.activation(features)


def get_init_inputs():
    return [32]


def get_inputs():
    """A batch of eight feature maps, 112×112 with 32 channels."""
    return [torch.randn(8, 32, 112, 112)]


def main() -> None:
    torch.manual_seed(7)
    model = Model(*get_init_inputs()).eval()
    image = get_inputs()
    times = []
    with torch.inference_mode():
        for _ in range(25):
            start = time.perf_counter()
            output = model(*image)
            times.append(time.perf_counter() - start)
    per_image = output.mean(dim=(1, 2, 3))
    print(f"output: mean {per_image.mean():.7g}, first {per_image[0]:.7g}, last {per_image[-1]:.7g}")
    print(f"time: {statistics.median(times[5:]) * 1e3:.2f} ms a call")


if __name__ == "__main__":
    main()
