"""What a read of the credential costs, from the cache, anew, and in a function that starts.

`python -m benchmarks.reads` prints it for this project's credential library and what is used
otherwise, measured in turn.
"""
