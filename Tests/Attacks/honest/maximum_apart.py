# honest: the place first, then the value that stands there
# style: other formula
# op: row_maximum
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, x):
        places = torch.argmax(x, dim=1)
        return x.gather(1, places.unsqueeze(1)).squeeze(1), places
