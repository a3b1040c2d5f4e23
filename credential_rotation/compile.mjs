// Compiles a folder for the Python of the functions: node compile.mjs FOLDER NAME_OF_THE_FOLDER
import { loadPyodide } from "pyodide";

const [folder, taskRoot] = process.argv.slice(2);
const python = await loadPyodide({ env: { PYTHONHASHSEED: "0" } });
python.FS.mkdirTree(taskRoot);
python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, taskRoot);
python.globals.set("folder", taskRoot);
// The bytecode holds a hash instead of a time, so that it is the same at every build, and Lambda
// does not look whether the source has changed.
const done = python.runPython(`
import compileall, py_compile
mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
compileall.compile_dir(folder, maxlevels=99, quiet=1, invalidation_mode=mode)
`);
process.exit(done ? 0 : 1);
