"""A hall, simulated: a server process, the Wi-Fi before it, phones and desks that are programs.

Tests and benchmarks both play with it; it imports neither.
"""
