"""Binary data of every subtype, and UUIDs in every representation."""

import uuid

import pytest
from bson import Binary, ObjectId

from tests.base.both_sides import alike_with_mongodb
from tests.fields.describing import outcome

KEY = ObjectId(f"{1:024x}")


REPRESENTATIONS = ["standard", "pythonLegacy", "javaLegacy", "csharpLegacy", "unspecified"]


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("representation", REPRESENTATIONS)
@alike_with_mongodb
def test_uuids_in_every_representation(me, representation, binary):
    # Not the harness's own connection, whose representation is fixed.
    host = me.get_connection().address
    name = me.get_db().name
    me.connect(name, alias="own", host=host[0], port=host[1], uuidRepresentation=representation)

    class Thing(me.Document):
        value = me.UUIDField(binary=binary)
        several = me.ListField(me.UUIDField(binary=binary))
        meta = {"db_alias": "own"}

    given = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
    raw = me.get_db().get_collection("thing")
    steps = [
        lambda: Thing(id=KEY, value=given, several=[given, str(given)]).save().value,
        lambda: Thing.objects.get().value,
        lambda: Thing.objects.get().several,
        lambda: Thing.objects(value=given).count(),
        lambda: Thing.objects(value=str(given)).count(),
        lambda: Thing.objects(value__in=[given]).count(),
        lambda: Thing.objects(value="x").count(),
        lambda: Thing.objects.update(set__value=str(given)),
        lambda: raw.update_one({}, {"$set": {"value": Binary(given.bytes, 3)}}).modified_count,
        lambda: Thing.objects.get().value,
        lambda: Thing.objects.get().validate(),
        lambda: raw.update_one({}, {"$set": {"value": Binary(given.bytes, 4)}}).modified_count,
        lambda: Thing.objects.get().value,
        lambda: Thing.objects.get().validate(),
        lambda: raw.update_one({}, {"$set": {"value": str(given)}}).modified_count,
        lambda: Thing.objects.get().value,
        lambda: Thing.objects.get().to_json(),
    ]
    lines = [outcome(step) for step in steps]
    me.disconnect("own")
    return lines


@alike_with_mongodb
def test_binary_data_of_every_subtype(me):
    class Thing(me.Document):
        value = me.BinaryField(max_bytes=20)
        key = me.BinaryField(unique=True, sparse=True)

    values = [Binary(bytes(16), subtype) for subtype in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 128, 255)]
    values += [b"", bytes(20), bytes(21), bytearray(b"ab"), memoryview(b"ab"), "text", 5, [1, 2], uuid.UUID(int=5)]
    lines = []
    for number, value in enumerate(values):
        key = ObjectId(f"{number:024x}")
        lines.append(
            outcome(
                lambda value=value, key=key: Thing(id=key, value=value).save().value,
                lambda key=key: Thing.objects.get(id=key).value,
                lambda value=value: Thing.objects(value=value).count(),
                lambda key=key: Thing.objects.get(id=key).validate(),
                lambda key=key: Thing.objects.get(id=key).save().value,
            )
        )
    return lines
