"""The local AWS: a moto server, completed where this project needs more than moto has."""
