/* SPDX-License-Identifier: Apache-2.0
 *
 * Names that plain Python programs consist of, see code_python.c for why nothing else may stand here.
 */
#include "decide/code_python.h"

/* clang-format off */
const char *const python_keywords[] = {
	"and", "as", "assert", "break", "continue", "def", "del", "elif", "else", "except", "False",
	"finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "None",
	"nonlocal", "not", "or", "pass", "raise", "return", "True", "try", "while", "with", NULL,
};

/* Functions and classes that compute; all take any arguments without harm. */
const char *const python_builtins[] = {
	"print", "len", "sum", "min", "max", "sorted", "reversed", "enumerate", "zip", "map",
	"filter", "range", "list", "dict", "set", "tuple", "frozenset", "str", "int", "float",
	"bool", "complex", "abs", "round", "any", "all", "ord", "chr", "repr", "ascii", "bytes",
	"bytearray", "hex", "bin", "oct", "divmod", "pow", "iter", "next", "slice", "isinstance",
	"issubclass", "callable", "id", "hash", "format", "exit", "quit", "Exception",
	"BaseException", "ValueError", "KeyError", "IndexError", "TypeError", "RuntimeError",
	"StopIteration", "SystemExit", "ZeroDivisionError", "AttributeError", "KeyboardInterrupt",
	"EOFError", "OverflowError", "AssertionError", "UnicodeDecodeError", "NotImplementedError",
	"LookupError", "ArithmeticError", NULL,
};

/* All other names that are there from the start, in any version, and words that only some versions know. */
const char *const python_forbidden[] = {
	"aiter", "anext", "apply", "basestring", "breakpoint", "buffer", "classmethod", "cmp",
	"coerce", "compile", "copyright", "credits", "delattr", "dir", "eval", "exec", "execfile",
	"file", "getattr", "globals", "hasattr", "help", "input", "intern", "license", "locals",
	"long", "memoryview", "object", "open", "property", "raw_input", "reduce", "reload",
	"setattr", "staticmethod", "super", "type", "unichr", "unicode", "vars", "xrange", "match",
	"case", "async", "await", "class", "yield", NULL,
};

const char *const python_modules[] = {
	"sys", "json", "ast", "csv", "re", "math", "datetime", "base64", "textwrap", "collections", "itertools",
	"string", "hashlib", "urllib.parse", "pprint", "statistics", "random", "time", NULL,
};

/* Attributes of values and of the modules above. None of them, of any module that one of these has as an attribute,
 * opens a file, runs anything, or hands out a module that is not in the list above.
 */
const char *const python_attributes[] = {
	"load", "loads", "dump", "dumps", "JSONDecodeError", "stdin", "stdout", "stderr", "argv",
	"exit", "version", "version_info", "platform", "maxsize", "byteorder", "getsizeof", "read",
	"readline", "readlines", "write", "flush", "buffer", "join", "split", "rsplit",
	"splitlines", "strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize",
	"startswith", "endswith", "find", "rfind", "index", "rindex", "count", "isdigit",
	"isnumeric", "isdecimal", "isalpha", "isalnum", "isspace", "isupper", "islower", "zfill",
	"ljust", "rjust", "center", "encode", "decode", "partition", "rpartition", "swapcase",
	"casefold", "translate", "maketrans", "removeprefix", "removesuffix", "expandtabs", "hex",
	"fromhex", "replace", "append", "extend", "insert", "pop", "remove", "sort", "reverse",
	"copy", "clear", "get", "items", "keys", "values", "update", "setdefault", "add", "discard",
	"union", "intersection", "difference", "symmetric_difference", "issubset", "issuperset",
	"popitem", "fromkeys", "compile", "match", "search", "fullmatch", "findall", "finditer",
	"sub", "subn", "escape", "group", "groups", "groupdict", "start", "end", "span",
	"IGNORECASE", "MULTILINE", "DOTALL", "VERBOSE", "ASCII", "I", "M", "S", "X", "sqrt",
	"floor", "ceil", "log", "log2", "log10", "exp", "sin", "cos", "tan", "atan", "atan2", "pi",
	"e", "inf", "nan", "gcd", "lcm", "factorial", "comb", "perm", "isclose", "fabs", "hypot",
	"isnan", "isinf", "trunc", "prod", "fsum", "datetime", "date", "time", "timedelta",
	"timezone", "now", "utcnow", "today", "utc", "fromtimestamp", "utcfromtimestamp",
	"strftime", "strptime", "isoformat", "fromisoformat", "timestamp", "year", "month", "day",
	"hour", "minute", "second", "microsecond", "days", "seconds", "total_seconds", "weekday",
	"isoweekday", "tzinfo", "astimezone", "combine", "sleep", "perf_counter", "monotonic",
	"gmtime", "localtime", "ctime", "asctime", "mktime", "b64encode", "b64decode",
	"urlsafe_b64encode", "urlsafe_b64decode", "standard_b64encode", "standard_b64decode",
	"b32encode", "b32decode", "b16encode", "b16decode", "b85encode", "b85decode", "dedent",
	"indent", "fill", "wrap", "shorten", "Counter", "OrderedDict", "defaultdict", "deque",
	"most_common", "elements", "appendleft", "popleft", "chain", "from_iterable", "islice",
	"groupby", "product", "permutations", "combinations", "accumulate", "cycle", "repeat",
	"takewhile", "dropwhile", "zip_longest", "starmap", "compress", "ascii_letters",
	"ascii_lowercase", "ascii_uppercase", "digits", "punctuation", "hexdigits", "whitespace",
	"printable", "capwords", "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b",
	"blake2s", "new", "hexdigest", "digest", "parse", "quote", "unquote", "quote_plus",
	"unquote_plus", "urlencode", "urlparse", "urlsplit", "urlunparse", "urljoin", "parse_qs",
	"parse_qsl", "netloc", "query", "scheme", "hostname", "port", "fragment", "pprint",
	"pformat", "mean", "median", "mode", "stdev", "pstdev", "variance", "fmean", "quantiles",
	"random", "randint", "choice", "choices", "sample", "shuffle", "uniform", "randrange",
	"seed", "real", "imag", "numerator", "denominator", "is_integer", "bit_length", "to_bytes",
	"from_bytes", "args", "close", "closed", "name", "reader", "DictReader", "fieldnames", "walk",
	"iter_child_nodes", "literal_eval", "get_docstring", "FunctionDef", "AsyncFunctionDef",
	"ClassDef", "Import", "ImportFrom", "Assign", "Call", "Name", "body", "lineno", "targets",
	"names", "module", NULL,
};

/* What the interpreter, the modules above and those that they import load by name; built-in ones are left out
 * only where no version loads them from a file.
 */
const char *const python_library[] = {
	"ConfigParser", "HTMLParser", "StringIO", "UserDict", "UserList", "UserString",
	"__builtin__", "__future__", "_abc", "_aix_support", "_android_support", "_apple_support",
	"_ast", "_ast_unparse", "_asyncio", "_bisect", "_blake2", "_bootsubprocess", "_bz2",
	"_codecs", "_codecs_cn", "_codecs_hk", "_codecs_iso2022", "_codecs_jp", "_codecs_kr",
	"_codecs_tw", "_collections", "_collections_abc", "_colorize", "_compat_pickle",
	"_compression", "_contextvars", "_crypt", "_csv", "_ctypes", "_curses", "_curses_panel",
	"_datetime", "_dbm", "_decimal", "_dummy_thread", "_elementtree", "_frozen_importlib",
	"_frozen_importlib_external", "_functools", "_gdbm", "_hashlib", "_heapq", "_hmac", "_imp",
	"_interpchannels", "_interpqueues", "_interpreters", "_io", "_ios_support", "_json",
	"_locale", "_lsprof", "_lzma", "_markupbase", "_md5", "_msi", "_multibytecodec",
	"_multiprocessing", "_opcode", "_opcode_metadata", "_operator", "_osx_support",
	"_overlapped", "_pickle", "_posixshmem", "_posixsubprocess", "_py_abc", "_py_warnings",
	"_pydatetime", "_pydecimal", "_pyio", "_pylong", "_pyrepl", "_queue", "_random",
	"_remote_debugging", "_scproxy", "_sha1", "_sha256", "_sha3", "_sha512", "_signal",
	"_sitebuiltins", "_socket", "_sqlite3", "_sre", "_ssl", "_stat", "_statistics", "_string",
	"_strptime", "_struct", "_suggestions", "_symtable", "_sysconfig", "_sysconfigdata",
	"_thread", "_threading_local", "_tkinter", "_tokenize", "_tracemalloc", "_types", "_typing",
	"_uuid", "_warnings", "_weakref", "_weakrefset", "_winapi", "_zoneinfo", "_zstd", "abc",
	"annotationlib", "argparse", "array", "ast", "asyncio", "atexit", "base64", "binascii",
	"bisect", "builtins", "bz2", "cPickle", "cStringIO", "calendar", "cmath", "cmd", "code",
	"codecs", "codeop", "collections", "compression", "concurrent", "configparser",
	"contextlib", "contextvars", "copy", "copy_reg", "copyreg", "csv", "ctypes", "dataclasses",
	"datetime", "decimal", "difflib", "dis", "dummy_thread", "dummy_threading", "email",
	"encodings", "enum", "errno", "faulthandler", "fcntl", "fnmatch", "fractions", "functools",
	"gc", "genericpath", "getpass", "gettext", "glob", "grp", "gzip", "hashlib", "heapq",
	"hmac", "html", "htmllib", "http", "imp", "importlib", "inspect", "io", "ipaddress",
	"itertools", "json", "keyword", "linecache", "locale", "logging", "lzma", "markupbase",
	"marshal", "math", "mimetypes", "mmap", "msvcrt", "multiprocessing", "nt", "ntpath",
	"numbers", "opcode", "operator", "os", "pathlib", "pickle", "pkgutil", "platform", "posix",
	"posixpath", "pprint", "pwd", "pydoc", "pyexpat", "queue", "quopri", "random", "re",
	"readline", "reprlib", "rlcompleter", "runpy", "secrets", "select", "selectors", "shelve",
	"shlex", "shutil", "signal", "site", "sitecustomize", "socket", "sre_compile",
	"sre_constants", "sre_parse", "ssl", "stat", "statistics", "string", "stringold",
	"stringprep", "strop", "struct", "subprocess", "sys", "sysconfig", "tarfile", "tempfile",
	"textwrap", "threading", "time", "timeit", "token", "tokenize", "tomllib", "trace",
	"traceback", "tracemalloc", "types", "typing", "unicodedata", "urllib", "urllib2",
	"urlparse", "usercustomize", "uuid", "warnings", "weakref", "winreg", "winsound", "xml",
	"zipfile", "zipimport", "zlib", "zoneinfo", NULL,
};
/* clang-format on */
