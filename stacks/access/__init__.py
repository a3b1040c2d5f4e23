"""Who may do what by hand, and how they prove who they are.

People have no rights of their own but to look after their MFA device and to take a role on. A role
lasts an hour, is taken on with MFA, and can raise nobody's rights.
"""
