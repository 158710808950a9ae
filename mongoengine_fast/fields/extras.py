"""Optional packages: `dateutil` for dates in strings, Pillow for images.

A name is None where its package is not installed.
"""

from __future__ import annotations

try:
    import dateutil
except ImportError:
    dateutil = None
else:
    import dateutil.parser  # noqa: F401

try:
    from PIL import Image, ImageOps
except ImportError:
    Image = ImageOps = LANCZOS = None
else:
    # The filters moved into an enumeration in Pillow 9.1.
    LANCZOS = getattr(Image, "Resampling", Image).LANCZOS
