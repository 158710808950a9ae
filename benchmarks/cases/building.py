"""What a query costs before it is sent: Q objects, querysets, clones, updates."""

from typing import Any

from benchmarks.case import Case
from benchmarks.cases.common import as_result, group


def _chained(library: Any, _: Any) -> Any:
    return library.models.order.objects(active=True).filter(number__gt=5).order_by("-number").only("number").limit(10)


def _query(library: Any, queryset: Any) -> Any:
    return queryset._query, queryset._ordering, queryset._limit, queryset._loaded_fields.as_dict()


def _q_objects(library: Any, _: Any) -> Any:
    Q = library.package.Q
    condition = (Q(number__gte=5) & Q(number__lt=50)) | (Q(address__city="Oslo") & Q(tags__nin=["new", "gift"]))
    return condition.to_query(library.models.order)


def _transform(library: Any, _: Any) -> Any:
    return library.models.order.objects(
        number__gte=5, customer__startswith="c", tags__in=["new"], address__city__ne="Oslo"
    )._query


CASES = group(
    "Queries, before they are sent",
    Case("q_objects", "four Q objects combined and compiled", _q_objects, result=as_result, loops=100),
    Case("queryset_build", "a queryset of five chained calls", _chained, result=_query, loops=100),
    Case("queryset_filter", "a queryset with four conditions, compiled", _transform, result=as_result, loops=100),
    Case(
        "queryset_clone", "clone a queryset", lambda library, queryset: queryset.clone(),
        prepare=lambda library: _chained(library, None), result=_query, loops=200,
    ),
)  # fmt: skip
