import factory
from django.contrib.auth.models import Group

from csr_portal.core.models import Organisation, StoredFile, User
from csr_portal.core.webhooks import signing
from csr_portal.core.webhooks.models import Webhook, WebhookDelivery


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    name = factory.Sequence(lambda n: f"Person {n}")
    is_active = True

    @factory.post_generation
    def roles(self, create, extracted, **kwargs):
        for role in extracted or ():
            self.groups.add(Group.objects.get_or_create(name=role)[0])


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation

    name = "Nordhaven Group"
    name_latin = "Nordhaven Group"
    country = "DE"


class StoredFileFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StoredFile

    original_name = "消防演练记录（2026年11月）.pdf"
    media_type = "application/pdf"
    size = 4
    sha256 = "0" * 64
    file = factory.django.FileField(filename="file.pdf", data=b"%PDF")


class WebhookFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Webhook

    name = factory.Sequence(lambda n: f"ERP {n}")
    address = "https://erp.example.com/hooks"
    events = factory.LazyFunction(lambda: ["supplier.status_changed", "agreement.in_force"])
    owner = factory.SubFactory(UserFactory, roles=["csr_manager"])
    secret = factory.LazyFunction(lambda: signing.encrypted("whs_first"))


class DeliveryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WebhookDelivery

    webhook = factory.SubFactory(WebhookFactory)
    event = "supplier.status_changed"
    subject = "S-10417"
    body = '{"version":1}'
