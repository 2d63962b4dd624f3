"""The ground: bare Flask-SocketIO on eventlet, one durable SQLite insert a question.

No rules, no access, no templates: what any product on this ground must pay.
"""

import sys

import eventlet

eventlet.monkey_patch()

import sqlite3

from eventlet import wsgi
from flask import Flask, Response, jsonify, request
from flask_socketio import SocketIO, join_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="eventlet", cors_allowed_origins="*")
database = sqlite3.connect(sys.argv[2], isolation_level=None)
database.execute("PRAGMA journal_mode = WAL")
database.execute("PRAGMA synchronous = FULL")
database.execute("CREATE TABLE questions (number INTEGER PRIMARY KEY, key UNIQUE, stand, text)")


@socketio.on("watch")
def watch(command: dict[str, str]) -> dict[str, bool]:
    join_room(f"{command['room']}:{command['code']}")
    return {"ok": True}


@app.post("/s/<stand>/questions")
def ask(stand: str) -> tuple[Response, int]:
    key, text = request.form["key"], request.form["text"]
    number = database.execute(
        "INSERT INTO questions (key, stand, text) VALUES (?, ?, ?)", (key, stand, text)
    ).lastrowid
    # As long as the card that our own desk is sent.
    news = {"html": f"{text}{'.' * 1500}", "revision": number}
    socketio.emit("fragment", news, to=f"desk:{stand}")
    socketio.emit("fragment", news, to="moderate:GE")
    return jsonify(key=key, number=number), 201


listener = eventlet.listen(("127.0.0.1", int(sys.argv[1])), backlog=2048, reuse_port=False)
wsgi.server(listener, app, max_size=20_000, log_output=False)
