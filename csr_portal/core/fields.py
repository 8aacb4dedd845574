"""Kinds of values that Django lacks."""

from typing import Any

from django import forms
from django.db import models


class WebAddressField(models.URLField):
    """An address on the web; one that is typed without `https://` gets it. To migrations it is Django's own field."""

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"assume_scheme": "https"} | kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.URLField", list(args), kwargs
