"""Serves /data: files as they are, repositories by git's own program, private ones to who signs in, and S3 by s3s-fs.

Plain on one port, with TLS on another. What git's program says goes to git as it is.
"""

import base64
import http.server
import os
import posixpath
import ssl
import subprocess
import threading
import urllib.parse

DATA = "/data"
# Who may read the private repository, as user and password: a person, an older token, a newer one.
KNOWN = {("me", "letmein"), ("older-token", "x-oauth-basic"), ("oauth2", "glpat-newer-token")}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer()

    def do_POST(self):
        self.answer()

    def answer(self):
        path, _, query = self.path.partition("?")
        path = posixpath.normpath(urllib.parse.unquote(path))
        if path.startswith("/git/"):
            return self.git(f"{DATA}/git", path[len("/git"):], query)
        if path.startswith("/private/"):
            if not self.is_known():
                return self.send(401, b"sign in", [("WWW-Authenticate", 'Basic realm="code"')])
            return self.git(f"{DATA}/private", path[len("/private"):], query)
        if path == "/cut":
            # Promises more than it gives.
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            self.wfile.write(b"x" * 1000)
            self.close_connection = True
            return None
        if path == "/failing":
            return self.send(503, b"not now")
        if path == "/moved":
            return self.send(302, b"", [("Location", "/files/run.sh")])
        try:
            with open(DATA + path, "rb") as file:
                return self.send(200, file.read())
        except OSError:
            return self.send(404, b"nothing here")

    def is_known(self):
        kind, _, packed = self.headers.get("Authorization", "").partition(" ")
        if kind != "Basic":
            return False
        user, _, password = base64.b64decode(packed).decode().partition(":")
        return (user, password) in KNOWN

    def body(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def git(self, root, path, query):
        body = self.body()
        environment = {
            **os.environ, "GIT_PROJECT_ROOT": root, "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
            "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)), "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""), "REMOTE_ADDR": "127.0.0.1", "HOME": "/tmp",
        }
        done = subprocess.run(["git", "-c", "safe.directory=*", "http-backend"], input=body, env=environment, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = [tuple(line.split(": ", 1)) for line in head.decode().splitlines() if ": " in line]
        status = next((int(value.split()[0]) for name, value in headers if name == "Status"), 200)
        self.send(status, content, [(name, value) for name, value in headers if name != "Status"])

    def send(self, status, content, headers=()):
        self.send_response(status)
        for name, value in headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def serve(port, context=None):
    server = http.server.ThreadingHTTPServer(("", port), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever).start()


subprocess.Popen(["s3s-fs", "--host", "0.0.0.0", "--port", "9000", "--access-key", "reader", "--secret-key", "lake-secret", f"{DATA}/s3"])
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/tls/tls.crt", "/tls/tls.key")
serve(8443, context)
serve(8080)
print("serving", flush=True)
