"""Fields of images in GridFS; they need the Pillow package."""

from __future__ import annotations

import itertools
from io import BytesIO
from typing import Any

from mongoengine_fast._sessions import session_option
from mongoengine_fast.errors import ValidationError
from mongoengine_fast.fields import extras
from mongoengine_fast.fields.files import FileField, GridFSProxy


class ImproperlyConfigured(Exception):
    """An image field is declared but Pillow is not installed."""


def _fitted(image: Any, size: dict[str, Any]) -> Any:
    """Bring an image within `size`, which with "force" it fills exactly."""
    box = (size["width"], size["height"])
    if size["force"]:
        return extras.ImageOps.fit(image, box, extras.LANCZOS)
    image.thumbnail(box, extras.LANCZOS)
    return image


def _encoded(image: Any, format: str, progressive: bool) -> BytesIO:
    stream = BytesIO()
    image.save(stream, format, progressive=progressive)
    stream.seek(0)
    return stream


class ImageGridFsProxy(GridFSProxy):
    """The value of an `ImageField`."""

    def put(self, file_obj: Any, **kwargs: Any) -> None:
        """Store an image, resized as the field says, and its thumbnail.

        Args:
            file_obj: what Pillow can open.
            **kwargs: attributes of the file; `progressive=True` also makes a
                JPEG progressive.

        Raises:
            ValidationError: this is not an image.
            GridFSError: there is an image already.
        """
        field = self.instance._fields[self.key]
        inner = getattr(field, "field", None)
        if isinstance(inner, FileField):
            field = inner

        try:
            image = extras.Image.open(file_obj)
            format = image.format
        except Exception as exc:
            raise ValidationError(f"Invalid image: {exc}") from exc
        progressive = kwargs.get("progressive") is True and format == "JPEG"

        limit = field.size
        if limit and (image.size[0] > limit["width"] or image.size[1] > limit["height"]):
            image = _fitted(image, limit)

        thumbnail_id = None
        if field.thumbnail_size:
            thumbnail = _fitted(image.copy(), field.thumbnail_size)
            thumbnail_id = self._put_thumbnail(thumbnail, format, progressive)

        width, height = image.size
        super().put(
            _encoded(image, format, progressive),
            width=width,
            height=height,
            format=format,
            thumbnail_id=thumbnail_id,
            **kwargs,
        )

    def delete(self, *args: Any, **kwargs: Any) -> None:
        """Delete the image and its thumbnail."""
        stored = self.get()
        if stored and stored.thumbnail_id:
            self.fs.delete(stored.thumbnail_id, **session_option())
        super().delete()

    def _put_thumbnail(self, thumbnail: Any, format: str, progressive: bool, **kwargs: Any) -> Any:
        width, height = thumbnail.size
        stream = _encoded(thumbnail, format, progressive)
        return self.fs.put(stream, width=width, height=height, format=format, **kwargs)

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels, None without an image."""
        stored = self.get()
        return (stored.width, stored.height) if stored else None

    @property
    def format(self) -> str | None:
        """Pillow's name of the format ("PNG", "JPEG", ...), None without an image."""
        stored = self.get()
        return stored.format if stored else None

    @property
    def thumbnail(self) -> Any:
        """The thumbnail as `gridfs.GridOut`, None if there is none."""
        stored = self.get()
        if stored and stored.thumbnail_id:
            return self.fs.get(stored.thumbnail_id)
        return None

    def write(self, *args: Any, **kwargs: Any) -> None:
        """Refuse: an image can only be stored whole."""
        raise RuntimeError('Please use "put" method instead')

    def writelines(self, *args: Any, **kwargs: Any) -> None:
        """Refuse: an image can only be stored whole."""
        raise RuntimeError('Please use "put" method instead')


def _size_option(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, (tuple, list)):
        return None
    return dict(itertools.zip_longest(("width", "height", "force"), value))


class ImageField(FileField):
    """An image in GridFS, with an optional thumbnail.

    Args:
        size: (width, height, force) in pixels; greater images are reduced to
            fit, with `force` cut to exactly that.
        thumbnail_size: the same for the thumbnail; without it none is made.
        collection_name: GridFS collection.

    Raises:
        ImproperlyConfigured: Pillow is not installed.
    """

    proxy_class = ImageGridFsProxy

    def __init__(
        self,
        size: Any = None,
        thumbnail_size: Any = None,
        collection_name: str = "images",
        **kwargs: Any,
    ) -> None:
        if not extras.Image:
            raise ImproperlyConfigured("PIL library was not found")
        self.size = _size_option(size)
        self.thumbnail_size = _size_option(thumbnail_size)
        super().__init__(collection_name=collection_name, **kwargs)
