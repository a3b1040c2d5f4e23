"""Applications under one rotation after the other: whose operations fail.

The same applications run on this project's credential library and on what is used otherwise,
beside each other, against one secret that the deployed rotation function rotates, with faults in
between. `python -m benchmarks.load` prints how many operations failed.
"""
