"""landbridge joins cloud applications to on-premise systems and says exactly what is wrong when it cannot."""

__version__ = "0.1.0"
