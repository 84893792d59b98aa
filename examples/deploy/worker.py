"""Takes tasks from the folder QUEUE and writes what came of them, until it is asked to end.

A task is a file todo/NAME.json with a list of numbers; done/NAME.json gets their mean and spread, or an error. A task is
taken by renaming it, which only one worker can do. Needs nothing but Python.
"""

import json
import os
import signal
import statistics
import threading

QUEUE = os.environ.get("QUEUE", "/queue")
TODO, TAKEN, DONE = (os.path.join(QUEUE, name) for name in ("todo", "taken", "done"))
NAME = os.uname().nodename
ended = threading.Event()


def work(path):
    try:
        with open(path) as file:
            numbers = json.load(file)
        return {"count": len(numbers), "mean": statistics.fmean(numbers), "spread": statistics.pstdev(numbers)}
    except (ValueError, TypeError, statistics.StatisticsError) as error:
        return {"error": str(error)}


def take():
    """Takes one task; returns its name, or None where there is none."""
    for name in sorted(os.listdir(TODO)):
        taken = os.path.join(TAKEN, name)
        try:
            os.rename(os.path.join(TODO, name), taken)
        except FileNotFoundError:
            continue
        result = json.dumps({**work(taken), "worker": NAME})
        # Whole or not at all, whoever reads meanwhile.
        with open(taken + ".part", "w") as file:
            file.write(result)
        os.rename(taken + ".part", os.path.join(DONE, name))
        os.unlink(taken)
        print(f"{name}: {result}", flush=True)
        return name
    return None


def main():
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    for folder in (TODO, TAKEN, DONE):
        os.makedirs(folder, exist_ok=True)
    print(f"{NAME} waits for tasks in {TODO}", flush=True)
    while not ended.is_set():
        if take() is None:
            ended.wait(0.5)
    print(f"{NAME} ends", flush=True)


if __name__ == "__main__":
    main()
