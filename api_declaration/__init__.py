"""An API's calls about its tokens, as a team declares them: read at the synth and in the function.

It imports nothing but the standard library, and is beside both layers that use it.
"""
