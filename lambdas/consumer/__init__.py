"""The sample consumer: an application that never notices a rotation."""
