"""The matplotlib backend (MPLBACKEND) that shows each figure at plt.show(), and those left over when the program ends."""

import atexit

from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

import mindmesh


class FigureManager(FigureManagerBase):
    def show(self):
        show_all()


class FigureCanvas(FigureCanvasAgg):
    manager_class = FigureManager


def show_all(*_arguments, **_options):
    """Shows every open figure that has something on it, once, and closes it."""
    for manager in Gcf.get_all_fig_managers():
        if manager.canvas.figure.get_children():
            mindmesh.show(manager.canvas.figure)
    Gcf.destroy_all()


show = show_all
atexit.register(show_all)
