"""What the server sees of a native client: compression, name, read preference."""

from __future__ import annotations

from typing import Any

import pymongo
import pytest
from pymongo import ReadPreference
from pymongo.read_preferences import Nearest, Secondary

from mongoengine_fast import lanes
from mongoengine_fast.testing import ReplicaSet, Standalone


@pytest.mark.filterwarnings("ignore:Wire protocol compression")
@pytest.mark.parametrize("compressor", ["zlib", "zstd", "snappy"])
def test_compression(mongodb: Any, compressor: str) -> None:
    with mongodb.client(compressors=compressor) as client:
        if not client.options.pool_options._compression_settings.compressors:
            pytest.skip(f"pymongo has no {compressor} here")
        before = client.admin.command("serverStatus")["network"]["compression"][compressor]["decompressor"]["bytesIn"]
        lanes.insert_one(client.lanes_zip.things, {"text": "x" * 100_000})
        assert len(lanes.find_one(client.lanes_zip.things)["text"]) == 100_000
        status = client.admin.command("serverStatus")["network"]["compression"][compressor]
        assert status["decompressor"]["bytesIn"] > before + 50
        client.drop_database("lanes_zip")
        lanes.release(client)


def test_the_server_knows_the_application(mongodb: Any) -> None:
    from pymongo.driver_info import DriverInfo

    with mongodb.client(appName="shop", driver=DriverInfo("Wrapper", "9.8")) as client:
        things = client.lanes_name.things
        lanes.insert_one(things, {"_id": 1})
        found = lanes.aggregate(
            client.lanes_name["things"],
            [{"$limit": 1}, {"$lookup": {"from": "things", "as": "x", "pipeline": []}}],
            comment="look at me",
        )
        found.close()
        seen = list(client.admin.aggregate([{"$currentOp": {"idleConnections": True}}]))
        names = [entry["clientMetadata"]["driver"]["name"] for entry in seen if entry.get("appName") == "shop"]
        assert any("mongo-rust-driver" in name and "Wrapper" in name for name in names)
        client.drop_database("lanes_name")
        lanes.release(client)


def test_read_preferences() -> None:
    """Reads go to the members that the collection's read preference names."""
    with ReplicaSet(members=2) as deployment:
        client = deployment.client()
        things = client.get_database("lanes_pref").things.with_options()
        lanes.insert_one(things, {"_id": 1})
        things.with_options(write_concern=pymongo.WriteConcern(w=2)).insert_one({"_id": 2})

        def queries() -> dict[str, int]:
            counts = {}
            for member in deployment.members:
                with member.client(directConnection=True) as direct:
                    status = direct.admin.command("serverStatus")
                    role = "primary" if member.address == deployment.wait_for_primary().address else "secondary"
                    counts[role] = status["opcounters"]["query"]
            return counts

        for preference, role in [
            (ReadPreference.PRIMARY, "primary"),
            (ReadPreference.SECONDARY, "secondary"),
            (ReadPreference.SECONDARY_PREFERRED, "secondary"),
            (ReadPreference.PRIMARY_PREFERRED, "primary"),
            (Secondary(tag_sets=[{"no": "such"}, {}]), "secondary"),
        ]:
            before = queries()
            for _ in range(20):
                assert lanes.find_one(things.with_options(read_preference=preference)) is not None
            after = queries()
            assert after[role] - before[role] >= 20
        assert lanes.count_documents(things.with_options(read_preference=Nearest()), {}) == 2
        lanes.release(client)
        client.close()


def test_a_direct_connection_to_a_member(mongodb_replica_set: Any) -> None:
    with mongodb_replica_set.members[0].client(directConnection=True) as client:
        lanes.reset()
        lanes.insert_one(client.lanes_direct.things, {"_id": 1})
        assert lanes.find_one(client.lanes_direct.things) == {"_id": 1}
        assert lanes.report()["native_share"] == 1.0
        client.drop_database("lanes_direct")
        lanes.release(client)


def test_server_api(mongodb: Any) -> None:
    from pymongo.server_api import ServerApi

    with mongodb.client(server_api=ServerApi("1", strict=True)) as client:
        things = client.lanes_api.things
        lanes.insert_one(things, {"_id": 1})
        with pytest.raises(pymongo.errors.OperationFailure) as raised:
            lanes.distinct(things, "_id")
        assert raised.value.code == 323
        lanes.release(client)
    with mongodb.client() as client:
        client.drop_database("lanes_api")


def test_many_inserts_with_a_lost_connection_between() -> None:
    """A bulk insert that failed after its first command is not sent again."""
    with Standalone(test_commands=True) as server:
        client = server.client(serverSelectionTimeoutMS=800)
        things = client.db.things
        lanes.insert_one(things, {"_id": "warm"})
        client.admin.command(
            "configureFailPoint",
            "failCommand",
            mode={"skip": 1},
            data={"failCommands": ["insert"], "closeConnection": True},
        )
        text = "x" * 1_000_000
        with pytest.raises(pymongo.errors.AutoReconnect):
            lanes.insert_many(things, [{"_id": number, "t": text} for number in range(20)])
        client.admin.command("configureFailPoint", "failCommand", mode="off")
        assert 10 < things.count_documents({}) < 20
        lanes.release(client)
        client.close()
