"""Documents of a program whose client is mongomock: saving, reloading, deleting, indexes, files, errors."""

import copy
import pickle
import sys

import mongomock
import pytest
from bson import DBRef, ObjectId

from tests.base.both_sides import alike, raised
from tests.programs.mock_sides import alike_on_mongomock, connected_to_mongomock
from tests.programs.processes import same_output
from tests.programs.shop import NOON, full_shop, shop


@alike
def test_connections_are_mongomocks(me):
    with connected_to_mongomock(me, "second") as client:
        assert isinstance(client, mongomock.MongoClient)
        assert me.get_connection("second") is client
        maker = shop(me).Maker
        assert isinstance(maker._get_collection(), mongomock.collection.Collection)
        assert isinstance(maker.objects._collection, mongomock.collection.Collection)
        assert isinstance(me.get_db(), mongomock.database.Database)
        return me.get_db().name, me.get_db("second").name


@alike_on_mongomock
def test_saving_new_and_changed_documents(me):
    s = shop(me)
    maker = s.Maker(name="Acme")
    created = maker._created
    assert maker.save() is maker
    maker.country = "NL"
    changed = maker._get_changed_fields(), maker._delta()
    maker.save()
    product = s.Product(name="p", maker=maker, extra={"a": [1]}, reviews=[s.Review(stars=1)]).save()
    product.extra["a"].append({"b": 2})
    product.reviews[0].stars = 4
    product.reviews.append(s.Review(text="new"))
    product.names["de"] = "P"
    product.tags += ["one", "two"]
    paths = product._get_changed_fields()
    product.save()
    product.tags.remove("one")
    del product.names["de"]
    product.weight = None
    product.save()
    return created, maker._created, changed, paths, product._get_changed_fields(), product.to_mongo()


@alike_on_mongomock
def test_reloading(me):
    s = full_shop(me)
    product = s.Product.objects.get(name="bell")
    s.Product.objects(name="bell").update(set__stock=50, push__tags="new", set__extra__k="changed")
    product.name = "mine"
    before = product.stock
    product.reload("stock", "tags")
    partly = product.stock, product.tags, product.name
    product.reload()
    whole = product.name, product.extra, product._get_changed_fields()
    product.delete()
    return before, partly, whole, raised(product.reload), raised(s.Product().reload)


@alike_on_mongomock
def test_saving_with_conditions_and_options(me):
    s = full_shop(me)
    product = s.Product.objects.get(name="bell")
    product.stock = 8
    results = [raised(lambda: product.save(save_condition={"stock": 99})), product._get_changed_fields()]
    results.append(product.save(save_condition={"stock": 1}).stock)
    again = s.Product(id=product.id, name="again")
    results.append(raised(lambda: again.save(force_insert=True)))
    results.append(raised(lambda: again.save(validate=False, clean=False).name))
    results.append(raised(lambda: s.Product(stock="x").save()))
    results.append(raised(lambda: s.Product(id=ObjectId(), name="new with id").save(write_concern={"w": 1}).name))
    return results


@alike_on_mongomock
def test_cascading_saves(me):
    s = full_shop(me)
    product = s.Product.objects.get(name="bell")
    product.maker.country = "FR"
    product.save()
    plain = s.Maker.objects.get(name="Bolt").country
    product.save(cascade=True)
    return plain, s.Maker.objects.get(name="Bolt").country, raised(lambda: product.cascade_save())


@alike_on_mongomock
def test_changing_one_document_in_the_database(me):
    s = full_shop(me)
    product = s.Product.objects.get(name="bell")
    results = [product.update(inc__stock=5), product.stock]
    results += [product.modify(set__name="dinner bell"), product.name]
    results += [product.modify({"stock": 999}, set__name="no"), product.name]
    results += [raised(lambda: product.update()), raised(lambda: product.update(set__nothing=1))]
    results.append(raised(lambda: s.Product(name="unsaved").modify(set__name="x")))
    results.append(raised(lambda: s.Product(name="unsaved").update(set__name="upserted", upsert=True)))
    return results


@alike_on_mongomock
def test_unique_fields_and_duplicate_keys(me):
    s = shop(me)

    class Seat(me.Document):
        row = me.IntField()
        number = me.IntField(unique_with="row")

    s.Maker(name="Acme").save()
    Seat(row=1, number=1).save()
    Seat(row=2, number=1).save()
    key = s.Maker.objects.first().id
    errors = [
        raised(lambda: s.Maker(name="Acme").save()),
        raised(lambda: Seat(row=1, number=1).save()),
        raised(lambda: s.Maker.objects.insert(s.Maker(name="Acme"))),
        raised(lambda: s.Maker.objects.insert([s.Maker(name="New"), s.Maker(name="Acme")])),
        raised(lambda: s.Maker(id=key, name="Other").save(force_insert=True)),
        raised(lambda: s.Maker.objects(name="Nobody").update_one(upsert=True, set__name="Acme", set__country="x")),
        raised(lambda: s.Maker.objects(name="Nobody").modify(upsert=True, set__name="Acme")),
    ]
    # mongomock's own texts name counters and indexes; the class and who raised it are MongoEngine's.
    return [(type(error).__name__, isinstance(error, me.errors.OperationError)) for error in errors]


@alike_on_mongomock
def test_wrong_ids_and_missing_documents(me):
    s = full_shop(me)
    return [
        raised(lambda: s.Product.objects.get(name="nothing")), raised(lambda: s.Product.objects.get(stock__gt=1)),
        raised(lambda: s.Product.objects.get(id="wrong")), raised(lambda: s.Product.objects(nothing=1).first()),
        raised(lambda: s.Product.objects.with_id("wrong")), raised(lambda: s.Product.objects.with_id(ObjectId())),
        raised(lambda: s.Product.objects(maker="wrong").count()), s.Product.objects(name="nothing").first(),
    ]  # fmt: skip


RULES = ["DO_NOTHING", "NULLIFY", "CASCADE", "DENY", "PULL"]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("by_query", [False, True])
@alike_on_mongomock
def test_delete_rules(me, rule, by_query):
    class Target(me.Document):
        name = me.StringField()

    if rule == "PULL":

        class Pointing(me.Document):
            number = me.IntField()
            to = me.ListField(me.ReferenceField(Target, reverse_delete_rule=me.PULL))
    else:

        class Pointing(me.Document):
            number = me.IntField()
            to = me.ReferenceField(Target, reverse_delete_rule=getattr(me, rule))

    targets = [Target(name=f"t{number}").save() for number in range(2)]
    for number in range(3):
        target = targets[number % 2]
        Pointing(number=number, to=[target] if rule == "PULL" else target).save()
    if by_query:
        result = raised(lambda: Target.objects(name="t0").delete())
    else:
        result = raised(lambda: targets[0].delete())
    return result, sorted(found.number for found in Pointing.objects), Target.objects.count()


@alike_on_mongomock
def test_inheritance_and_dynamic_documents(me):
    class Animal(me.Document):
        name = me.StringField()
        meta = {"allow_inheritance": True}

    class Dog(Animal):
        bark = me.StringField()

    class Free(me.DynamicDocument):
        known = me.IntField()

    Animal(name="a").save()
    Dog(name="d", bark="wow").save()
    free = Free(known=1, other={"x": [1]}).save()
    free.more = "m"
    free.other["y"] = 2
    del free.known
    free.save()
    found = Free.objects.first()
    del found.other
    found.save()
    return (
        [(type(animal).__name__, animal.name) for animal in Animal.objects.order_by("name")],
        Dog.objects.count(), Dog.objects.first().bark, found._dynamic_fields.keys(), Free.objects(more="m").count(),
    )  # fmt: skip


@alike_on_mongomock
def test_kinds_of_values(me):
    import datetime
    import decimal
    import enum
    import uuid

    class Colour(enum.Enum):
        RED = "r"

    class Part(me.EmbeddedDocument):
        number = me.IntField()

    class Thing(me.Document):
        key = me.SequenceField(primary_key=True)
        url = me.URLField()
        email = me.EmailField()
        long = me.LongField()
        decimal = me.DecimalField()
        text_decimal = me.DecimalField(force_string=True)
        day = me.DateField()
        exact = me.ComplexDateTimeField()
        any_part = me.GenericEmbeddedDocumentField(choices=(Part,))
        anything = me.DynamicField()
        sorted = me.SortedListField(me.IntField(), reverse=True)
        part_list = me.SortedListField(me.EmbeddedDocumentField(Part), ordering="number")
        data = me.BinaryField()
        point = me.PointField()
        old_point = me.GeoPointField()
        unique = me.UUIDField(binary=False)
        colour = me.EnumField(Colour)

    for _ in range(2):
        Thing(
            url="http://a.example", email="a@b.example", long=2**40, decimal=decimal.Decimal("1.25"),
            text_decimal=decimal.Decimal("2.5"), day=datetime.date(2020, 1, 2), exact=NOON.replace(microsecond=123456),
            any_part=Part(number=1), anything=[{"a": Part(number=2)}], sorted=[1, 3, 2], data=b"\0\1", point=[1, 2],
            part_list=[Part(number=2), Part(number=1)], old_point=(3, 4), unique=uuid.UUID(int=5), colour=Colour.RED,
        ).save()  # fmt: skip
    found = Thing.objects(colour=Colour.RED).first()
    return found, [part.number for part in found.part_list], Thing.objects(exact__lt=NOON.replace(day=7)).count()


@alike_on_mongomock
def test_indexes_and_collections(me):
    s = full_shop(me)
    names = sorted(s.Product._get_collection().index_information())
    specs = s.Product.list_indexes()
    compared = s.Product.compare_indexes()
    s.Product.create_index(["weight"], sparse=True)
    s.Product.ensure_indexes()
    more = sorted(s.Product._get_collection().index_information())
    s.Maker.drop_collection()
    return names, specs, compared, more, s.Maker.objects.count(), sorted(me.get_db().list_collection_names())


@alike_on_mongomock
def test_switching_databases_and_collections(me):
    s = full_shop(me)
    switch_db, switch_collection = me.context_managers.switch_db, me.context_managers.switch_collection
    with switch_db(s.Maker, "second") as other:
        assert other is s.Maker
        s.Maker(name="elsewhere").save()
        counts = [s.Maker.objects.count()]
    with switch_collection(s.Maker, "archive"):
        s.Maker(name="old").save()
        counts.append(s.Maker.objects.count())
    maker = s.Maker.objects.get(name="Acme")
    maker.switch_db("second").save()
    maker.switch_collection("archive").save()
    return counts, s.Maker.objects.count(), s.Maker.objects.using("second").count(), maker._get_collection().name


@alike_on_mongomock
def test_signals_are_sent(me):
    s = shop(me)
    heard = []

    def hear(name):
        def receiver(sender, document=None, documents=None, **rest):
            heard.append((name, sender.__name__, sorted(rest)))

        return receiver

    names = ["pre_init", "post_init", "pre_save", "pre_save_post_validation", "post_save", "pre_delete", "post_delete",
             "pre_bulk_insert", "post_bulk_insert"]  # fmt: skip
    receivers = [(getattr(me.signals, name), hear(name)) for name in names]
    for signal, receiver in receivers:
        signal.connect(receiver, sender=s.Maker)
    maker = s.Maker(name="a").save()
    maker.country = "b"
    maker.save()
    s.Maker.objects.insert([s.Maker(name="c")], load_bulk=False)
    s.Maker.objects.first().delete()
    return heard


@alike_on_mongomock
def test_copies_and_pickles(me):
    s = full_shop(me)
    for cls in vars(s).values():
        cls.__module__, cls.__qualname__ = __name__, cls.__name__
        setattr(sys.modules[__name__], cls.__name__, cls)
    product = s.Product.objects.get(name="bell")
    product.stock += 5
    again = pickle.loads(pickle.dumps(product))
    again.save()
    copied = copy.deepcopy(again)
    copied.name = "copy"
    copied.save()
    query = pickle.loads(pickle.dumps(s.Product.objects(stock__gt=2).order_by("-stock")))
    return again, again._created, s.Product.objects.get(id=product.id).name, [found.name for found in query]


@alike_on_mongomock
def test_documents_compare_and_describe_themselves(me):
    s = full_shop(me)
    one, same = s.Product.objects.get(name="bell"), s.Product.objects.get(name="bell")
    other = s.Product.objects.get(name="fan")
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert len({one, same, other}) == 2
    return repr(one), str(s.Maker.objects.first()), one.to_dbref(), isinstance(one.to_dbref(), DBRef), one.to_json()


FILES = """
    from mongomock.gridfs import enable_gridfs_integration
    from mongoengine import *
    import mongomock

    enable_gridfs_integration()
    connect("files", mongo_client_class=mongomock.MongoClient, uuidRepresentation="standard")

    class Attachment(Document):
        file = FileField()

    attachment = Attachment()
    attachment.file.put(b"text", content_type="text/plain", filename="x")
    attachment.save()
    found = Attachment.objects.first()
    print(found.file.read(), found.file.content_type, found.file.length, found.file.filename, bool(found.file))
    found.file.replace(b"more")
    found.save()
    found = Attachment.objects.first()
    print(found.file.read(), get_db()["fs.files"].count_documents({}))
    found.file.delete()
    found.save()
    print(found.file.grid_id, bool(Attachment.objects.first().file), get_db()["fs.chunks"].count_documents({}))
    print(Attachment(file=b"whole").save().file.read(), Attachment.objects.count())
"""


def test_files_with_mongomocks_own_gridfs(tmp_path):
    # In processes of their own, for mongomock patches the gridfs package.
    assert same_output(tmp_path, FILES).startswith("b'text' text/plain 4 x True\n")
