/// The Python that compiles and loads a block's kernels on the user's machine.
enum LoaderText {
  /// A library of kernels: the name of the function that gives it or None, of the variable that holds its source, and
  /// the kernels with their number of pointers.
  struct Library {
    var function: String
    var source: String
    var signatures: [(name: String, pointers: Int)]
  }

  /// Statements inside the generated function; they define the libraries' functions.
  static func text(op: String, _ libraries: [Library]) -> String {
    let definitions = libraries.map { library in
      let list = library.signatures.map { "(\"\($0.name)\", \($0.pointers))" }.joined(separator: ", ")
      return "\(library.function) = library_of(\(library.source), (\(list),))"
    }
    return loading.replacing("<op>", with: op) + "\n\n" + definitions.joined(separator: "\n")
  }

  private static let loading = #"""
    def load(source):
        """Compiles `source` for this machine, once: the library stays in a private folder under the user's cache."""
        import glob, hashlib, os, platform, re, shlex, shutil, stat, subprocess, tempfile

        def text(path, size=-1):
            try:
                with open(path, encoding="utf-8", errors="replace") as file:
                    return file.read(size)
            except OSError:
                return ""

        compiler = shlex.split(os.environ.get("CXX", "")) or [c for c in ("g++", "c++", "clang++") if shutil.which(c)][:1]
        if not compiler:
            raise OSError("there is no C++ compiler (install g++, or set CXX)")
        version = subprocess.run([*compiler, "--version"], capture_output=True, text=True, check=True, timeout=60).stdout
        # PyTorch's own OpenMP runtime, so that its threads and ours are the same ones.
        folders = os.path.join(os.path.dirname(torch.__file__), "lib", "lib*omp*")
        places = [line.split(None, 5)[-1].strip() for line in text("/proc/self/maps").splitlines()] + glob.glob(folders)
        runtimes = [p for p in places if re.search(r"/lib(gomp|iomp5|omp)[-.\w]*\.(so|dylib)[.\d]*$", p)]
        runtime = next((p for p in runtimes if not ("clang" in version and "gomp" in p)), None)
        machine = platform.machine()
        flags = ["-std=c++17", "-O3", "-march=native" if machine in ("x86_64", "AMD64") else "-mcpu=native"]
        flags += ["-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off", "-fPIC", "-Wno-psabi"]
        if runtime:
            flags += ["-Xclang", "-fopenmp"] if platform.system() == "Darwin" else ["-fopenmp"]
        processor = re.findall(r"(?m)^(?:model name|flags|Features|CPU part)\s*:.*$", text("/proc/cpuinfo", 8192).split("\n\n")[0])
        key = [source, version, machine, *flags, *processor, runtime or ""]
        name = hashlib.sha256("\0".join(key).encode()).hexdigest() + ".so"

        cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        problem = OSError("no folder for compiled kernels")
        for folder in (os.path.join(cache, "kernelwright", "kernels"), os.path.join(tempfile.gettempdir(), f"kernelwright-{os.getuid()}")):
            try:
                os.makedirs(folder, mode=0o700, exist_ok=True)
                library = os.path.join(folder, name)
                # Nobody else may have put anything there.
                owner = os.lstat(folder)
                if not stat.S_ISDIR(owner.st_mode) or owner.st_uid != os.getuid() or owner.st_mode & 0o022:
                    raise OSError(f"{folder} is not this user's own folder")
                found = os.lstat(library) if os.path.lexists(library) else None
                if not (found and stat.S_ISREG(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022):
                    with tempfile.TemporaryDirectory(dir=folder) as work:
                        code, made = os.path.join(work, "kernel.cpp"), os.path.join(work, "kernel.so")
                        with open(code, "w", encoding="utf-8") as file:
                            file.write(source)
                        # In two steps: linking with -fopenmp would bring in a second OpenMP runtime.
                        for step in ([*flags, "-c", code, "-o", code + ".o"], ["-shared", code + ".o", *filter(None, [runtime]), "-o", made]):
                            subprocess.run([*compiler, *step], capture_output=True, text=True, check=True, timeout=300)
                        os.chmod(made, 0o500)
                        os.replace(made, library)
                return ctypes.CDLL(library)
            except OSError as error:
                problem = error
        raise problem

    def library_of(source, signatures):
        """What gives the library of these kernels, or None where it can't be had; it is made when first asked for."""
        loaded, lock = [], threading.Lock()

        def kernels():
            if loaded:
                return loaded[0]
            with lock:
                if not loaded:
                    try:
                        library = load(source)
                        for name, pointers in signatures:
                            getattr(library, name).argtypes = [ctypes.c_void_p] * pointers + [ctypes.c_int64]
                            getattr(library, name).restype = None
                        loaded.append(library)
                    except Exception as error:
                        detail = (getattr(error, "stderr", None) or str(error)).strip().splitlines()[:1]
                        warnings.warn(f"<op> takes its original path: {'; '.join(detail) or type(error).__name__}", RuntimeWarning, stacklevel=3)
                        loaded.append(None)
            return loaded[0]

        return kernels
    """#
}
