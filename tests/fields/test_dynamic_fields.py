"""Keys of dicts, and documents inside values of no declared kind."""

import pytest
from bson import ObjectId

from tests.base.both_sides import alike_with_mongodb
from tests.fields.describing import described, outcome
from tests.fields.trying import thing

KEY = ObjectId(f"{1:024x}")


KEYS = [
    "",
    "a",
    "$a",
    "a.b",
    ".",
    "a$",
    "a\0",
    "_id",
    "_cls",
    "_ref",
    "\ud800",
    "0",
    "-1",
    1,
    None,
    True,
    b"a",
    ("a",),
    1.5,
]


@pytest.mark.parametrize("inner", [None, "IntField", "DynamicField"])
@pytest.mark.parametrize("kind", ["DictField", "MapField", "DynamicField"])
@alike_with_mongodb
def test_keys_of_dicts(me, kind, inner):
    if kind == "DynamicField":
        field = me.DynamicField()
    else:
        field = getattr(me, kind)(getattr(me, inner or "StringField")())
    cls = thing(me, field)
    good = "x" if inner is None else 5
    lines = []
    for number, key in enumerate(KEYS):
        for depth, value in enumerate(({key: good}, {"a": {key: good}}, {"a": [{key: good}]})):
            made = []
            name = ObjectId(f"{number * 10 + depth:024x}")
            lines.append(
                outcome(
                    lambda value=value, name=name, made=made: made.append(cls(id=name, value=value)),
                    lambda made=made: made[0].validate(),
                    lambda made=made: made[0].save() and None,
                    lambda name=name: cls.objects.get(id=name).value,
                )
            )
            lines.append(outcome(lambda value=value: cls(id=KEY, value=value).to_mongo()))
    changed = cls(id=KEY, value={"a": good}).save()
    for key in KEYS:
        lines.append(
            outcome(
                lambda key=key, changed=changed: changed.value.__setitem__(key, good),
                lambda changed=changed: changed._get_changed_fields(),
                lambda changed=changed: changed.save() and None,
            )
        )
        changed = cls.objects.get(id=KEY)
    return lines


@alike_with_mongodb
def test_documents_inside_dynamic_values(me):
    class Author(me.Document):
        name = me.StringField()

    class Part(me.EmbeddedDocument):
        number = me.IntField()

    class Thing(me.Document):
        value = me.DynamicField()

    author = Author(id=KEY, name="a").save()
    values = [
        author,
        Author(),
        Part(number=1),
        Part(number="x"),
        [author, Part(number=1)],
        {"a": author, "b": [Part(number=2), {"c": author}]},
        author.to_dbref(),
        (author,),
        {author.pk},
        Author,
        me.Q(),
    ]
    lines = []
    for number, value in enumerate(values):
        key = ObjectId(f"{number + 5:024x}")
        lines.append(
            outcome(
                lambda value=value, key=key: Thing(id=key, value=value).save() and None,
                lambda key=key: Thing.objects.get(id=key).value,
                lambda key=key: Thing.objects.get(id=key).to_mongo(),
                lambda key=key: Thing.objects.get(id=key).save()._get_changed_fields(),
                lambda value=value: Thing.objects(value=value).count(),
            )
        )
        lines.append(outcome(lambda value=value: Thing(value=value).validate()))
    return [*lines, described(list(Thing.objects.as_pymongo()))]
