"""What the step buttons of reviews and findings share: take the step, or say in place all that is missing."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest
from django.urls import reverse

from csr_portal.core.workflow import Offer, WorkflowError


def taken(request: HttpRequest, step: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
    """Take the step; where it is not possible now, tell the reader everything that is missing."""
    try:
        step(*args, by=request.user, **kwargs)
    except WorkflowError as error:
        messages.error(request, " ".join([str(error.message), *(str(b.text) for b in error.blockers)]))
        return False
    return True


def tell_errors(request: HttpRequest, form: BaseForm) -> None:
    """A small form that has no page of its own says what is wrong as a message."""
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(request, " ".join([str(label or ""), *(str(error) for error in errors)]).strip())


def buttons(
    offers: Iterable[Offer], looks: Mapping[str, Mapping[str, Any]], url_name: str, pk: int
) -> list[dict[str, Any]]:
    """The offers that need no words of their own, as components/step_buttons.html draws them."""
    return [
        {**looks[offer.name], "url": reverse(url_name, args=[pk, offer.name]), "blockers": offer.blockers}
        for offer in offers
        if offer.name in looks
    ]
