"""The sample consumer on Powertools' parameters: what ours is measured beside."""
