"""Shows figures and tables while a program runs.

The protocol, for any language: one line of JSON per thing to show, written to the file descriptor whose number stands
in MINDMESH_DISPLAY_FD: {"mime": "image/png" | "image/svg+xml" | "text/html", "data": "..."}; PNG in base64.
"""

import base64
import json
import os
import threading

_descriptor = int(os.environ.get("MINDMESH_DISPLAY_FD", "-1"))
_one_at_a_time = threading.Lock()


def _send(message):
    if _descriptor < 0:
        return
    line = memoryview(json.dumps(message).encode() + b"\n")
    with _one_at_a_time:
        while line:
            line = line[os.write(_descriptor, line) :]


def _figure(value):
    """The matplotlib figure that `value` is or belongs to (axes, artists, a list of them as pyplot returns)."""
    if type(value).__module__.partition(".")[0] not in ("matplotlib", "seaborn", "pandas"):
        return None
    if hasattr(value, "savefig"):
        return value
    return getattr(value, "figure", None)


def show(value):
    """Shows `value` if it can be drawn or laid out as a table. Gives back whether it could."""
    figure = _figure(value)
    if figure is not None and hasattr(figure, "savefig"):
        import io

        target = io.BytesIO()
        figure.savefig(target, format="png", bbox_inches="tight")
        _send({"mime": "image/png", "data": base64.b64encode(target.getvalue()).decode()})
        return True
    for method, mime in (("_repr_html_", "text/html"), ("_repr_svg_", "image/svg+xml"), ("_repr_png_", "image/png")):
        represent = getattr(value, method, None)
        if represent is None or isinstance(value, type):
            continue
        data = represent()
        if data is None:
            continue
        if isinstance(data, bytes):
            data = base64.b64encode(data).decode()
        _send({"mime": mime, "data": data})
        return True
    return False


def display(*values):
    """Shows each value as a figure or table, else prints it."""
    for value in values:
        if not show(value):
            print(value)
