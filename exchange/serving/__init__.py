"""Connections as they come in: who may connect, how long a request may take, and everybody's turn.

Between the listening socket and the server library, hence the same in every async mode; `wsgi.py`
puts it there. Knows nothing of questions.
"""
