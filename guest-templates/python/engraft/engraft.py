"""What a capability in Python is written with. Nothing here needs a host, so tests run anywhere."""


class Failure(Exception):
    """Why an operation gave no output; raise it. Any other exception becomes `failed`."""

    def __init__(self, kind, message, retryable=False, effect_happened=False):
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.retryable = retryable
        self.effect_happened = effect_happened

    @classmethod
    def invalid_input(cls, message):
        """The input does not fit; another would."""
        return cls("invalid-input", message)

    @classmethod
    def denied(cls, message):
        """Something that is needed was not allowed."""
        return cls("denied", message)

    @classmethod
    def unavailable(cls, message):
        """Something that is needed is away; it may be tried again."""
        return cls("unavailable", message, retryable=True)

    @classmethod
    def failed(cls, message):
        """Anything else."""
        return cls("failed", message)
