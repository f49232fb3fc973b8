/// What CPython says about Python files, stubs among them: one JSON object a line, for each file that it accepts.
///
/// Arguments: `PATH…` of folders, or `--sample N PATH…` for an even sample of the files in them. A file in another
/// encoding than UTF-8 (PEP 263) comes with its text, as an editor would hand it to a server. A call's name begins
/// with NUL where its chain starts in something else than a name. Calls inside f-strings come apart (`formatted`), as
/// their columns are right only from Python 3.11 on.
enum ParityScript {
  static let source = #"""
    import ast, io, json, os, sys, threading, tokenize, warnings

    warnings.simplefilter("ignore")


    def chain(node):
        if isinstance(node, ast.Name):
            return node.id
        if isinstance(node, ast.Attribute):
            return chain(node.value) + "." + node.attr
        if isinstance(node, ast.Call):
            return chain(node.func) + "()"
        if isinstance(node, ast.Subscript):
            return chain(node.value) + "[]"
        return "\0"


    def place(node):
        return [node.lineno - 1, node.col_offset, node.end_lineno - 1, node.end_col_offset]


    def describe(tree):
        definitions, calls, formatted = [], [], []

        def visit(node, prefix, inside):
            if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                name = prefix + node.name
                kind = "class" if isinstance(node, ast.ClassDef) else "function"
                first = min([place(d)[0] for d in node.decorator_list] + [node.lineno - 1])
                definitions.append([kind, name, *place(node), first])
                prefix = name + "."
            elif isinstance(node, ast.Call):
                (formatted if inside else calls).append([chain(node.func), *place(node)])
            inside = inside or isinstance(node, ast.JoinedStr) or type(node).__name__ == "TemplateStr"
            for child in ast.iter_child_nodes(node):
                visit(child, prefix, inside)

        visit(tree, "", False)
        return definitions, calls, formatted


    def files(folders):
        for folder in folders:
            for base, names, entries in os.walk(folder):
                names[:] = sorted(n for n in names if n not in ("site-packages", "__pycache__"))
                for entry in sorted(entries):
                    if entry.endswith((".py", ".pyi")):
                        yield os.path.join(base, entry)


    def text(data):
        """The file's text; None where its bytes are that text."""
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return None if encoding in ("utf-8", "utf-8-sig") else data.decode(encoding)


    def main(arguments):
        count = None
        if arguments[0] == "--sample":
            count = int(arguments[1])
            arguments = arguments[2:]
        found = list(files(arguments))
        if count is not None and len(found) > count:
            found = [found[i * len(found) // count] for i in range(count)]
        for path in found:
            with open(path, "rb") as file:
                data = file.read()
            try:
                tree = ast.parse(data)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
            definitions, calls, formatted = describe(tree)
            record = {"path": path, "definitions": definitions, "calls": calls, "formatted": formatted}
            print(json.dumps({**record, "text": text(data)}), flush=True)


    # The deepest trees that the parser accepts must be walked too.
    sys.setrecursionlimit(1_000_000)
    threading.stack_size(512 << 20)
    failures = []
    threading.excepthook = lambda failure: (sys.__excepthook__(*failure[:3]), failures.append(failure))
    thread = threading.Thread(target=main, args=(sys.argv[1:],))
    thread.start()
    thread.join()
    sys.exit(bool(failures))
    """#
}
