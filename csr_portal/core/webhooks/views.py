"""Webhooks on the staff side: the list, one with its log of deliveries, one delivery with its attempts."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_POST

from csr_portal.core import badges, lists
from csr_portal.core.access import PersonRequest, staff_page
from csr_portal.core.models import HistoryEntry
from csr_portal.core.states import DeliveryStatus
from csr_portal.core.webhooks import delivery as deliveries
from csr_portal.core.webhooks import subscriptions
from csr_portal.core.webhooks.forms import WebhookForm
from csr_portal.core.webhooks.models import Webhook, WebhookDelivery
from csr_portal.core.workflow import WorkflowError

SECRET = "webhook secret to show"  # noqa: S105  (the name of a session key)
WEBHOOKS = lists.Listing(
    columns=[
        lists.Column("name", pgettext_lazy("not of a person", "Name"), order="name"),
        lists.Column("address", gettext_lazy("Address"), order="address"),
        lists.Column("state", gettext_lazy("Status"), value=lambda row: badges.badge("webhook", row.state).label),
        lists.Column("owner", gettext_lazy("Owner")),
    ],
    search=lambda words: Q(name__icontains=words) | Q(address__icontains=words),
    default_order="name",
    file_name="webhooks",
)
DELIVERIES = lists.Listing(
    columns=[
        lists.Column("event", gettext_lazy("Event"), order="event"),
        lists.Column("subject", gettext_lazy("About"), order="subject"),
        lists.Column("status", gettext_lazy("Status"), order="status", value=lambda row: row.get_status_display()),
        lists.Column("attempts", gettext_lazy("Attempts"), is_number=True),
        lists.Column("created", gettext_lazy("When"), order="created_at", value="created_at"),
        lists.Column("next", gettext_lazy("Next try"), order="next_try_at", value="next_try_at"),
    ],
    filters=[
        lists.Filter("status", gettext_lazy("Status"), DeliveryStatus.choices),
        lists.Filter("event", gettext_lazy("Event"), lambda request: list(deliveries.events().items())),
    ],
    search=lambda words: Q(subject__icontains=words) | Q(event__icontains=words),
    default_order="-created_at",
    file_name="deliveries",
)
webhook_page = staff_page(*subscriptions.ROLES)


@webhook_page
def webhook_list(request: HttpRequest) -> HttpResponseBase:
    rows = Webhook.objects.select_related("owner")
    if request.GET.get("export"):
        return lists.export_response(request, rows, WEBHOOKS)
    return render(request, "staff/webhooks/list.html", {"page": lists.page_of(request, rows, WEBHOOKS)})


@webhook_page
def webhook_add(request: PersonRequest) -> HttpResponse:
    return _edit(request, Webhook(), _("Add webhook"))


@webhook_page
def webhook_edit(request: PersonRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(Webhook, pk=pk), _("Change webhook"))


def _edit(request: PersonRequest, webhook: Webhook, title: str) -> HttpResponse:
    form = WebhookForm(request.POST or None, instance=webhook)
    if request.method == "POST" and form.is_valid():
        if secret := subscriptions.save(form.instance, by=request.user):
            request.session[SECRET] = [form.instance.pk, secret]
        messages.success(request, _("Saved."))
        return redirect("staff:webhook-detail", form.instance.pk)
    context = {"form": form, "title": title, "webhook": webhook if webhook.pk else None}
    return render(request, "staff/webhooks/form.html", context, status=422 if form.errors else 200)


@webhook_page
def webhook_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One webhook and what it was sent. A new secret is shown on the first look after it was made, then never again."""
    webhook = get_object_or_404(Webhook.objects.select_related("owner"), pk=pk)
    rows = WebhookDelivery.objects.filter(webhook=webhook)
    if request.GET.get("export"):
        return lists.export_response(request, rows, DELIVERIES)
    shown = request.session.pop(SECRET) if request.session.get(SECRET, [0])[0] == webhook.pk else [0, ""]
    names = deliveries.events()
    context = {
        "webhook": webhook,
        "secret": shown[1],
        "events": [names.get(name, name) for name in webhook.events],
        "overlaps": len(deliveries.valid_secrets(webhook)) > 1,
        "page": lists.page_of(request, rows, DELIVERIES),
        "entries": HistoryEntry.objects.about(webhook).select_related("by")[:10],
    }
    return render(request, "staff/webhooks/detail.html", context)


@webhook_page
@require_POST
def webhook_secret(request: PersonRequest, pk: int) -> HttpResponse:
    webhook = get_object_or_404(Webhook, pk=pk)
    request.session[SECRET] = [webhook.pk, subscriptions.rotate(webhook, by=request.user)]
    return redirect("staff:webhook-detail", pk)


@webhook_page
@require_POST
def webhook_test(request: HttpRequest, pk: int) -> HttpResponse:
    row = deliveries.send_test(get_object_or_404(Webhook, pk=pk))
    messages.success(request, _("A test event is on its way."))
    return redirect("staff:webhook-delivery", row.pk)


@webhook_page
@require_POST
def webhook_pause(request: PersonRequest, pk: int) -> HttpResponse:
    subscriptions.pause(get_object_or_404(Webhook, pk=pk), by=request.user)
    messages.success(request, _("Paused. Until it is resumed nothing is collected and nothing is sent."))
    return redirect("staff:webhook-detail", pk)


@webhook_page
@require_POST
def webhook_resume(request: PersonRequest, pk: int) -> HttpResponse:
    number = subscriptions.resume(get_object_or_404(Webhook, pk=pk), by=request.user)
    text = ngettext("Resumed. %(number)s event goes out now.", "Resumed. %(number)s events go out now.", number)
    messages.success(request, text % {"number": number})
    return redirect("staff:webhook-detail", pk)


@webhook_page
def webhook_delivery(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(WebhookDelivery.objects.select_related("webhook"), pk=pk)
    context = {"delivery": row, "webhook": row.webhook, "log": row.log.all(), "limit": len(deliveries.PAUSES) + 1}
    return render(request, "staff/webhooks/delivery.html", context)


@webhook_page
@require_POST
def webhook_again(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        deliveries.send_again(get_object_or_404(WebhookDelivery, pk=pk))
    except WorkflowError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("It is sent again now."))
    return redirect("staff:webhook-delivery", pk)
