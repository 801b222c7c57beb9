"""Links the firmware of a board: many small modules on our side, few on the node, with few and short names.

Each module, import and distinct name takes of a node's memory for as long as it runs; a linked program does
the same with a quarter less. What is imported when it is needed is still imported then, and what is borrowed
is still given back.
"""
