"""Counts how many generated pictures a classifier of real ones gives the name that they were drawn for.

    python3 name_samples.py --data data/emoji --train train.npz --test test.npz SAMPLES.npz ...

A stand-in for a person: a small network learns the nine categories of the emoji set from the training pictures as the
tokenizer gives them back, so that blur alone tells it nothing. Samples are those of `restok generate --like data/emoji`,
one for each test picture, in its order. Takes some minutes.
"""

import argparse
import json

import numpy as np
import torch
from torch import nn

EPOCHS, BATCH, SEED = 6, 64, 1

parser = argparse.ArgumentParser()
parser.add_argument("--data", required=True, help="folder of restok data emoji")
parser.add_argument("--train", required=True, help="its training pictures, decoded")
parser.add_argument("--test", required=True, help="its test pictures, decoded")
parser.add_argument("samples", nargs="*")
options = parser.parse_args()
torch.set_num_threads(2)


def pictures(path):
    values = torch.from_numpy(np.load(path)["arr_0"]).permute(0, 3, 1, 2)
    return values.float() / 127.5 - 1


def block(inputs, outputs):
    return [nn.Conv2d(inputs, outputs, 3, stride=2, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]


def trained(inputs, labels, count):
    torch.manual_seed(SEED)
    layers = block(3, 32) + block(32, 64) + block(64, 128) + block(128, 256)
    model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.3), nn.Linear(256, count))
    steps = EPOCHS * (len(inputs) // BATCH)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
    for step in range(steps):
        chosen = torch.randint(len(inputs), (BATCH,))
        batch = inputs[chosen]
        if step % 2 == 1:
            batch = batch.flip(3)
        loss = nn.functional.cross_entropy(model(batch), labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model.eval()


@torch.no_grad()
def share_named(model, inputs, labels):
    named = torch.cat([model(part).argmax(1) for part in inputs.split(256)])
    return (named == labels).float().mean().item()


with open(f"{options.data}/manifest.json") as file:
    entries = json.load(file)["pictures"]
categories = sorted({entry["category"] for entry in entries})


def labels_of(split):
    return torch.tensor([categories.index(entry["category"]) for entry in entries if entry["test"] == split])


train, test = labels_of(False), labels_of(True)
model = trained(pictures(options.train), train, len(categories))
for path in [options.test, *options.samples]:
    print(f"{path}: {100 * share_named(model, pictures(path), test):.1f} % named as drawn")
