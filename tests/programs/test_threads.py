"""One document class in several threads at once, each in a context of its own."""

import threading
from concurrent.futures import ThreadPoolExecutor

from bson import DBRef

from tests.base.both_sides import alike, raised

THREADS = 4


def alike_on_a_server(function):
    """Make a test of *function* that compares what it returns: what threads store has no fixed order."""

    def on_a_server(me, mongodb_uri):
        client = me.connect("programs_in_threads", host=mongodb_uri, uuidRepresentation="standard")
        try:
            client.drop_database("programs_in_threads")
            return function(me)
        finally:
            client.drop_database("programs_in_threads")
            me.disconnect_all()

    on_a_server.__name__, on_a_server.__module__ = function.__name__, function.__module__
    on_a_server.__qualname__ = function.__qualname__
    return alike(on_a_server)


def in_threads(work):
    """Run `work(number)` in several threads that start together; return the results in order."""
    start = threading.Barrier(THREADS)

    def run(number):
        start.wait(timeout=30)
        return work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def classes(me):
    class Owner(me.Document):
        name = me.StringField()

    class Thing(me.Document):
        name = me.StringField()
        owner = me.ReferenceField(Owner)
        owners = me.ListField(me.ReferenceField(Owner))
        tags = me.ListField(me.StringField())

    owner = Owner(name="o").save()
    Thing(name="first", owner=owner, owners=[owner]).save()
    return Owner, Thing


@alike_on_a_server
def test_dereferencing_is_switched_off_for_one_thread_only(me):
    owner, thing = classes(me)
    inside, outside = threading.Barrier(THREADS), threading.Barrier(THREADS)

    def work(number):
        if number % 2:
            with me.context_managers.no_dereference(thing):
                inside.wait(timeout=30)
                kinds = [type(thing.objects.first().owner).__name__, type(thing.objects.first().owners[0]).__name__]
                outside.wait(timeout=30)
        else:
            inside.wait(timeout=30)
            kinds = [type(thing.objects.first().owner).__name__, type(thing.objects.first().owners[0]).__name__]
            outside.wait(timeout=30)
        return kinds, type(thing.objects.first().owner).__name__

    return in_threads(work), owner.objects.count()


@alike_on_a_server
def test_collections_are_switched_by_documents_in_threads(me):
    _, thing = classes(me)

    def work(number):
        made = thing(name=f"t{number}").switch_collection(f"of_{number}", keep_created=True)
        made.save()
        made.tags.append("x")
        made.save()
        return made._get_collection().name, thing._get_collection_name(), made.reload().tags

    found = in_threads(work)
    return found, thing.objects.count(), [me.get_db()[f"of_{number}"].count_documents({}) for number in range(THREADS)]


@alike_on_a_server
def test_collections_are_switched_by_context_one_thread_after_the_other(me):
    _, thing = classes(me)
    lock = threading.Lock()

    def work(number):
        # The context manager changes the class, on both sides: programs guard it.
        with lock, me.context_managers.switch_collection(thing, f"of_{number}") as switched:
            switched(name=f"t{number}").save()
            return switched.objects.count(), switched._get_collection_name()

    return in_threads(work), thing._get_collection_name(), thing.objects.count()


@alike_on_a_server
def test_databases_are_switched_one_thread_after_the_other(me):
    _, thing = classes(me)
    client, name = me.get_connection(), me.get_db().name
    others = [f"{name}_thread_{number}" for number in range(THREADS)]
    for number, database in enumerate(others):
        me.connect(database, alias=f"alias{number}", host=f"mongodb://{client.address[0]}:{client.address[1]}",
                   uuidRepresentation="standard")  # fmt: skip
    lock = threading.Lock()

    def work(number):
        with lock, me.context_managers.switch_db(thing, f"alias{number}") as switched:
            switched(name=f"t{number}").save()
            inside = switched.objects.count(), [found.name for found in switched.objects]
        made = thing(name="own").switch_db(f"alias{number}", keep_created=True).save()
        return inside, made.reload().name, thing.objects.using(f"alias{number}").count()

    try:
        return (
            in_threads(work),
            thing.objects.count(),
            [client[database].thing.count_documents({}) for database in others],
        )
    finally:
        for number, database in enumerate(others):
            client.drop_database(database)
            me.disconnect(f"alias{number}")


@alike_on_a_server
def test_documents_are_saved_changed_and_read_in_threads(me):
    _, thing = classes(me)

    def work(number):
        for step in range(5):
            made = thing(name=f"{number}-{step}").save()
            made.tags += ["a", "b"]
            made.save()
            thing.objects(name=f"{number}-{step}").update(push__tags="c")
            assert thing.objects.get(id=made.id).tags == ["a", "b", "c"]
        return sorted(found.name for found in thing.objects(name__startswith=f"{number}-"))

    return in_threads(work), thing.objects.count()


@alike_on_a_server
def test_one_document_is_read_by_many_threads(me):
    _, thing = classes(me)
    shared = thing.objects.first()

    def work(number):
        return shared.name, shared.owner.name, list(shared.tags), shared.to_mongo().keys(), shared.owners[0].name

    assert not isinstance(shared.owner, DBRef)
    found = in_threads(work)
    return found, shared._get_changed_fields()


@alike_on_a_server
def test_classes_are_made_in_threads(me):
    def work(number):
        base = type("Base", (me.Document,), {"meta": {"abstract": True}})
        cls = type(f"Made{number}", (base,), {"name": me.StringField(), "parent": me.ReferenceField("self")})
        parent = cls(name="p").save()
        cls(name="c", parent=parent).save()
        return cls.objects.get(name="c").parent.name, cls._class_name, me.base.get_document(f"Made{number}") is cls

    return in_threads(work)


@alike_on_a_server
def test_counting_queries_and_concerns_in_threads(me):
    _, thing = classes(me)

    def work(number):
        with me.context_managers.set_write_concern(thing._get_collection(), {"w": 1}) as collection:
            collection.insert_one({"name": f"w{number}"})
        with me.context_managers.no_sub_classes(thing):
            return thing.objects(name=f"w{number}").count(), raised(lambda: thing.objects.get(name="nothing"))

    return in_threads(work), thing.objects.count()
