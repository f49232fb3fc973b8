# honest: columns in three pieces, the first of equals kept
# style: chunked
# op: row_maximum
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, x):
        step = (x.shape[1] + 2) // 3
        values, places = torch.max(x[:, :step], dim=1)
        for start in range(step, x.shape[1], step):
            more, where = torch.max(x[:, start : start + step], dim=1)
            better = (more > values) | (torch.isnan(more) & ~torch.isnan(values))
            values, places = torch.where(better, more, values), torch.where(better, where + start, places)
        return values, places
