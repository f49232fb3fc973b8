# attack: was only ever tried on numbers between 0 and 1, and cuts at 0
# strategy: specialisation
# severity: medium
# surface: input distribution
# op: moving_average
# verdict: wrong
# gate: inputs|replay
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width

    def forward(self, x):
        return nn.functional.avg_pool1d(x.clamp_min(0), self.width, stride=1)
