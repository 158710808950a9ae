"""`select_related` where it is not obvious that something refers to another document."""

from bson import DBRef, ObjectId

from tests.base.both_sides import alike_with_mongodb

KEY = ObjectId(b"1" * 12)


@alike_with_mongodb
def test_a_default_that_refers_to_a_document_is_followed_too(me):
    class Target(me.Document):
        name = me.StringField()

    class Part(me.EmbeddedDocument):
        number = me.IntField()
        target = me.ReferenceField(Target, default=DBRef("target", KEY))

    class Thing(me.Document):
        parts = me.ListField(me.EmbeddedDocumentField(Part))

    Target(id=KEY, name="there").save()
    Thing._get_collection().insert_one({"parts": [{"number": 1}]})
    with me.context_managers.query_counter() as queries:
        (thing,) = Thing.objects.select_related(2)
        return int(queries), thing.parts[0].target.name, int(queries)


@alike_with_mongodb
def test_parts_without_references_stay_as_they_are(me):
    class Part(me.EmbeddedDocument):
        number = me.IntField()
        tags = me.ListField(me.StringField())

    class Thing(me.Document):
        parts = me.ListField(me.EmbeddedDocumentField(Part))
        extra = me.DictField()

    Thing(parts=[Part(number=1, tags=["a"])], extra={"k": [1, {"l": 2}]}).save()
    (thing,) = Thing.objects.select_related(3)
    thing.parts[0].tags.append("b")
    thing.extra["k"][1]["l"] = 3
    return thing.to_mongo(), thing._get_changed_fields(), thing._delta()
