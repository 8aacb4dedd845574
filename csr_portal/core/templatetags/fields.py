"""Form fields and what is wrong with them."""

from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Select
from django.template.context import Context
from django.utils.safestring import SafeString

from csr_portal.core.templatetags.components import component

register = template.Library()


@register.simple_tag(takes_context=True)
def field(
    context: Context, bound: BoundField, hint: Any = "", label: Any = "", optional: bool | None = None
) -> SafeString:
    """A form field: label, hint, error above the control, control. `(optional)` marks what may stay empty."""
    return component(
        context,
        "field",
        field=bound,
        hint=hint or bound.help_text,
        label=label or bound.label,
        is_optional=not bound.field.required if optional is None else optional,
    )


@register.simple_tag
def control(bound: BoundField, hint: Any = "") -> SafeString:
    """The control of a field with the look of its kind; hint and error are read out with it."""
    kind = _kind(bound)
    css = {"check": "form-check-input", "select": "form-select"}.get(kind, "form-control")
    if bound.errors:
        css += " is-invalid"
    own = bound.field.widget.attrs.get("class", "")
    attrs: dict[str, str | bool] = {"class": f"{css} {own}".strip()}
    if str(bound.field.widget.attrs.get("rows", "")) == "10":  # Django's own default is too high for one thought
        attrs["rows"] = "3"
    if hint and bound.auto_id:
        read_out = [f"{bound.auto_id}_helptext"] + ([f"{bound.auto_id}_error"] if bound.errors else [])
        attrs["aria-describedby"] = " ".join(read_out)
    return bound.as_widget(attrs=attrs)


@register.simple_tag
def choice_input(option: Any) -> SafeString:
    """One radio button or check box of a field with several."""
    option.data["attrs"]["class"] = "form-check-input"
    return option.tag()


@register.filter
def field_kind(bound: BoundField) -> str:
    return _kind(bound)


def _kind(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, FileInput):
        return "file"
    return "select" if isinstance(widget, Select) else "text"


@register.simple_tag(takes_context=True)
def error_summary(context: Context, form: Any) -> SafeString:
    """After a refused form: everything that is wrong, each a link to its field; takes the focus."""
    return component(context, "error_summary", form=form)
