"""Files and images in GridFS: reading, writing, replacing, and the proxy that stands for them."""

import copy
import io
import pickle

import pytest
from bson import ObjectId

from tests.base.both_sides import alike, alike_but_for_commands, alike_with_mongodb
from tests.fields.describing import outcome

KEY = ObjectId(f"{1:024x}")


def thing_class(me, **options):
    class Thing(me.Document):
        name = me.StringField()
        file = me.FileField(**options)

    return Thing


def forget_files(me):
    """Drop what carries the time of day, which the comparison of stored documents would show."""
    for name in sorted(me.get_db().list_collection_names()):  # the server lists them in no fixed order
        if name.endswith((".files", ".chunks")):
            me.get_db().drop_collection(name)


def said(*steps):
    return [outcome(step) for step in steps]


@alike_with_mongodb
def test_a_file_is_put_read_and_deleted(me):
    cls = thing_class(me)
    thing = cls(id=KEY, name="a")
    lines = said(
        lambda: bool(thing.file),
        lambda: thing.file.read(),
        lambda: thing.file.length,
        lambda: thing.file.get(),
        lambda: str(thing.file),
        lambda: repr(thing.file),
        lambda: thing.file.put(b"hello", content_type="text/plain", filename="f", extra=5),
        lambda: thing._get_changed_fields(),
        lambda: thing.save().file.length,
        lambda: (thing.file.content_type, thing.file.filename, thing.file.extra, thing.file.length),
        lambda: thing.file.nobody,
        lambda: thing.file.read(2),
        lambda: thing.file.tell(),
        lambda: thing.file.read(),
        lambda: thing.file.read(),
        lambda: thing.file.seek(1),
        lambda: thing.file.readline(),
        lambda: thing.file.put(b"again"),
        lambda: thing.file.write(b"again"),
        lambda: str(thing.file),
        lambda: repr(thing.file),
        lambda: thing.validate(),
        lambda: cls.objects.get().file.read(),
        lambda: list(cls.objects.get().file.get()),
        lambda: cls.objects(file=thing.file.grid_id).count(),
        lambda: cls.objects(file=thing.file).count(),
        lambda: cls.objects(file=None).count(),
        lambda: thing.file.delete(),
        lambda: bool(thing.file),
        lambda: thing._get_changed_fields(),
        lambda: thing.file.read(),
        lambda: thing.file.delete(),
        lambda: thing.save().to_mongo(),
        lambda: cls.objects.get().file.grid_id,
        lambda: me.get_db()["fs.files"].count_documents({}),
    )
    forget_files(me)
    return lines


@alike_with_mongodb
def test_a_file_is_written_in_pieces(me):
    cls = thing_class(me, collection_name="pieces")
    thing, other = cls(id=KEY), cls()
    lines = said(
        lambda: thing.file.close(),
        lambda: thing.file.new_file(filename="n"),
        lambda: thing.file.write(b"he"),
        lambda: thing.file.write(b"llo"),
        lambda: thing.file.writelines([b" ", b"world"]),
        lambda: thing.file.read(),
        lambda: thing.file.close(),
        lambda: thing.file.write(b"more"),
        lambda: thing.save() and cls.objects.get().file.read(),
        lambda: thing.file.read(),
        lambda: other.file.writelines([b"a", b"b"]),
        lambda: other.file.close(),
        lambda: other.file.read(),
        lambda: other.file.write("text"),
        lambda: cls().file.write("text"),
        lambda: cls().file.put("text"),
        lambda: cls().file.put("text", encoding="utf-8"),
        lambda: cls().file.put(5),
        lambda: cls().file.put(None),
        lambda: cls().file.put(b"x", _id=5, chunk_size=1),
        lambda: cls().file.put(b"x", nobody=object()),
        lambda: me.get_db()["pieces.files"].count_documents({}),
    )
    forget_files(me)
    return lines


ASSIGNED = {
    "bytes": lambda me: b"content",
    "text": lambda me: "content",
    "empty bytes": lambda me: b"",
    "stream": lambda me: io.BytesIO(b"content"),
    "text stream": lambda me: io.StringIO("content"),
    "None": lambda me: None,
    "number": lambda me: 5,
    "id": lambda me: KEY,
    "bytearray": lambda me: bytearray(b"content"),
    "list": lambda me: [b"content"],
    "empty proxy": lambda me: me.fields.GridFSProxy(),
    "proxy of nothing": lambda me: me.fields.GridFSProxy(KEY),
    "proxy of text": lambda me: me.fields.GridFSProxy("x"),
    "image proxy": lambda me: me.fields.ImageGridFsProxy(KEY),
    "document": lambda me: me.Document,
}


# A proxy asks the server for every attribute that it does not have itself, and ours is asked for fewer.
@pytest.mark.parametrize("name", ASSIGNED)
@alike_but_for_commands
def test_what_may_be_assigned_to_a_file(me, name):
    cls = thing_class(me)
    fresh, full = cls(), cls(id=KEY, file=b"before").save()
    value = ASSIGNED[name](me)
    lines = said(
        lambda: type(cls(file=ASSIGNED[name](me)).file).__name__,
        lambda: setattr(fresh, "file", value),
        lambda: type(fresh.file).__name__,
        lambda: bool(fresh.file),
        lambda: fresh.file.read(),
        lambda: fresh.validate(),
        lambda: fresh.to_mongo(),
        lambda: setattr(full, "file", ASSIGNED[name](me)),
        lambda: full._get_changed_fields(),
        lambda: full.file.read(),
        lambda: full.save() and None,
        lambda: cls.objects.get(id=KEY).file.read(),
        lambda: me.get_db()["fs.files"].count_documents({}),
    )
    forget_files(me)
    cls.drop_collection()
    return lines


# As above.
@alike_but_for_commands
def test_a_file_is_replaced(me):
    cls = thing_class(me)
    thing = cls(id=KEY)
    lines = said(
        lambda: thing.file.replace(b"first"),
        lambda: thing.file.read(),
        lambda: thing.save() and None,
        lambda: thing.file.replace(io.BytesIO(b"second"), filename="s"),
        lambda: (thing.file.read(), thing.file.filename),
        lambda: cls.objects.get().file.read(),
        lambda: thing.save() and None,
        lambda: cls.objects.get().file.read(),
        lambda: me.get_db()["fs.files"].count_documents({}),
        lambda: me.get_db()["fs.chunks"].count_documents({}),
    )
    forget_files(me)
    cls.drop_collection()
    return lines


@alike
def test_proxies_compare_copy_and_pickle(me):
    proxy, image = me.fields.GridFSProxy, me.fields.ImageGridFsProxy
    one = proxy(KEY, key="k", collection_name="c")
    return said(
        lambda: one == proxy(KEY, collection_name="c"),
        lambda: one == proxy(KEY),
        lambda: one != proxy(KEY, collection_name="c", db_alias="x"),
        lambda: one == image(KEY, collection_name="c"),
        lambda: one == KEY,
        lambda: hash(one),
        lambda: bool(proxy()),
        lambda: bool(one),
        lambda: (copy.copy(one) == one, copy.copy(one).key, type(copy.copy(image(KEY))).__name__),
        lambda: copy.deepcopy([one]) == [one],
        lambda: pickle.loads(pickle.dumps(one)) == one,
        lambda: sorted(vars(one)),
        lambda: one.__getstate__(),
        lambda: one.nobody,
        lambda: one._fs,
        lambda: one.fs,
        lambda: one.get(),
        lambda: repr(one),
        lambda: str(one),
        lambda: one.read(),
        lambda: image(KEY).size,
        lambda: image(KEY).write(b"x"),
        lambda: image(KEY).writelines([b"x"]),
        lambda: image(KEY).put(b"x"),
        lambda: proxy(1, 2, 3, 4, 5).__dict__,
    )


# As above.
@alike_but_for_commands
def test_files_inside_containers_and_embedded_documents(me):
    class Part(me.EmbeddedDocument):
        file = me.FileField()

    class Thing(me.Document):
        part = me.EmbeddedDocumentField(Part)
        several = me.ListField(me.FileField())
        by_key = me.MapField(me.FileField())

    thing = Thing(id=KEY, part=Part())

    def fill():
        thing.part.file.put(b"inner")
        one = me.fields.GridFSProxy()
        one.put(b"listed")
        thing.several.append(one)
        two = me.fields.GridFSProxy()
        two.put(b"mapped")
        thing.by_key["k"] = two

    lines = said(
        fill,
        lambda: thing.save() and None,
        lambda: Thing.objects.get().part.file.read(),
        lambda: [file.read() for file in Thing.objects.get().several],
        lambda: Thing.objects.get().by_key["k"].read(),
        lambda: thing.part.file.replace(b"changed"),
        lambda: thing._get_changed_fields(),
        lambda: thing.save() and Thing.objects.get().part.file.read(),
        lambda: Thing(several=[b"x"]).validate(),
        lambda: Thing(several=[b"x"]).to_mongo(),
        lambda: Thing(several=[None]).validate(),
    )
    forget_files(me)
    Thing.drop_collection()
    return lines


def picture(width, height, form="PNG"):
    from PIL import Image

    stream = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(stream, form)
    stream.seek(0)
    return stream


SIZES = {
    "none": {},
    "size": {"size": (20, 10)},
    "forced size": {"size": (20, 10, True)},
    "unforced size": {"size": [20, 10, False]},
    "thumbnail": {"thumbnail_size": (8, 8)},
    "forced thumbnail": {"size": (30, 30), "thumbnail_size": (8, 4, True)},
    "half a size": {"size": (20,)},
    "odd size": {"size": "20x10"},
    "size of text": {"size": ("a", "b")},
    "number": {"thumbnail_size": 5},
}


@pytest.mark.parametrize("name", SIZES)
@alike_with_mongodb
def test_images_are_brought_to_size(me, name):
    class Thing(me.Document):
        image = me.ImageField(**SIZES[name])

    lines = [outcome(lambda: (Thing.image.size, Thing.image.thumbnail_size, Thing.image.collection_name))]
    for form, width, height in (("PNG", 40, 40), ("JPEG", 10, 5), ("GIF", 5, 50)):
        thing = Thing()
        lines += said(
            lambda thing=thing, form=form, width=width, height=height: thing.image.put(
                picture(width, height, form), filename="f", progressive=form == "JPEG"
            ),
            lambda thing=thing: (thing.image.size, thing.image.format, thing.image.filename),
            lambda thing=thing: (thing.image.width, thing.image.height, thing.image.thumbnail_id is None),
            lambda thing=thing: thing.image.thumbnail and (thing.image.thumbnail.width, thing.image.thumbnail.height),
            lambda thing=thing: thing.image.thumbnail and thing.image.thumbnail.format,
            lambda thing=thing: len(thing.image.read()),
            lambda thing=thing: thing.save() and Thing.objects.get(id=thing.id).image.size,
            lambda: me.get_db()["images.files"].count_documents({}),
            lambda thing=thing: thing.image.replace(picture(3, 3)),
            lambda thing=thing: thing.image.delete(),
            lambda thing=thing: (thing.image.size, thing.image.format, thing.image.thumbnail),
            lambda: me.get_db()["images.files"].count_documents({}),
        )
    forget_files(me)
    Thing.drop_collection()
    return lines


@alike_with_mongodb
def test_what_is_no_image(me):
    class Thing(me.Document):
        image = me.ImageField()
        several = me.ListField(me.ImageField(thumbnail_size=(2, 2)))

    cut = io.BytesIO(picture(50, 50).read()[:60])
    lines = []
    for value in (b"no image", "text", "", io.BytesIO(b"no image"), io.BytesIO(), 5, None, cut, "/nonexistent.png"):
        cut.seek(0)
        lines += said(
            lambda value=value: Thing().image.put(value),
            lambda value=value: setattr(Thing(), "image", value),
            lambda value=value: bool(Thing(image=value).image),
        )
    thing = Thing()
    proxy = me.fields.ImageGridFsProxy(instance=thing, key="several")
    lines += said(
        lambda: proxy.put(picture(9, 9)),
        lambda: thing.several.append(proxy),
        lambda: (proxy.size, proxy.thumbnail.width),
        lambda: me.fields.ImageGridFsProxy(instance=thing, key="nobody").put(picture(9, 9)),
    )
    forget_files(me)
    return lines
