"""Radio links. A radio chip is a driver; what is said over it is here."""
