"""A stand-in for an OpenAI-compatible vision endpoint: a real server on this machine that answers as it is told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-4711-secret"
MODEL = "watcher-7b"


@dataclass
class Answer:
    """What the endpoint answers: a status, headers and a body. `waits` is set by the test to let it answer."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    waits: threading.Event | None = None


def says(text: Any, **more: Any) -> Answer:
    """An answer in OpenAI's shape."""
    message = {"role": "assistant", "content": text}
    return Answer(body=json.dumps({"object": "chat.completion", "choices": [{"index": 0, "message": message}]}).encode(), **more)


@dataclass
class Vision:
    """The endpoint: `answers` are given in turn, the last one again and again; `asked` are the requests (path, headers, body)."""

    url: str
    answers: list[Answer] = field(default_factory=lambda: [says("A red bicycle leans on a wall.")])
    asked: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)


@contextmanager
def running() -> Iterator[Vision]:
    """An endpoint on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            vision.asked.append((self.path, dict(self.headers), body))
            answer = vision.answers.pop(0) if len(vision.answers) > 1 else vision.answers[0]
            if answer.waits:
                answer.waits.wait(30)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:  # whoever asked has gone
                self.close_connection = True

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    vision = Vision(f"http://127.0.0.1:{server.server_port}/v1")
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    try:
        yield vision
    finally:
        for answer in vision.answers:
            if answer.waits:
                answer.waits.set()
        server.shutdown()
        server.server_close()
