"""Figures as pages show them: each with its formula, the reader's own numbers in it, what it was made of, and where it comes from."""
