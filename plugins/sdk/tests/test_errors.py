from __future__ import annotations

import re

from glasswork_sdk import errors
from glasswork_sdk.errors import GlassworkError, InvalidInput, error_classes


def test_every_class_has_a_reason_of_its_own_and_is_found_by_it() -> None:
    classes = [item for item in vars(errors).values() if isinstance(item, type) and issubclass(item, GlassworkError)]
    assert set(error_classes().values()) >= set(classes)
    assert len({item.reason for item in classes}) == len(classes)


def test_tree_of_the_documentation_is_that_of_the_code() -> None:
    drawn = dict(re.findall(r"[├└]── (\w+) +([A-Z_]{5,})? ", errors.__doc__ or ""))
    found = {item.__name__: item for item in error_classes().values() if item.__module__ == errors.__name__}
    assert set(drawn) == set(found) - {"GlassworkError"}
    assert {name for name, item in found.items() if issubclass(item, InvalidInput)} >= {
        "InvalidGraph",
        "InvalidDataset",
    }
    assert all(found[name].code == code for name, code in drawn.items() if code)
