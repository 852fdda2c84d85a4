"""A Python that keeps its variables. Reads {"cell", "source"} lines on descriptor 4, answers {"done"} on 3.

Before each answer it writes an end mark to standard output and error, so that the reader knows that it has all.
"""

import ast
import builtins
import json
import linecache
import os
import sys
import traceback
import types

import mindmesh

commands = os.fdopen(4, "r", encoding="utf-8")
os.set_inheritable(3, False)
os.set_inheritable(4, False)
module = types.ModuleType("__main__")
module.__dict__["__builtins__"] = builtins
sys.modules["__main__"] = module
sys.path.insert(0, os.getcwd())
sys.argv = ["kernel"]


def run(source, name):
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    tree = ast.parse(source, name)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr) and not source.rstrip().endswith(";"):
        last = ast.Expression(tree.body.pop().value)
    exec(compile(tree, name, "exec"), module.__dict__)
    if last is not None:
        value = eval(compile(last, name, "eval"), module.__dict__)
        if value is not None:
            module.__dict__["_"] = value
            if not mindmesh.show(value):
                print(repr(value))


def own_frames(trace):
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace


for line in commands:
    command = json.loads(line)
    code = 0
    try:
        run(command["source"], command["name"])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        if code == 1 and end.code != 1:
            print(end.code, file=sys.stderr)
    except BaseException as error:
        code = 1
        try:
            traceback.print_exception(type(error), error, own_frames(error.__traceback__))
        except BaseException:
            print(f"{type(error).__name__} (it cannot be printed)", file=sys.stderr)
    if "mindmesh_figures" in sys.modules:
        try:
            sys.modules["mindmesh_figures"].show_all()
        except BaseException:
            traceback.print_exc()
    mark = f"\0{command['cell']}\0".encode()
    for stream, descriptor in ((sys.stdout, 1), (sys.stderr, 2)):
        try:
            stream.flush()
            os.write(descriptor, mark)
        except BaseException:
            pass
    mindmesh._send({"done": command["cell"], "code": code})
