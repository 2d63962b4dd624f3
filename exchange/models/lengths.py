"""How long a text may be, in characters: columns, rules and fields ask here."""

QUESTION = 500
NAME = 80
ANSWER = 2000
REASON = 300
MESSAGE = 200
