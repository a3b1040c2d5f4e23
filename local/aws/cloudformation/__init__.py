"""CloudFormation as far as the stacks of this project need it, on top of moto's.

What moto can't do is either done here or refused: a deployment never succeeds with less than the
template says.
"""
