"""What proves to an auditor that the stack's permissions are right, from the template itself.

`python -m security` asks the policy evaluator of the local AWS, with the policies as they are
synthesized, three questions: does every role get what it is for, is there a permission that nothing
needs, and is everything refused that must be. It also counts the statements for all resources, runs
the compliance packs and cfn-lint, and fails on any surprise.

Intent          somebody wants to do one thing to one resource
Deployment      the policies of a template, with every name filled in as AWS would
purposes        what each role is for, as intents that must be allowed
attacks         intents that must be denied, each with the layers that do it
removals        the deployment with one thing less
"""
