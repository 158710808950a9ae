"""Copies a cargo build of the extension module beside the package: ``place_native.py target/debug``."""

import shutil
import sys
import sysconfig
from pathlib import Path

NAMES = ("lib_native.so", "lib_native.dylib", "_native.dll")


def main() -> None:
    """Replace the module atomically: a running interpreter keeps the one it has mapped."""
    folder = Path(sys.argv[1])
    source = next((folder / name for name in NAMES if (folder / name).is_file()), None)
    if source is None:
        sys.exit(f"no extension module in {folder}; expected one of {', '.join(NAMES)}")
    package = Path(__file__).resolve().parent.parent / "mongoengine_fast"
    target = package / f"_native{sysconfig.get_config_var('EXT_SUFFIX')}"
    partial = target.with_suffix(".partial")
    shutil.copy2(source, partial)
    partial.replace(target)
    print(f"{source} -> {target.relative_to(package.parent)}")


if __name__ == "__main__":
    main()
