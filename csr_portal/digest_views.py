"""What the next morning's mails will say, before they go out."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from csr_portal import digest
from csr_portal.core.access import staff_page
from csr_portal.core.roles import Role

PEOPLE_SHOWN = 20
LINES_SHOWN = 10


@staff_page(Role.ADMINISTRATOR, Role.CSR_MANAGER)
def digest_preview(request: HttpRequest) -> HttpResponse:
    """Person by person, in the reader's language; the mail itself is in its recipient's."""
    page = Paginator(digest.people().order_by("name", "pk"), PEOPLE_SHOWN).get_page(request.GET.get("page"))
    now = timezone.now()
    contents = [digest.content_of(person, digest.next_morning(person, now)) for person in page]
    mails = [content for content in contents if content.stages]
    context = {
        "page": page,
        "mails": [(content, content.parts[:LINES_SHOWN], len(content.parts) - LINES_SHOWN) for content in mails],
        "others": [content.person for content in contents if not content.stages],
    }
    return render(request, "staff/digest.html", context)
