"""Scenarios of tests/fault/run. Each is a module with `run(context)`, which returns what it counted and
raises Breach when a promise was broken."""
