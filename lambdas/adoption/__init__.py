"""Takes the rotation of somebody else's secret over, and gives it back."""
