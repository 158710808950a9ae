"""Fields whose content lies in GridFS."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from mongoengine_fast._sessions import session_option
from mongoengine_fast.base.fields import BaseField
from mongoengine_fast.connection import DEFAULT_CONNECTION_NAME, get_db
from mongoengine_fast.fields import extras

if TYPE_CHECKING:
    import gridfs


class GridFSError(Exception):
    """A file is written where there is one already."""


_OCCUPIED = "This document already has a file. Either delete it or call replace to overwrite it"


class GridFSProxy:
    """The value of a `FileField`: reads and writes a GridFS file.

    Attributes of the stored file (`filename`, `length`, `metadata`, ...) are
    read through it.

    Args:
        grid_id: id of the file, None when there is none yet.
        key: name of the field.
        instance: document the file belongs to; told about changes.
        db_alias: connection of the database.
        collection_name: GridFS collection.
    """

    _fs: Any = None

    def __init__(
        self,
        grid_id: Any = None,
        key: str | None = None,
        instance: Any = None,
        db_alias: str = DEFAULT_CONNECTION_NAME,
        collection_name: str = "fs",
    ) -> None:
        self.grid_id = grid_id
        self.key = key
        self.instance = instance
        self.db_alias = db_alias
        self.collection_name = collection_name
        self.newfile: Any = None  # being written
        self.gridout: Any = None  # being read

    # Never looked up in the file: they are unset while a copy is being built.
    _OWN_ATTRIBUTES = frozenset(
        {
            "_fs",
            "grid_id",
            "key",
            "instance",
            "db_alias",
            "collection_name",
            "newfile",
            "gridout",
        }
    )

    def __getattr__(self, name: str) -> Any:
        if name in GridFSProxy._OWN_ATTRIBUTES:
            return self.__getattribute__(name)
        stored = self.get()
        if hasattr(stored, name):
            return getattr(stored, name)
        raise AttributeError

    def __get__(self, instance: Any, value: Any) -> GridFSProxy:
        return self

    def __bool__(self) -> bool:
        return bool(self.grid_id)

    def __getstate__(self) -> dict[str, Any]:
        self.__dict__["_fs"] = None
        return self.__dict__

    def __copy__(self) -> GridFSProxy:
        copied = GridFSProxy()
        copied.__dict__.update(self.__getstate__())
        return copied

    def __deepcopy__(self, memo: Any) -> GridFSProxy:
        return self.__copy__()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.grid_id}>"

    def __str__(self) -> str:
        stored = self.get()
        filename = stored.filename if stored else "<no file>"
        return f"<{type(self).__name__}: {filename} ({self.grid_id})>"

    __hash__ = None

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, GridFSProxy) and (
            self.grid_id == other.grid_id
            and self.collection_name == other.collection_name
            and self.db_alias == other.db_alias
        )

    def __ne__(self, other: Any) -> bool:
        return not (self == other)

    @property
    def fs(self) -> gridfs.GridFS:
        """The GridFS bucket of the file."""
        if not self._fs:
            self._fs = extras.gridfs.GridFS(get_db(self.db_alias), self.collection_name)
        return self._fs

    def get(self, grid_id: Any = None) -> Any:
        """Return the stored file as `gridfs.GridOut`, or None when there is none.

        Args:
            grid_id: id of another file to point to first.
        """
        if grid_id:
            self.grid_id = grid_id
        if self.grid_id is None:
            return None
        try:
            if self.gridout is None:
                self.gridout = self.fs.get(self.grid_id)
            return self.gridout
        except Exception:
            # The file has been deleted.
            return None

    def new_file(self, **kwargs: Any) -> None:
        """Begin a file, to be written with `write` and ended with `close`."""
        self.newfile = self.fs.new_file(**kwargs)
        self.grid_id = self.newfile._id
        self._mark_as_changed()

    def put(self, file_obj: Any, **kwargs: Any) -> None:
        """Store bytes, a string or an open file as the file.

        Args:
            **kwargs: attributes of the file (`filename`, `content_type`, ...).

        Raises:
            GridFSError: there is a file already.
        """
        if self.grid_id:
            raise GridFSError(_OCCUPIED)
        self.grid_id = self.fs.put(file_obj, **kwargs)
        self._mark_as_changed()

    def write(self, string: Any) -> None:
        """Append to the file that is being written, beginning one if needed.

        Raises:
            GridFSError: there is a file already.
        """
        if not self.grid_id:
            self.new_file()
        elif not self.newfile:
            raise GridFSError(_OCCUPIED)
        self.newfile.write(string)

    def writelines(self, lines: Any) -> None:
        """Append all of `lines` to the file, beginning one if needed."""
        if not self.newfile:
            self.new_file()
            self.grid_id = self.newfile._id
        self.newfile.writelines(lines)

    def read(self, size: int = -1) -> Any:
        """Return up to `size` bytes from the current position, all by default.

        Returns:
            Bytes; None when there is no file, "" when it cannot be read.
        """
        stored = self.get()
        if stored is None:
            return None
        try:
            return stored.read(size)
        except Exception:
            return ""

    def delete(self) -> None:
        """Delete the file; the field remains, without a file."""
        # pymongo refuses that in a transaction, as it could not be rolled back: better than losing the file.
        self.fs.delete(self.grid_id, **(session_option() if self.grid_id else {}))
        self.grid_id = None
        self.gridout = None
        self._mark_as_changed()

    def replace(self, file_obj: Any, **kwargs: Any) -> None:
        """Delete the file and store another; arguments are those of `put`."""
        self.delete()
        self.put(file_obj, **kwargs)

    def close(self) -> None:
        """End the file that is being written."""
        if self.newfile:
            self.newfile.close()

    def _mark_as_changed(self) -> None:
        if self.instance:
            self.instance._mark_as_changed(self.key)


class FileField(BaseField):
    """A file in GridFS; the document holds its id.

    Assigning bytes, a string or an open file stores it at once.

    Args:
        db_alias: connection of the database that holds the file.
        collection_name: GridFS collection.
    """

    _holds_one_value = True
    _is_file_field = True
    proxy_class: type[GridFSProxy] = GridFSProxy

    def __init__(
        self,
        db_alias: str = DEFAULT_CONNECTION_NAME,
        collection_name: str = "fs",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.collection_name = collection_name
        self.db_alias = db_alias

    def __get__(self, instance: Any, owner: Any) -> Any:
        if instance is None:
            return self
        proxy = instance._data.get(self.name)
        if not isinstance(proxy, self.proxy_class):
            proxy = self.get_proxy_obj(key=self.name, instance=instance)
            instance._data[self.name] = proxy
        if not proxy.key:
            proxy.key = self.name
            proxy.instance = instance
        return proxy

    def __set__(self, instance: Any, value: Any) -> None:
        key = self.name
        is_content = isinstance(value, (bytes, str)) or (hasattr(value, "read") and not isinstance(value, GridFSProxy))
        if is_content:
            previous = instance._data.get(key)
            if previous:
                with contextlib.suppress(Exception):
                    previous.delete()
            proxy = self.get_proxy_obj(key=key, instance=instance)
            instance._data[key] = proxy
            proxy.put(value)
        else:
            instance._data[key] = value
        instance._mark_as_changed(key)

    def get_proxy_obj(
        self,
        key: str | None,
        instance: Any,
        db_alias: str | None = None,
        collection_name: str | None = None,
    ) -> GridFSProxy:
        """Return a proxy without a file; None stands for the field's own settings."""
        return self.proxy_class(
            key=key,
            instance=instance,
            db_alias=self.db_alias if db_alias is None else db_alias,
            collection_name=(self.collection_name if collection_name is None else collection_name),
        )

    def to_mongo(self, value: Any) -> Any:
        """Return the id of the file, or None when there is none."""
        return value.grid_id if isinstance(value, self.proxy_class) else None

    def to_python(self, value: Any) -> Any:
        """Return a proxy for the id of a file; None stays None."""
        if value is None:
            return None
        return self.proxy_class(value, collection_name=self.collection_name, db_alias=self.db_alias)

    def validate(self, value: Any) -> None:
        """Check that a file, if there is one, is referred to properly."""
        if value.grid_id is None:
            return
        if not isinstance(value, self.proxy_class):
            self.error("FileField only accepts GridFSProxy values")
        if not isinstance(value.grid_id, ObjectId):
            self.error("Invalid GridFSProxy value")
