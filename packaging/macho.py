"""What a program for macOS needs of the system that it runs on, read from the Mach-O file (loader.h).

There is no Mac here to run it on. So the file itself says for which system it is and which libraries
it loads, and Apple's headers, which zig has, say since which system there is what it imports.
"""

import struct
import subprocess
import tempfile
from pathlib import Path

LC_SYMTAB = 0x2
LC_CODE_SIGNATURE = 0x1D
LC_BUILD_VERSION = 0x32
LOADS_LIBRARY = (0xC, 0x18, 0x1F)  # LC_LOAD_DYLIB, LC_LOAD_WEAK_DYLIB, LC_REEXPORT_DYLIB

HEADERS = """copyfile ctype dirent dlfcn errno fcntl langinfo locale math nl_types poll pthread pwd regex
runetype signal spawn stdio stdlib string strings sys/file sys/ioctl sys/mman sys/stat sys/statvfs
sys/utsname sys/wait termios time unistd unwind wchar xlocale""".split()
# Every system has these, but no header: compilers call them.
WITHOUT_HEADER = {"__bzero", "__cxa_atexit", "__divti3", "__udivti3", "_tlv_bootstrap", "dyld_stub_binder", "environ"}


class Program:
    """`oldest` system ("11.0"), `libraries` (paths), `imports` (names as in C), `is_signed`."""

    def __init__(self, data):
        self.oldest, self.libraries, self.imports, self.is_signed = None, [], set(), False
        (count,) = struct.unpack_from("<I", data, 16)
        at = 32
        for _ in range(count):
            kind, size = struct.unpack_from("<II", data, at)
            if kind == LC_BUILD_VERSION:
                (version,) = struct.unpack_from("<I", data, at + 12)
                self.oldest = f"{version >> 16}.{version >> 8 & 255}"
            elif kind & 0x7FFFFFFF in LOADS_LIBRARY:
                (start,) = struct.unpack_from("<I", data, at + 8)
                self.libraries.append(data[at + start : at + size].rstrip(b"\0").decode())
            elif kind == LC_SYMTAB:
                self._read_symbols(data, *struct.unpack_from("<IIII", data, at + 8))
            self.is_signed |= kind == LC_CODE_SIGNATURE
            at += size

    def _read_symbols(self, data, symbols, count, strings, _):
        for number in range(count):
            name, kind = struct.unpack_from("<IB", data, symbols + 16 * number)
            if kind & 0x0F == 1:  # undefined, external
                symbol = data[strings + name : data.index(b"\0", strings + name)].decode()
                symbol = symbol.partition("$")[0]  # `realpath$DARWIN_EXTSN`
                self.imports.add(symbol[1:] if symbol.startswith("_") else symbol)


def newer_imports(imports, zig, target):
    """What the compiler says of those of `imports` that the oldest system of `target` lacks; "" if none."""
    names = sorted(imports - WITHOUT_HEADER)
    text = "".join(f"#include <{header}.h>\n" for header in HEADERS)
    text += "void use(const volatile void *);\nvoid all(void) {\n" + "".join(f"use((const void *)&{name});\n" for name in names) + "}\n"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "imports.c"
        source.write_text(text)
        words = [zig, "cc", "-target", target, "-Wno-everything", "-Werror=unguarded-availability", "-c", source, "-o", f"{source}.o"]
        return subprocess.run(list(map(str, words)), capture_output=True, text=True).stderr
