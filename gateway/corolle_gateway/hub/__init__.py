"""The way of every message: link, decode, store, outbox; and commands back."""
