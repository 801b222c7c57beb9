"""`corolle console`: a gateway's serial console, for whoever stands before its cabinet."""
