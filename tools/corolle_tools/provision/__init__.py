"""Units and their keys: a street's units.json, lists to and from it, labels, boards replaced or lost."""
