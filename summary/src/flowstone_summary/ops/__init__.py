"""The ops that write summaries, one module a family."""
