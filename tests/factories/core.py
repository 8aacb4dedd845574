import factory
from django.contrib.auth.models import Group

from csr_portal.core.models import Organisation, StoredFile, User


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
