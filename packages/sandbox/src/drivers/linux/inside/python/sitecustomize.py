"""Runs before every Python program inside: `display` is there without an import, as in a notebook."""

import builtins


def _display(*values):
    import mindmesh

    mindmesh.display(*values)


builtins.display = _display
