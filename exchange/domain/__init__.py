"""The verbs of the trade. A verb checks, changes and announces; nothing else does."""
