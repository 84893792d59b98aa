"""Tells irises apart by the nearest mean: `train FILE` while the image is built, `predict FILE a b c d` when it runs.

Data: fifteen plants of R. A. Fisher, "The use of multiple measurements in taxonomic problems", Annals of Eugenics 7
(1936), 179-188: sepal length, sepal width, petal length, petal width, in centimetres.
"""

import sys

import numpy as np

PLANTS = {
    "setosa": [[5.1, 3.5, 1.4, 0.2], [4.9, 3.0, 1.4, 0.2], [4.7, 3.2, 1.3, 0.2], [4.6, 3.1, 1.5, 0.2], [5.0, 3.6, 1.4, 0.2]],
    "versicolor": [[7.0, 3.2, 4.7, 1.4], [6.4, 3.2, 4.5, 1.5], [6.9, 3.1, 4.9, 1.5], [5.5, 2.3, 4.0, 1.3], [6.5, 2.8, 4.6, 1.5]],
    "virginica": [[6.3, 3.3, 6.0, 2.5], [5.8, 2.7, 5.1, 1.9], [7.1, 3.0, 5.9, 2.1], [6.3, 2.9, 5.6, 1.8], [6.5, 3.0, 5.8, 2.2]],
}


def train(file):
    means = np.array([np.mean(plants, axis=0) for plants in PLANTS.values()])
    np.savez(file, names=list(PLANTS), means=means)
    print(f"trained on {sum(map(len, PLANTS.values()))} plants, written to {file}")


def predict(file, *plant):
    model = np.load(file)
    distances = np.linalg.norm(model["means"] - np.array(plant, dtype=float), axis=1)
    for place in np.argsort(distances):
        print(f"{model['names'][place]:12} {distances[place]:.2f}")


if __name__ == "__main__":
    {"train": train, "predict": predict}[sys.argv[1]](*sys.argv[2:])
