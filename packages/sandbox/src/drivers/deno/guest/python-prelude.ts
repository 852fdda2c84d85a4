/**
 * Python around somebody's Python: shows values, prints an error without the frames that are ours, with an exit code. Its last expression is the function that runs a source.
 */
export const pythonPrelude = `
def _mindmesh():
    import base64, builtins, json, linecache, os, sys, traceback
    from pyodide.code import eval_code_async
    from pyodide.ffi import to_js
    import _mindmesh_display, _mindmesh_net

    def display(*values):
        for value in values:
            for mime, name in (("text/html", "_repr_html_"), ("image/svg+xml", "_repr_svg_"), ("image/png", "_repr_png_")):
                make = getattr(type(value), name, None)
                data = make(value) if make is not None else None
                if data is None:
                    continue
                if isinstance(data, bytes):
                    data = base64.b64encode(data).decode()
                _mindmesh_display.show(mime, str(data))
                break
            else:
                print(value if isinstance(value, str) else repr(value))

    class Answer:
        def __init__(self, status, headers, content):
            self.status, self.headers, self.content = status, headers, content
            self.text = content.decode("utf-8", "replace")
        def json(self):
            return json.loads(self.content)

    async def fetch(url, method="GET", headers=None, body=b""):
        pairs = [[str(name), str(value)] for name, value in (headers or {}).items()]
        sent = to_js(body.encode() if isinstance(body, str) else bytes(body))
        answer = await _mindmesh_net.request(str(url), method, json.dumps(pairs), sent)
        if answer.problem:
            raise OSError(answer.problem)
        return Answer(answer.status, dict(json.loads(answer.headers)), answer.body.to_bytes())

    def no_programs(*_):
        raise OSError("Programs cannot be started here.")

    # As it is it would break the interpreter, which looks for Node's child processes.
    os.system = no_programs
    builtins.fetch = fetch
    builtins.display = display
    # A module that is written anew within a second must not be read from its cache.
    sys.dont_write_bytecode = True
    sys.stdout.reconfigure(line_buffering=True, errors="replace")
    sys.stderr.reconfigure(line_buffering=True, errors="replace")
    kept = {"__name__": "__main__", "__builtins__": builtins}
    theirs = ("/data/", "<cell ")

    def without_ours(error):
        frame = error.__traceback__
        while frame is not None and not frame.tb_frame.f_code.co_filename.startswith(theirs):
            frame = frame.tb_next
        return error.with_traceback(frame)

    async def run(source, entry, keep):
        filename = entry
        sys.argv = [filename]
        if "/data/work" not in sys.path:
            sys.path.insert(0, "/data/work")
        os.makedirs("/data/work", exist_ok=True)
        os.chdir("/data/work")
        scope = kept if keep else {"__name__": "__main__", "__builtins__": builtins}
        scope["__file__"] = filename
        lines = source.splitlines(True)
        linecache.cache[filename] = (len(source), None, lines, filename)
        code = 0
        try:
            value = await eval_code_async(source, globals=scope, filename=filename, return_mode="last_expr" if keep else "none")
            if keep and value is not None:
                scope["_"] = value
                display(value)
        except SystemExit as left:
            if isinstance(left.code, str):
                print(left.code, file=sys.stderr)
            code = 0 if left.code is None else left.code if isinstance(left.code, int) else 1
        except BaseException as error:
            traceback.print_exception(without_ours(error))
            code = 130 if isinstance(error, KeyboardInterrupt) else 1
        finally:
            for stream in (sys.stdout, sys.stderr):
                try:
                    stream.flush()
                except Exception:
                    pass
        return code

    return run


_mindmesh()
`;
