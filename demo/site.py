"""A publishing site: authors, articles and reviews, comments, tags, statistics.

An ordinary program written against MongoEngine.  ``site.py URI DATABASE [POSTS]`` prints what each step found; with the
environment variable ``SITE_TIMINGS`` set to a file name it also writes there how long each step took.
"""

import json
import os
import sys
import time
from contextlib import contextmanager
from datetime import datetime, timedelta

from bson import ObjectId
from mongoengine import *
from mongoengine.errors import NotUniqueError, OperationError, ValidationError

DAY_ONE = datetime(2024, 3, 1, 8, 0)
TOPICS = ("python", "databases", "rust", "testing", "design", "travel", "music", "food")
AUTHORS = 40
TIMINGS = []


def new_id(kind, number):
    """An id that is the same in every run."""
    return ObjectId(f"{kind:08x}{number:016x}")


class Address(EmbeddedDocument):
    street = StringField(max_length=80)
    city = StringField(required=True)
    country = StringField(min_length=2, max_length=2)


class Author(Document):
    name = StringField(required=True, max_length=60)
    email = StringField(required=True, unique=True)
    joined = DateTimeField()
    address = EmbeddedDocumentField(Address)
    favourites = ListField(ReferenceField("Post"))
    counters = MapField(IntField())

    meta = {"collection": "authors", "indexes": ["name"], "ordering": ["name"]}

    def __str__(self):
        return self.name


class Comment(EmbeddedDocument):
    nick = StringField(required=True)
    text = StringField(required=True, max_length=500)
    votes = IntField(default=0)
    written = DateTimeField()


class Post(Document):
    title = StringField(required=True, max_length=120)
    slug = StringField(required=True, unique=True)
    author = ReferenceField(Author, reverse_delete_rule=CASCADE)
    published = DateTimeField()
    tags = ListField(StringField(max_length=20))
    comments = EmbeddedDocumentListField(Comment)
    views = IntField(default=0, min_value=0)
    extra = DictField()

    meta = {
        "collection": "posts",
        "allow_inheritance": True,
        "indexes": ["tags", ("author", "-published")],
    }


class Article(Post):
    body = StringField()
    words = IntField()


class Review(Post):
    subject = StringField(required=True)
    stars = FloatField(min_value=0, max_value=5)


class Bookmark(Document):
    reader = ReferenceField(Author, reverse_delete_rule=NULLIFY)
    post = ReferenceField(Post, reverse_delete_rule=CASCADE)
    note = StringField()

    meta = {"collection": "bookmarks"}


class Page(Document):
    path = StringField(primary_key=True)
    owner = ReferenceField(Author, reverse_delete_rule=DENY)

    meta = {"collection": "pages"}


class Setting(DynamicDocument):
    name = StringField(primary_key=True)

    meta = {"collection": "settings"}


# Bookmarks of a post disappear with it, and so do the favourites that point to it.
Post.register_delete_rule(Author, "favourites", PULL)


@contextmanager
def step(title):
    print(f"# {title}")
    started = time.perf_counter()
    yield
    TIMINGS.append({"step": title, "seconds": time.perf_counter() - started})


def make_author(number):
    return Author(
        id=new_id(1, number),
        name=f"Author {number:03d}",
        email=f"author{number}@example.org",
        joined=DAY_ONE + timedelta(days=number),
        address=Address(street=f"{number} Mill Lane", city=("Turin", "Bergen", "Porto")[number % 3], country="EU"),
        counters={"logins": number % 7},
    )


def make_post(number, authors):
    common = {
        "id": new_id(2, number),
        "title": f"On {TOPICS[number % 8]}, part {number // 8}",
        "slug": f"post-{number}",
        "author": authors[number % len(authors)],
        "published": DAY_ONE + timedelta(minutes=17 * number),
        "tags": sorted({TOPICS[number % 8], TOPICS[number * 3 % 8], TOPICS[number // 3 % 8]}),
        "comments": [
            Comment(
                nick=f"reader{(number + position) % 500}",
                text=f"Comment {position} on post {number}",
                votes=(number * position) % 11,
                written=DAY_ONE + timedelta(minutes=17 * number + position),
            )
            for position in range(number % 4)
        ],
        "views": number * 7 % 1000,
    }
    if number % 5 == 0:
        return Review(subject=f"thing {number % 90}", stars=number % 11 / 2, **common)
    return Article(body=f"Text of post {number}. " * 3, words=12 + number % 40, **common)


def load(total):
    with step("create the authors"):
        authors = Author.objects.insert([make_author(number) for number in range(AUTHORS)])
        print(len(authors), authors[0], authors[-1].email)
    with step(f"build and insert {total} posts"):
        for start in range(0, total, 2000):
            batch = [make_post(number, authors) for number in range(start, min(start + 2000, total))]
            Post.objects.insert(batch, load_bulk=False)
        print(Post.objects.count(), Article.objects.count(), Review.objects.count())
    with step("insert and read back 1000 bookmarks"):
        marks = [
            Bookmark(
                id=new_id(3, number), reader=authors[number % 40], post=new_id(2, number * 3), note=f"note {number}"
            )
            for number in range(1000)
        ]
        stored = Bookmark.objects.insert(marks)
        print(len(stored), stored[500].note)
    return authors


def read(total):
    with step("read every post, every field"):
        words = votes = tags = 0
        stars = 0.0
        for post in Post.objects.order_by("id"):
            tags += len(post.tags)
            votes += sum(comment.votes for comment in post.comments)
            if isinstance(post, Article):
                words += post.words + len(post.body)
            else:
                stars += post.stars + len(post.subject)
        print(words, votes, tags, stars)
    with step("read one field of every post"):
        print(sum(post.views for post in Post.objects))
    with step("look up 300 posts by slug"):
        titles = [Post.objects.get(slug=f"post-{number * 31 % total}").title for number in range(300)]
        print(len(titles), titles[0], titles[-1])
    with step("query: tags, ranges, Q, ordering, slices"):
        print(Post.objects(tags="rust", views__gte=500).count())
        print(
            [post.slug for post in Post.objects(Q(tags="music") & Q(tags__ne="food")).order_by("-views", "slug")[5:10]]
        )
        print([post.slug for post in Review.objects(stars__in=[5.0, 4.5]).only("slug").order_by("-published").limit(5)])
        print(Post.objects(comments__nick="reader17").count(), Post.objects(title__icontains="DESIGN").count())
        print(Post.objects(slug__startswith="post-19").scalar("slug").order_by("slug").first())
        print(sorted(Post.objects(author=new_id(1, 3)).distinct("tags")))
        print(Post.objects(comments__size=3).exclude("comments").order_by("slug").first().comments)
    with step("follow references of 500 posts"):
        names = [post.author.name for post in Post.objects.order_by("slug").limit(500).select_related()]
        print(len(names), names[0], sorted(set(names))[-1])


def edit(authors):
    with step("change and save 300 posts"):
        for post in Post.objects.order_by("id").limit(300):
            post.title = post.title.upper()
            post.tags.append("edited")
            if post.comments:
                post.comments[0].votes += 1
            post.extra["history"] = [{"by": "editor", "round": 1}]
            post.save()
        again = Post.objects.get(slug="post-7")
        print(again.title, again.tags, again.comments[0].votes, again.extra)
    with step("add 200 comments"):
        for number in range(200):
            post = Post.objects.get(slug=f"post-{number}")
            post.comments.create(nick="late", text=f"late comment {number}", written=DAY_ONE)
            post.save()
        print(Post.objects(comments__nick="late").count())
    with step("count 300 views"):
        for number in range(300):
            Post.objects(slug=f"post-{number % 50}").update_one(inc__views=1, set__extra__last="view")
        print(Post.objects.get(slug="post-3").views)
        print(Post.objects(slug="post-4").modify(inc__views=10, new=True).views)
    with step("update many at once"):
        print(Post.objects(tags="travel").update(add_to_set__tags="journey", inc__views=2))
        print(Post.objects(comments__votes__gte=9).update(set__comments__S__text="much liked"))
        print(Review.objects(stars__lt=1).update(unset__stars=True))
    with step("save 200 new documents one by one"):
        for number in range(200):
            Setting(name=f"setting {number}", value=number, nested={"deep": [number, {"x": number}]}).save()
        print(Setting.objects(value__gt=150).count(), Setting.objects.get(name="setting 9").nested)
    with step("favourites and counters"):
        for number, author in enumerate(authors):
            author.favourites = [Post.objects.get(id=new_id(2, number * 5 + place)) for place in range(5)]
            author.counters["posts"] = Post.objects(author=author).count()
            author.save()
        one = Author.objects.get(name="Author 010")
        print([post.slug for post in one.favourites], dict(one.counters))


def summarise():
    with step("aggregate"):
        pipeline = [
            {"$unwind": "$tags"},
            {"$group": {"_id": "$tags", "posts": {"$sum": 1}, "views": {"$sum": "$views"}}},
            {"$sort": {"posts": -1, "_id": 1}},
        ]
        for row in Post.objects(views__gt=10).aggregate(pipeline):
            print(row)
        print(Post.objects.sum("views"), round(Review.objects.average("stars"), 6))
        print(sorted(Post.objects.item_frequencies("tags").items()))
    with step("as JSON and back"):
        text = Post.objects.order_by("slug").limit(50).to_json()
        print(len(text), Post.objects.from_json(text)[7].slug)


def complain():
    with step("what must be refused"):
        attempts = {
            "invalid": lambda: Post(title="x" * 200, slug="long", views=-1).save(),
            "missing": lambda: Comment(nick="n").validate(),
            "twice": lambda: Post(title="again", slug="post-1").save(),
            "unknown field": lambda: Post(titel="typo"),
            "unknown query": lambda: Post.objects(titel="typo").count(),
            "none": lambda: Post.objects.get(slug="no such"),
            "many": lambda: Post.objects.get(tags="rust"),
            "owned": lambda: Author.objects.get(name="Author 001").delete(),
        }
        Page(path="/about", owner=new_id(1, 1)).save()
        for name, attempt in attempts.items():
            try:
                attempt()
            except (ValidationError, OperationError, DoesNotExist, MultipleObjectsReturned) as error:
                print(name, type(error).__name__, None if isinstance(error, NotUniqueError) else error)
            except Exception as error:
                print(name, type(error).__name__, error)
            else:
                print(name, "was accepted")


def remove():
    with step("delete with rules"):
        Author.objects.get(name="Author 002").delete()
        print(Post.objects.count(), Bookmark.objects.count(), Bookmark.objects(reader=None).count())
        print(Post.objects(tags="food", views__lt=300).delete())
        print(Post.objects.count(), Bookmark.objects.count())
        print(sum(len(author.favourites) for author in Author.objects.no_dereference()))


def main():
    uri, database = sys.argv[1:3]
    total = int(sys.argv[3]) if len(sys.argv) > 3 else 20_000
    connect(database, host=uri, uuidRepresentation="standard")
    authors = load(total)
    read(total)
    edit(authors)
    summarise()
    complain()
    remove()
    disconnect()
    if os.environ.get("SITE_TIMINGS"):
        with open(os.environ["SITE_TIMINGS"], "w") as file:
            json.dump(TIMINGS, file)


if __name__ == "__main__":
    main()
