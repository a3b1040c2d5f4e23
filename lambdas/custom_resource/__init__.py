"""Custom resources that functions in the network make, answered from outside of it."""
