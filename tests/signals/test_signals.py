"""Which signals are sent when, with what, and what receivers may do."""

import subprocess
import sys

import pytest
from bson import ObjectId

from tests.base.both_sides import alike, alike_with_mongodb, load, raised

NAMES = ["pre_init", "post_init", "pre_save", "pre_save_post_validation", "post_save", "pre_delete", "post_delete",
         "pre_bulk_insert", "post_bulk_insert"]  # fmt: skip


def thing_class(me):
    class Part(me.EmbeddedDocument):
        sku = me.StringField()

    class Thing(me.Document):
        name = me.StringField(required=True)
        part = me.EmbeddedDocumentField(Part)

    return Thing, Part


class Listener:
    """Notes every signal that concerns a class."""

    def __init__(self, me, *classes):
        self.heard, self._signals, self._receivers = [], me.signals, []
        for cls in classes:
            for name in NAMES:
                self._listen(name, cls)

    def _listen(self, name, cls):
        def receiver(sender, document=None, **details):
            what = {"__auto_convert": None, **details}
            what.pop("__auto_convert")
            if "values" in what:
                what["values"] = sorted(what["values"].items(), key=str)
            shown = len(what.pop("documents")) if "documents" in what else None
            created = getattr(document, "_created", None)
            changed = document._get_changed_fields() if name == "pre_save_post_validation" else None
            self.heard.append((name, sender.__name__, type(document).__name__, shown, created, changed, what))

        getattr(self._signals, name).connect(receiver, sender=cls)
        self._receivers.append((name, cls, receiver))

    def close(self):
        for name, cls, receiver in self._receivers:
            getattr(self._signals, name).disconnect(receiver, sender=cls)


@alike_with_mongodb
def test_the_life_of_a_document(me):
    thing_type, part_type = thing_class(me)
    listener = Listener(me, thing_type, part_type)
    key = ObjectId(f"{1:024x}")
    thing = thing_type(id=key, name="a", part=part_type(sku="x")).save()
    thing.name = "b"
    thing.save(signal_kwargs={"mine": 1})
    thing.save()
    thing_type.objects.get(id=key)
    thing.reload()
    thing.delete(signal_kwargs={"mine": 2})
    listener.close()
    return listener.heard


@alike_with_mongodb
def test_bulk_inserts(me):
    thing_type, _ = thing_class(me)
    listener = Listener(me, thing_type)
    things = [thing_type(id=ObjectId(f"{number:024x}"), name="a") for number in range(1, 4)]
    listener.heard.clear()
    thing_type.objects.insert(things, signal_kwargs={"mine": 1})
    thing_type.objects.insert(thing_type(id=ObjectId(f"{9:024x}"), name="b"), load_bulk=False)
    listener.close()
    return listener.heard


@alike_with_mongodb
def test_deleting_through_a_query_set(me):
    thing_type, _ = thing_class(me)
    things = [thing_type(id=ObjectId(f"{number:024x}"), name="a").save() for number in range(1, 3)]
    assert len(things) == 2
    listener = Listener(me, thing_type)
    count = thing_type.objects.delete()
    listener.close()
    return count, sorted(event[0] for event in listener.heard), thing_type.objects.count()


@alike_with_mongodb
def test_an_invalid_document_is_not_announced_as_saved(me):
    thing_type, _ = thing_class(me)
    thing = thing_type()
    listener = Listener(me, thing_type)
    error = raised(thing.save)
    listener.close()
    return [event[0] for event in listener.heard], error


@alike_with_mongodb
def test_a_receiver_may_change_the_document_before_it_is_saved(me):
    thing_type, _ = thing_class(me)

    def receiver(sender, document, **_):
        document.name = document.name.upper()

    me.signals.pre_save.connect(receiver, sender=thing_type)
    thing_type(name="abc").save()
    me.signals.pre_save.disconnect(receiver, sender=thing_type)
    return thing_type.objects.get().name


@pytest.mark.parametrize("name", ["pre_save", "pre_save_post_validation", "post_save", "pre_init", "pre_bulk_insert"])
@alike_with_mongodb
def test_a_receiver_that_raises_is_heard(me, name):
    thing_type, _ = thing_class(me)

    def receiver(sender, **_):
        raise LookupError(name)

    signal = getattr(me.signals, name)
    signal.connect(receiver, sender=thing_type)
    errors = [
        raised(lambda: thing_type(name="a").save() and None),
        raised(lambda: thing_type.objects.insert([thing_type(name="b")])),
    ]
    signal.disconnect(receiver, sender=thing_type)
    return [error if isinstance(error, LookupError) else "fine" for error in errors], thing_type.objects.count()


@alike
def test_initialisation_is_announced_for_loaded_documents(me):
    thing_type, part_type = thing_class(me)
    listener = Listener(me, thing_type, part_type)
    load(thing_type, {"_id": ObjectId(f"{1:024x}"), "name": "a", "part": {"sku": "x"}})
    listener.close()
    return [event[:3] for event in listener.heard]


@alike
def test_a_receiver_connected_after_the_first_load_is_heard(me):
    thing_type, _ = thing_class(me)
    stored = {"_id": ObjectId(f"{1:024x}"), "name": "a"}
    load(thing_type, stored)
    listener = Listener(me, thing_type)
    load(thing_type, stored)
    listener.close()
    heard = [event[0] for event in listener.heard]
    assert heard == ["pre_init", "post_init"]
    load(thing_type, stored)
    assert len(listener.heard) == 2


@alike
def test_a_receiver_of_initialisation_may_set_fields(me):
    thing_type, _ = thing_class(me)

    def receiver(sender, document, **_):
        document.name = f"{document.name}!"

    me.signals.post_init.connect(receiver, sender=thing_type)
    new = thing_type(name="a")
    loaded = load(thing_type, {"_id": ObjectId(f"{1:024x}"), "name": "b"})
    me.signals.post_init.disconnect(receiver, sender=thing_type)
    return new.name, loaded.name, loaded._get_changed_fields()


@alike
def test_a_receiver_of_every_class(me):
    seen = []

    def receiver(sender, document, **_):
        seen.append(sender.__name__)

    me.signals.post_init.connect(receiver)
    thing_type, part_type = thing_class(me)
    thing_type(name="a", part=part_type())
    me.signals.post_init.disconnect(receiver)
    thing_type(name="b")
    return seen


WITHOUT_BLINKER = """
import sys
sys.modules["blinker"] = None
import mongoengine_fast as me
from mongoengine_fast import signals

class Thing(me.Document):
    name = me.StringField()

assert not signals.signals_available
Thing(name="a").validate()
signals.post_save.send(Thing)
try:
    signals.post_save.connect(print)
except RuntimeError as error:
    print(error)
"""


def test_without_blinker_documents_work_and_listening_is_refused():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_BLINKER], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "blinker library is not installed" in done.stdout
