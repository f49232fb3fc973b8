/// What CPython says about Python files: one JSON object a line, for each file that it accepts.
///
/// Arguments: `PATH…` of folders, or `--sample N PATH…` for an even sample of the files in them. A call's name begins
/// with NUL where its chain starts in something else than a name. Calls inside f-strings come apart (`formatted`), as
/// their columns are right only from Python 3.11 on.
enum ParityScript {
  static let source = #"""
    import ast, json, os, sys, warnings

    warnings.simplefilter("ignore")
    sys.setrecursionlimit(10000)


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
                    if entry.endswith(".py"):
                        yield os.path.join(base, entry)


    arguments = sys.argv[1:]
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
            data.decode("utf-8")
            tree = ast.parse(data)
            definitions, calls, formatted = describe(tree)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        print(json.dumps({"path": path, "definitions": definitions, "calls": calls, "formatted": formatted}), flush=True)
    """#
}
