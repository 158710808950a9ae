"""Idioms of web plug-ins: base query sets with shortcuts, pagination, admin and REST back ends, factories, forms."""

import math

import pytest

from tests.base.both_sides import alike_with_mongodb, raised


class NotFound(Exception):
    pass


def flask_like(me):
    """Replicas, in our own words, of the base classes of a Flask plug-in."""

    class Pagination:
        def __init__(self, iterable, page, per_page):
            self.iterable, self.page, self.per_page = iterable, page, per_page
            self.total = iterable.count() if isinstance(iterable, me.QuerySet) else len(iterable)
            start = (page - 1) * per_page
            self.items = iterable[start : start + per_page]
            if isinstance(self.items, me.QuerySet):
                self.items = self.items.select_related()
            if page < 1 or (not self.items and page != 1):
                raise NotFound(page)

        @property
        def pages(self):
            return math.ceil(self.total / self.per_page)

    class BaseQuerySet(me.QuerySet):
        def get_or_404(self, *args, message=None, **kwargs):
            try:
                return self.get(*args, **kwargs)
            except me.DoesNotExist:
                raise NotFound(message or self._document.__name__) from None

        def first_or_404(self):
            found = self.first()
            if found is None:
                raise NotFound(self._document._class_name)
            return found

        def paginate(self, page, per_page):
            return Pagination(self, page, per_page)

        def paginate_field(self, field_name, doc_id, page, per_page):
            item = self.get(id=doc_id)
            return Pagination(getattr(item, field_name), page, per_page)

    class Document(me.Document):
        meta = {"abstract": True, "queryset_class": BaseQuerySet}

        def paginate_field(self, field_name, page, per_page):
            return Pagination(getattr(self, field_name), page, per_page)

    class DynamicDocument(me.DynamicDocument):
        meta = {"abstract": True, "queryset_class": BaseQuerySet}

    return Document, DynamicDocument, BaseQuerySet


def pages(me, count=7):
    document, dynamic, queryset = flask_like(me)

    class Author(document):
        name = me.StringField()

    class Page(document):
        title = me.StringField(verbose_name="The title", required=True, unique=True)
        number = me.IntField(min_value=0)
        author = me.ReferenceField(Author)
        notes = me.ListField(me.StringField())

    author = Author(name="x").save()
    for number in range(count):
        Page(title=f"t{number}", number=number, author=author, notes=list("abcde")[:number]).save()
    return Page, dynamic, queryset


@alike_with_mongodb
def test_shortcuts_of_the_base_query_set(me):
    page, dynamic, queryset = pages(me)

    class Free(dynamic):
        pass

    assert isinstance(page.objects, queryset)
    assert isinstance(Free.objects.filter(x=1), queryset)
    one = page.objects.get_or_404(title="t1")
    return (
        one.number, raised(lambda: page.objects.get_or_404(title="no")),
        raised(lambda: page.objects(number=99).first_or_404()),
        raised(lambda: page.objects.get_or_404(number__gt=1)).__class__.__name__, page.objects.first_or_404().title,
        page.objects(number=3).get_or_404().title, page._meta["queryset_class"] is queryset,
    )  # fmt: skip


@alike_with_mongodb
def test_pagination(me):
    page, _, _ = pages(me)
    shown = page.objects.order_by("number").paginate(2, 3)
    last = page.objects.order_by("number").paginate(3, 3)
    full = page.objects.get(number=4)
    return (
        [found.title for found in shown.items], shown.total, shown.pages, [found.title for found in last.items],
        shown.items[0].author.name, raised(lambda: page.objects.paginate(9, 3)),
        raised(lambda: page.objects.paginate(0, 3)),
        full.paginate_field("notes", 2, 3).items, page.objects.paginate_field("notes", full.id, 1, 2).items,
        [found.title for found in page.objects.limit(4).skip(1).order_by("number").paginate(1, 2).items],
    )  # fmt: skip


@alike_with_mongodb
def test_an_admin_back_end(me):
    page, _, _ = pages(me)

    def build(filters):
        query = page.objects
        for column, operation, value in filters:
            query = query.filter(**{f"{column.name}{operation}": value})
        return query

    def search(text):
        condition = None
        for name in ("title", "number"):
            field = getattr(page, name)
            if type(field) is me.StringField:
                part = me.Q(**{f"{field.name}__icontains": text})
                condition = part if condition is None else condition | part
        return page.objects.filter(condition)

    title, number = page.title, getattr(page, "number")  # noqa: B009
    query = build([(number, "__gt", 1), (title, "__ne", "t3")])
    count = query.count()
    rows = query.order_by("-number").skip(1).limit(2)
    columns = [
        (name, type(field).__name__, getattr(field, "verbose_name", None)) for name, field in page._fields.items()
    ]
    return (
        count, [found.title for found in rows.all()], columns, [found.title for found in search("T5")],
        page.objects(title__in=["t1", "t2"]).count(), page.objects(pk__in=[found.pk for found in rows]).count(),
        [str(name) for name in page._fields_ordered], sorted((field.unique, field.required) for field in (title,
        number)),
        page.objects.with_id(page.objects.first().pk).title,
        [found.pk is not None for found in page.objects.only("pk")[:1]],
    )  # fmt: skip


@alike_with_mongodb
def test_a_rest_back_end(me):
    page, _, _ = pages(me)

    class Resource:
        def __init__(self, model):
            self.model = model
            self.lookup = model._meta["id_field"]

        def serialize(self, found):
            data = {}
            for name in self.model._fields_ordered:
                value = getattr(found, name)
                if isinstance(value, me.Document):
                    value = str(value.pk)
                elif isinstance(value, me.base.BaseList):
                    value = list(value)
                data[name] = value if isinstance(value, (int, list)) else str(value)[:2]
            return data

        def patch(self, found, data):
            for name, value in data.items():
                field = self.model._fields[self.model._reverse_db_field_map.get(name, name)]
                setattr(found, field.name, field.to_python(value))
            try:
                found.save()
            except me.ValidationError as error:
                return {name: str(problem) for name, problem in error.errors.items()}
            except me.NotUniqueError:
                return "not unique"
            return self.serialize(found)["number"]

    resource = Resource(page)
    found = page.objects.get(number=2)
    results = [resource.patch(found, data) for data in ({"number": "8"}, {"number": -1}, {"number": 3, "title": "t1"})]
    return resource.lookup, results, resource.serialize(page.objects.get(title="t5")).keys()


@alike_with_mongodb
def test_a_factory(me):
    page, _, _ = pages(me, count=0)

    class Factory:
        def __init__(self, model, **declared):
            self.model, self.declared, self.counter = model, declared, 0

        def _values(self, given):
            self.counter += 1
            made = {name: value(self.counter) if callable(value) else value for name, value in self.declared.items()}
            return {**made, **given}

        def build(self, **given):
            return self.model(**self._values(given))

        def create(self, **given):
            made = self.build(**given)
            if made._is_document:
                made.save()
            return made

        def get_or_create(self, **given):
            try:
                return self.model.objects.get(**given)
            except self.model.DoesNotExist:
                return self.create(**given)

    factory = Factory(page, title=lambda n: f"made {n}", number=lambda n: n)
    built, created = factory.build(number=7), factory.create()
    again = factory.get_or_create(title=created.title)
    batch = [factory.create() for _ in range(2)]
    return (
        built.title,
        built.pk,
        created.title,
        again == created,
        [found.title for found in batch],
        page.objects.count(),
    )


@alike_with_mongodb
def test_a_result_store_of_a_task_queue(me):
    class Result(me.Document):
        key = me.StringField(primary_key=True)
        status = me.StringField(choices=("PENDING", "DONE"), default="PENDING")
        result = me.DynamicField()
        children = me.ListField(me.DynamicField())
        meta = {"collection": "celery_taskmeta", "indexes": [{"fields": ["status"], "name": "by_status"}]}

    Result.objects(key="a").update_one(set__status="DONE", set__result={"x": [1]}, upsert=True)
    Result(key="b", result=("tuple", 1), children=[["c", None]]).save()
    Result(key="b", result="again").save()
    Result.objects(pk="a").modify(set__status="PENDING")
    return (
        Result.objects.get(key="a").result, Result.objects.with_id("b").result,
        Result.objects(status="PENDING").count(),
        raised(lambda: Result(key="a").save(force_insert=True)).__class__.__name__, Result.objects(key="a").delete(),
    )  # fmt: skip


@pytest.mark.parametrize("strict", [True, False])
@alike_with_mongodb
def test_migrations_of_schemas(me, strict):
    def version(**fields):
        base = type("Base", (me.Document,), {"meta": {"abstract": True}})
        return type("Migrated", (base,), {**fields, "meta": {"strict": strict, "auto_create_index": False}})

    old = version(name=me.StringField(), age=me.StringField())
    for number in range(2):
        old(name=f"n{number}", age=str(number)).save()
    collection = old._get_collection()
    collection.update_many({}, {"$rename": {"name": "title"}})
    new = version(title=me.StringField(), age=me.IntField())
    loose = raised(lambda: [found.title for found in new.objects])
    for row in collection.find():
        collection.update_one({"_id": row["_id"]}, {"$set": {"age": int(row["age"])}})
    dropped = version(title=me.StringField())
    return (
        loose, [found.age for found in new.objects], raised(lambda: [found.title for found in dropped.objects]),
        sorted(set(new._fields) - set(dropped._fields)), new._fields["age"].__class__.__name__,
        me.base.common.get_document("Migrated") is dropped, "Migrated" in me.base.common._document_registry,
    )  # fmt: skip
