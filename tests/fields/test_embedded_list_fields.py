"""`EmbeddedDocumentListField`: its list filters, creates, changes and saves."""

import gc

from bson import ObjectId

from tests.base.both_sides import alike, alike_with_mongodb
from tests.fields.describing import outcome

KEY = ObjectId(f"{1:024x}")


def classes(me):
    class Note(me.EmbeddedDocument):
        text = me.StringField()

    class Comment(me.EmbeddedDocument):
        author = me.StringField(db_field="a", required=True)
        votes = me.IntField(max_value=10)
        note = me.EmbeddedDocumentField(Note)
        tags = me.ListField(me.StringField())
        meta = {"allow_inheritance": True}

    class Reply(Comment):
        to = me.StringField()

    class Post(me.Document):
        comments = me.EmbeddedDocumentListField(Comment, db_field="c")

    return Note, Comment, Reply, Post


def filled(me):
    note, comment, reply, post = classes(me)
    comments = [
        comment(author="a", votes=1, note=note(text="x"), tags=["p"]),
        comment(author="b", votes=2),
        reply(author="a", votes=3, to="b"),
    ]
    return note, comment, post(id=KEY, comments=comments)


def authors(found):
    return [(one.author, one.votes) for one in found]


@alike
def test_filters_and_what_they_refuse(me):
    note, _, post = filled(me)
    comments = post.comments
    steps = [
        lambda: authors(comments.filter(author="a")),
        lambda: authors(comments.filter(author="a", votes=3)),
        lambda: authors(comments.filter()),
        lambda: comments.filter(author="nobody"),
        lambda: comments.filter(nobody=1),
        lambda: comments.filter(to="b"),
        lambda: authors(comments.filter(note=note(text="x"))),
        lambda: comments.filter(votes__gt=1),
        lambda: comments.filter(a="a"),
        lambda: authors(comments.exclude(author="a")),
        lambda: comments.exclude(nobody=1),
        lambda: comments.count(),
        lambda: comments.filter(author="a").count(),
        lambda: comments.get(author="b").votes,
        lambda: comments.get(author="a"),
        lambda: comments.get(author="nobody"),
        lambda: comments.get(),
        lambda: comments.first().votes,
        lambda: comments.filter(author="nobody").first(),
        lambda: type(comments.filter(author="a")).__name__,
        lambda: comments.filter(author="a").filter(votes=1).first().author,
        lambda: comments[0]._instance is not None,
        lambda: type(comments[1:]).__name__,
        lambda: comments.filter(author=None),
        lambda: comments.filter("author"),
    ]
    return [outcome(step) for step in steps]


@alike
def test_edits_in_memory(me):
    _, _, post = filled(me)
    comments = post.comments
    steps = [
        lambda: comments.create(author="c", votes=4).author,
        lambda: len(comments),
        lambda: comments.create(nobody=1),
        lambda: comments.create(votes=99).votes,
        lambda: post.validate(),
        lambda: comments.filter(votes=99).delete(),
        lambda: post.validate(),
        lambda: comments.filter(author="a").update(votes=7),
        lambda: authors(comments),
        lambda: comments.filter(author="a").update(nobody=7),
        lambda: comments.filter(author="a").update(),
        lambda: comments.update(votes="x"),
        lambda: comments.filter(author="nobody").update(votes=1),
        lambda: authors(comments),
        lambda: comments.exclude(author="b").delete(),
        lambda: authors(comments),
        lambda: comments.delete(),
        lambda: comments.delete(),
        lambda: authors(post.comments),
        lambda: comments.save(),
    ]
    return [outcome(step) for step in steps]


@alike_with_mongodb
def test_changes_that_are_saved(me):
    note, comment, post = filled(me)
    cls = type(post)
    post.save()
    loaded = cls.objects.get()
    steps = [
        lambda: authors(loaded.comments),
        lambda: type(loaded.comments).__name__,
        lambda: loaded._get_changed_fields(),
        lambda: loaded.comments.filter(author="b").update(votes=8),
        lambda: loaded._get_changed_fields(),
        lambda: loaded.comments.save(),
        lambda: authors(cls.objects.get().comments),
        lambda: loaded.comments.create(author="d").author,
        lambda: loaded._get_changed_fields(),
        lambda: loaded.comments.save(validate=False),
        lambda: authors(cls.objects.get().comments),
        lambda: loaded.comments.create().author,
        lambda: loaded.comments.save(),
        lambda: loaded.comments.filter(author=None).delete(),
        lambda: loaded.comments.filter(author="a").delete(),
        lambda: loaded.save() and authors(cls.objects.get().comments),
        lambda: loaded.reload() and None,
        lambda: setattr(loaded.comments[0], "votes", 9),
        lambda: loaded._get_changed_fields(),
        lambda: loaded._delta(),
        lambda: loaded.save() and list(cls.objects.as_pymongo()),
        lambda: cls.objects(comments__author="b").count(),
        lambda: cls.objects(comments__a="b").count(),
        lambda: cls.objects(comments__nobody="b").count(),
        lambda: cls.objects(comments__votes__gte=9).count(),
        lambda: cls.objects(comments=[comment(author="b")]).count(),
        lambda: cls.objects(comments__contains=comment(author="b")).count(),
        lambda: cls.objects.update(push__comments=comment(author="e")),
        lambda: cls.objects.update(push__comments={"a": "f"}),
        lambda: cls.objects.update(push__comments=5),
        lambda: cls.objects.update(pull__comments__author="e"),
        lambda: cls.objects.update(set__comments__0__votes=3),
        lambda: cls.objects(comments__author="d").update(set__comments__S__votes=4),
        lambda: cls.objects.update(set__comments=[comment(author="g"), note(text="x")]),
        lambda: list(cls.objects.as_pymongo()),
    ]
    return [outcome(step) for step in steps]


@alike
def test_what_a_list_of_embedded_documents_accepts(me):
    note, comment, _, post = classes(me)
    values = [
        None,
        [],
        (comment(author="a"),),
        [comment(author="a"), note(text="x")],
        [comment()],
        comment(author="a"),
        [{"author": "a"}],
        [{"a": "a"}],
        [None],
        "text",
        {"0": comment(author="a")},
        5,
        {comment(author="a").author},
        [[comment(author="a")]],
        iter([comment(author="a")]),
    ]
    lines = []
    for value in values:
        lines.append(
            outcome(
                lambda value=value: authors(post(comments=value).comments),
                lambda value=value: post(comments=value).validate(),
                lambda value=value: post(comments=value).to_mongo(),
            )
        )
        lines.append(outcome(lambda value=value: post(comments=value).validate()))
        lines.append(outcome(lambda value=value: post(comments=value).to_mongo()))
    return lines


@alike
def test_errors_five_levels_down_name_the_way(me):
    class Deep(me.EmbeddedDocument):
        number = me.IntField(required=True, max_value=5)
        texts = me.MapField(me.ListField(me.StringField(max_length=2)))

    class Middle(me.EmbeddedDocument):
        deep = me.EmbeddedDocumentListField(Deep, required=True)
        by_key = me.MapField(me.EmbeddedDocumentField(Deep))

    class Top(me.Document):
        middles = me.ListField(me.MapField(me.EmbeddedDocumentField(Middle)))
        lists = me.ListField(me.ListField(me.ListField(me.ListField(me.IntField()))))
        anything = me.DictField(me.ListField(me.DynamicField()))

    def bad():
        """Made anew for each: a part whose former document the garbage collector has taken says so instead."""
        return Deep(number=9, texts={"a": ["x", "xyz", 5]})

    things = [
        lambda: Top(middles=[{"k": Middle(deep=[Deep(number=1), bad(), Deep()], by_key={"q": bad()})}]),
        lambda: Top(middles=[{"k": Middle()}, {"j": Middle(deep=[bad()])}]),
        lambda: Top(middles=[{"k": Middle()}, {"j": 5}, 5]),
        lambda: Top(lists=[[[[1, "x"]]], [[5]], "abc", 7]),
        lambda: Top(lists=[[[["x", {}], None]]]),
        lambda: Top(anything={"a": [bad(), [bad()], {"x": bad()}], "b": 5}),
        lambda: Top(anything={"a": {"b": 1}}),
    ]
    lines = [outcome(lambda create=create: create().validate()) for create in things]
    return lines + [outcome(lambda create=create: create().to_mongo()) for create in things]


@alike
def test_a_part_whose_document_is_gone_says_so(me):
    class Part(me.EmbeddedDocument):
        number = me.IntField(max_value=5)

    class Top(me.Document):
        parts = me.EmbeddedDocumentListField(Part)
        anything = me.DictField(me.ListField(me.DynamicField()))

    part = Part(number=9)
    former = Top(parts=[part])
    lines = [outcome(former.validate), outcome(Top(anything={"a": [part]}).validate)]
    del former
    gc.collect()
    lines.append(outcome(Top(anything={"a": [part]}).validate))
    assert "ReferenceError" in lines[-1]
    return lines
