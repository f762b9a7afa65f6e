"""What every Keras layer inherits from the backend."""


class OpenvinoLayer:
    """Keras needs nothing of the backend here: weights are Variables, and calls are ops."""
