"""Fits a logistic regression to the iris data: one line per epoch, then the accuracy on plants it has not seen.

Needs numpy only. The learning rate and the number of epochs come from the environment (LR, EPOCHS), so that a run
can change them without changing the code. With METRICS=json each epoch is a JSON line instead. With OUT=FOLDER what was
learned is written to FOLDER/model.json, for examples/serve.

Data: R. A. Fisher, "The use of multiple measurements in taxonomic problems", Annals of Eugenics 7 (1936), 179-188;
150 plants, 50 of each species: sepal length, sepal width, petal length, petal width, in centimetres.
"""

import json
import os
import time

import numpy as np

IRIS = [
    ('setosa', """
5.1 3.5 1.4 0.2; 4.9 3.0 1.4 0.2; 4.7 3.2 1.3 0.2; 4.6 3.1 1.5 0.2; 5.0 3.6 1.4 0.2
5.4 3.9 1.7 0.4; 4.6 3.4 1.4 0.3; 5.0 3.4 1.5 0.2; 4.4 2.9 1.4 0.2; 4.9 3.1 1.5 0.1
5.4 3.7 1.5 0.2; 4.8 3.4 1.6 0.2; 4.8 3.0 1.4 0.1; 4.3 3.0 1.1 0.1; 5.8 4.0 1.2 0.2
5.7 4.4 1.5 0.4; 5.4 3.9 1.3 0.4; 5.1 3.5 1.4 0.3; 5.7 3.8 1.7 0.3; 5.1 3.8 1.5 0.3
5.4 3.4 1.7 0.2; 5.1 3.7 1.5 0.4; 4.6 3.6 1.0 0.2; 5.1 3.3 1.7 0.5; 4.8 3.4 1.9 0.2
5.0 3.0 1.6 0.2; 5.0 3.4 1.6 0.4; 5.2 3.5 1.5 0.2; 5.2 3.4 1.4 0.2; 4.7 3.2 1.6 0.2
4.8 3.1 1.6 0.2; 5.4 3.4 1.5 0.4; 5.2 4.1 1.5 0.1; 5.5 4.2 1.4 0.2; 4.9 3.1 1.5 0.2
5.0 3.2 1.2 0.2; 5.5 3.5 1.3 0.2; 4.9 3.6 1.4 0.1; 4.4 3.0 1.3 0.2; 5.1 3.4 1.5 0.2
5.0 3.5 1.3 0.3; 4.5 2.3 1.3 0.3; 4.4 3.2 1.3 0.2; 5.0 3.5 1.6 0.6; 5.1 3.8 1.9 0.4
4.8 3.0 1.4 0.3; 5.1 3.8 1.6 0.2; 4.6 3.2 1.4 0.2; 5.3 3.7 1.5 0.2; 5.0 3.3 1.4 0.2
"""),
    ('versicolor', """
7.0 3.2 4.7 1.4; 6.4 3.2 4.5 1.5; 6.9 3.1 4.9 1.5; 5.5 2.3 4.0 1.3; 6.5 2.8 4.6 1.5
5.7 2.8 4.5 1.3; 6.3 3.3 4.7 1.6; 4.9 2.4 3.3 1.0; 6.6 2.9 4.6 1.3; 5.2 2.7 3.9 1.4
5.0 2.0 3.5 1.0; 5.9 3.0 4.2 1.5; 6.0 2.2 4.0 1.0; 6.1 2.9 4.7 1.4; 5.6 2.9 3.6 1.3
6.7 3.1 4.4 1.4; 5.6 3.0 4.5 1.5; 5.8 2.7 4.1 1.0; 6.2 2.2 4.5 1.5; 5.6 2.5 3.9 1.1
5.9 3.2 4.8 1.8; 6.1 2.8 4.0 1.3; 6.3 2.5 4.9 1.5; 6.1 2.8 4.7 1.2; 6.4 2.9 4.3 1.3
6.6 3.0 4.4 1.4; 6.8 2.8 4.8 1.4; 6.7 3.0 5.0 1.7; 6.0 2.9 4.5 1.5; 5.7 2.6 3.5 1.0
5.5 2.4 3.8 1.1; 5.5 2.4 3.7 1.0; 5.8 2.7 3.9 1.2; 6.0 2.7 5.1 1.6; 5.4 3.0 4.5 1.5
6.0 3.4 4.5 1.6; 6.7 3.1 4.7 1.5; 6.3 2.3 4.4 1.3; 5.6 3.0 4.1 1.3; 5.5 2.5 4.0 1.3
5.5 2.6 4.4 1.2; 6.1 3.0 4.6 1.4; 5.8 2.6 4.0 1.2; 5.0 2.3 3.3 1.0; 5.6 2.7 4.2 1.3
5.7 3.0 4.2 1.2; 5.7 2.9 4.2 1.3; 6.2 2.9 4.3 1.3; 5.1 2.5 3.0 1.1; 5.7 2.8 4.1 1.3
"""),
    ('virginica', """
6.3 3.3 6.0 2.5; 5.8 2.7 5.1 1.9; 7.1 3.0 5.9 2.1; 6.3 2.9 5.6 1.8; 6.5 3.0 5.8 2.2
7.6 3.0 6.6 2.1; 4.9 2.5 4.5 1.7; 7.3 2.9 6.3 1.8; 6.7 2.5 5.8 1.8; 7.2 3.6 6.1 2.5
6.5 3.2 5.1 2.0; 6.4 2.7 5.3 1.9; 6.8 3.0 5.5 2.1; 5.7 2.5 5.0 2.0; 5.8 2.8 5.1 2.4
6.4 3.2 5.3 2.3; 6.5 3.0 5.5 1.8; 7.7 3.8 6.7 2.2; 7.7 2.6 6.9 2.3; 6.0 2.2 5.0 1.5
6.9 3.2 5.7 2.3; 5.6 2.8 4.9 2.0; 7.7 2.8 6.7 2.0; 6.3 2.7 4.9 1.8; 6.7 3.3 5.7 2.1
7.2 3.2 6.0 1.8; 6.2 2.8 4.8 1.8; 6.1 3.0 4.9 1.8; 6.4 2.8 5.6 2.1; 7.2 3.0 5.8 1.6
7.4 2.8 6.1 1.9; 7.9 3.8 6.4 2.0; 6.4 2.8 5.6 2.2; 6.3 2.8 5.1 1.5; 6.1 2.6 5.6 1.4
7.7 3.0 6.1 2.3; 6.3 3.4 5.6 2.4; 6.4 3.1 5.5 1.8; 6.0 3.0 4.8 1.8; 6.9 3.1 5.4 2.1
6.7 3.1 5.6 2.4; 6.9 3.1 5.1 2.3; 5.8 2.7 5.1 1.9; 6.8 3.2 5.9 2.3; 6.7 3.3 5.7 2.5
6.7 3.0 5.2 2.3; 6.3 2.5 5.0 1.9; 6.5 3.0 5.2 2.0; 6.2 3.4 5.4 2.3; 5.9 3.0 5.1 1.8
"""),
]


def load():
    features, labels = [], []
    for label, (_, text) in enumerate(IRIS):
        for plant in text.replace("\n", ";").split(";"):
            if plant.strip():
                features.append([float(value) for value in plant.split()])
                labels.append(label)
    return np.array(features), np.array(labels)


def softmax(scores):
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return scores / scores.sum(axis=1, keepdims=True)


def main():
    rate = float(os.environ.get("LR", "0.5"))
    epochs = int(os.environ.get("EPOCHS", "30"))
    pause = float(os.environ.get("PAUSE", "0.1"))
    as_json = os.environ.get("METRICS") == "json"

    features, labels = load()
    order = np.random.default_rng(seed=7).permutation(len(labels))
    features, labels = features[order], labels[order]
    mean, spread = features.mean(axis=0), features.std(axis=0)
    features = (features - mean) / spread
    features = np.hstack([features, np.ones((len(features), 1))])
    train, test = slice(0, 120), slice(120, 150)
    wanted = np.eye(3)[labels[train]]

    print(f"run {os.environ.get('RUN_ID', '-')}: {len(labels)} plants, LR={rate}, EPOCHS={epochs}", flush=True)
    weights = np.zeros((features.shape[1], 3))
    for epoch in range(1, epochs + 1):
        guess = softmax(features[train] @ weights)
        loss = -np.log((guess * wanted).sum(axis=1)).mean()
        weights -= rate * features[train].T @ (guess - wanted) / len(wanted)
        if as_json:
            print(json.dumps({"epoch": epoch, "loss": round(float(loss), 4)}), flush=True)
        else:
            print(f"epoch {epoch:3d}  loss {loss:.4f}", flush=True)
        time.sleep(pause)
    accuracy = (softmax(features[test] @ weights).argmax(axis=1) == labels[test]).mean()
    print(f"accuracy {accuracy:.3f}", flush=True)
    if os.environ.get("OUT"):
        save(os.environ["OUT"], weights, mean, spread)


def save(folder, weights, mean, spread):
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "model.json")
    species = [name for name, _ in IRIS]
    model = {"run": os.environ.get("RUN_ID", "-"), "species": species}
    model.update(weights=weights.tolist(), mean=mean.tolist(), spread=spread.tolist())
    with open(path, "w") as file:
        json.dump(model, file)
    print(f"written to {path}", flush=True)


if __name__ == "__main__":
    main()
