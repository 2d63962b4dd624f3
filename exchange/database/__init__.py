"""The database: engine, connections, transactions, and what becomes of their errors.

Knows nothing of questions. Raw DBAPI connections live here and in `live/` only.
"""
