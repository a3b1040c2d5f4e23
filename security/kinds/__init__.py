"""What each kind of credential brings to the proof: its module is found by its name alone."""
