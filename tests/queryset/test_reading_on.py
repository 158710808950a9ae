"""Long results read piece by piece: whatever native code loads ahead, the program sees nothing of it."""

import gc
import weakref

import pytest

from tests.base.both_sides import alike_but_for_commands, alike_with_mongodb, raised

COUNT = 1_000


def numbers(me, strict=True, **odd):
    """A class with so many documents, some of which have other stored values."""

    class Number(me.Document):
        number = me.IntField(primary_key=True)
        label = me.StringField()
        meta = {"strict": strict, "auto_create_index": False}

    rows = [{"_id": number, "label": f"n{number}"} for number in range(COUNT)]
    for position, values in odd.items():
        rows[int(position[1:])].update(values)
    Number._get_collection().insert_many(rows)
    return Number


READERS = {
    "a loop": lambda found: [row for row in found],  # noqa: C416  # list() asks for the length first
    "list": list,
    "next": lambda found: [next(found) for _ in range(COUNT)],
    "no_cache": lambda found: [row for row in found.no_cache()],  # noqa: C416
    "small batches": lambda found: [row for row in found.batch_size(70)],  # noqa: C416
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@alike_with_mongodb
def test_every_document_comes_once_in_order_and_is_known_to_the_collector(me, read):
    found = read(numbers(me).objects.order_by("number"))
    assert [row.number for row in found] == list(range(COUNT))
    assert all(gc.is_tracked(row) for row in found)


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@alike_with_mongodb
def test_a_cycle_through_a_document_is_collected(me, read):
    found = read(numbers(me).objects.order_by("number"))
    for row in found:
        row.__dict__["itself"] = row
    ghosts = [weakref.ref(row) for row in found]
    del found, row
    gc.collect()
    assert not any(ghost() for ghost in ghosts)


@pytest.mark.parametrize("position", [0, 99, 100, 101, 199, 201, 650, 999])
@alike_with_mongodb
def test_a_row_that_cannot_be_loaded_is_met_when_mongoengine_meets_it(me, position):
    seen = []
    rows = iter(numbers(me, **{f"_{position}": {"unknown": 1}}).objects.order_by("number"))
    error = raised(lambda: seen.extend(row.number for row in rows))
    return len(seen), seen, error


@pytest.mark.parametrize("stop", [1, 99, 101, 150, 350, 700])
@alike_with_mongodb
def test_signals_are_sent_for_no_document_that_was_not_asked_for(me, stop):
    model = numbers(me)
    made = []

    def note(sender, document, **_):
        made.append(document.number)

    me.signals.post_init.connect(note, sender=model)
    rows = iter(model.objects.order_by("number"))
    seen = [next(rows).number for _ in range(stop)]
    me.signals.post_init.disconnect(note, sender=model)
    return seen, made


@pytest.mark.parametrize("stop", [1, 99, 101, 150, 350, 700])
@alike_with_mongodb
def test_no_more_is_asked_of_the_server_than_mongoengine_asks(me, stop):
    found = numbers(me).objects.order_by("number").batch_size(50)
    rows = iter(found)
    seen = [next(rows).number for _ in range(stop)]
    # What was read is kept, and no more than MongoEngine keeps.
    return seen, len(found._result_cache)


@alike_with_mongodb
def test_rewinding_in_the_middle_starts_again(me):
    found = numbers(me).objects.order_by("number").no_cache()
    first = [next(found).number for _ in range(250)]
    found.rewind()
    return first, [row.number for row in found]


@alike_with_mongodb
def test_a_collection_changed_meanwhile_gives_what_had_arrived(me):
    model = numbers(me)
    rows = iter(model.objects.order_by("number"))
    seen = [next(rows).label for _ in range(300)]
    model.objects.delete()
    return seen, [row.label for row in rows]


@alike_with_mongodb
def test_documents_of_several_classes_come_as_their_own(me):
    class Animal(me.Document):
        name = me.StringField()
        meta = {"allow_inheritance": True, "auto_create_index": False}

    class Dog(Animal):
        breed = me.StringField()

    class Odd(Animal):
        def __init__(self, *args, **values):
            super().__init__(*args, **values)
            self.name = "odd"

    classes = ("Animal", "Animal.Dog", "Animal.Odd")
    Animal._get_collection().insert_many(
        [{"_cls": classes[n // 7 % 3], "_id": n, "name": str(n)} for n in range(COUNT)]
    )
    found = [(type(row).__name__, row.name, getattr(row, "breed", None)) for row in Animal.objects.order_by("id")]
    assert len(found) == COUNT
    return found


@alike_but_for_commands
def test_half_read_results_are_let_go(me):
    # Ours may still be closing the server's cursor when the commands are compared.
    rows = iter(numbers(me).objects.no_cache())
    kept = [next(rows) for _ in range(150)]
    ghosts = [weakref.ref(row) for row in kept]
    del rows, kept
    gc.collect()
    assert not any(ghost() for ghost in ghosts)


@alike_with_mongodb
def test_a_receiver_that_comes_meanwhile_is_sent_what_is_loaded_after_it(me):
    model = numbers(me)
    rows = iter(model.objects.order_by("number"))
    seen = [next(rows).number for _ in range(250)]
    made = []

    def note(sender, document, **_):
        made.append(document.number)

    me.signals.post_init.connect(note, sender=model)
    seen += [row.number for row in rows]
    me.signals.post_init.disconnect(note, sender=model)
    return seen, made


@alike_with_mongodb
def test_a_class_changed_meanwhile_makes_the_documents_after_it(me):
    model = numbers(me)
    rows = iter(model.objects.order_by("number"))
    first = [next(rows).label for _ in range(250)]
    stock = model.__init__

    def __init__(self, *args, **values):
        stock(self, *args, **values)
        self.label = "changed"

    model.__init__ = __init__
    return first, [row.label for row in rows]


@pytest.mark.parametrize("no_cache", [False, True])
@alike_with_mongodb
def test_no_more_documents_end_than_mongoengine_makes(me, no_cache):
    ended = []

    class Number(me.Document):
        number = me.IntField(primary_key=True)
        meta = {"auto_create_index": False}

        def __del__(self):
            ended.append(self.number)

    Number._get_collection().insert_many([{"_id": number} for number in range(COUNT)])
    found = Number.objects.order_by("number")
    rows = iter(found.no_cache() if no_cache else found)
    seen = [next(rows).number for _ in range(350)]
    del rows, found
    gc.collect()
    return seen, sorted(ended)


@alike_but_for_commands
def test_a_half_read_result_keeps_no_class_alive(me):
    # As above.
    class Passing(me.Document):
        number = me.IntField()
        meta = {"auto_create_index": False}

    Passing._get_collection().insert_many([{"number": number} for number in range(COUNT)])
    Passing.rows = iter(Passing.objects.no_cache())
    for _ in range(150):
        next(Passing.rows)
    ghost = weakref.ref(Passing)
    registry = me.base.common._document_registry
    registry.pop(next(name for name, cls in registry.items() if cls is Passing))
    del Passing, registry
    gc.collect()
    assert ghost() is None
