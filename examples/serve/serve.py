"""Answers over HTTP which iris a plant is, by what examples/train wrote into the file MODEL.

GET /predict?plant=SEPAL_LENGTH,SEPAL_WIDTH,PETAL_LENGTH,PETAL_WIDTH, in centimetres; GET /health once it is ready.
Needs nothing but Python.
"""

import http.server
import json
import math
import os
import signal
import threading
import urllib.parse

with open(os.environ.get("MODEL", "/model/model.json")) as file:
    MODEL = json.load(file)


def predict(plant):
    inputs = [(value - mean) / spread for value, mean, spread in zip(plant, MODEL["mean"], MODEL["spread"])] + [1.0]
    columns = range(len(MODEL["species"]))
    scores = [sum(value * row[column] for value, row in zip(inputs, MODEL["weights"])) for column in columns]
    powers = [math.exp(score - max(scores)) for score in scores]
    best = max(columns, key=scores.__getitem__)
    return {"species": MODEL["species"][best], "probability": round(powers[best] / sum(powers), 4)}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/health":
            return self.answer(200, {"ready": True})
        if url.path != "/predict":
            return self.answer(404, {"error": "Ask at /predict?plant=5.1,3.5,1.4,0.2."})
        try:
            plant = [float(text) for text in urllib.parse.parse_qs(url.query)["plant"][0].split(",")]
            assert len(plant) == 4 and all(map(math.isfinite, plant))
        except (KeyError, ValueError, AssertionError):
            return self.answer(400, {"error": "Give four lengths in centimetres, as in plant=5.1,3.5,1.4,0.2."})
        return self.answer(200, predict(plant))

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, form, *words):
        if "/health" not in self.path:
            print(form % words, flush=True)


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("", 8080), Handler)
    # Ends when it is asked to: requests under way are answered first.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"ready: {len(MODEL['species'])} species, trained by run {MODEL['run']}", flush=True)
    server.serve_forever()
