import io

import factory
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from agreements import defaults
from agreements.models import (
    Acknowledgement,
    Agreement,
    Campaign,
    CheckQuestion,
    ChopFile,
    ChopPage,
    ChopPaper,
    Clause,
    Document,
    OwnCode,
    OwnCodeClause,
    Version,
)
from agreements.states import AcknowledgementStatus, AgreementStatus, CampaignStatus, DocumentKind, VersionStatus
from csr_portal.core.models import StoredFile
from csr_portal.core.pdf_pages import pdf_of_pictures
from csr_portal.core.seal import sha256
from tests.factories.suppliers import SupplierFactory


def texts(en, zh, ja):
    return {"en": en, "zh-hans": zh, "ja": ja}


class DocumentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Document

    code = factory.Sequence(lambda n: f"text-{n}")
    kind = DocumentKind.CSR_AGREEMENT
    title = texts("Commitment", "社会责任承诺书", "誓約書")


class VersionFactory(factory.django.DjangoModelFactory):
    """A published version with two clauses; `status="draft"` for one that can be changed."""

    class Meta:
        model = Version
        skip_postgeneration_save = True

    document = factory.SubFactory(DocumentFactory)
    number = factory.Sequence(lambda n: f"2026.{n}")
    intro = texts("We promise.", "我们承诺。", "誓約します。")
    status = VersionStatus.PUBLISHED

    @factory.post_generation
    def clauses(self, create, extracted, **kwargs):
        for position, key in enumerate(extracted or ["child_labour", "forced_labour"], 1):
            ClauseFactory(version=self, position=position, key=key)

    @factory.post_generation
    def questions(self, create, extracted, **kwargs):
        if self.document.kind == DocumentKind.GUIDELINE:
            clause = self.clauses.first()
            CheckQuestion.objects.bulk_create(
                CheckQuestion(
                    version=self, position=n, clause=clause, text=texts("Why?", "为什么？", "なぜ？"),
                    choices=[texts("A", "甲", "あ"), texts("B", "乙", "い")], right=1,
                )
                for n in (1, 2, 3)
            )  # fmt: skip


class ClauseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Clause

    title = texts("Child labour", "童工", "児童労働")
    text = texts("No children work here.", "不使用童工。", "児童を働かせません。")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        """Past the freeze, so that published versions can have clauses."""
        clause = model_class(*args, **kwargs)
        model_class.objects.bulk_create([clause])
        return clause


class CampaignFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Campaign

    version = factory.SubFactory(VersionFactory)
    name = "Commitment 2026"
    status = CampaignStatus.RUNNING


class AgreementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Agreement

    supplier = factory.SubFactory(SupplierFactory)
    version = factory.SubFactory(VersionFactory)
    document = factory.SelfAttribute("version.document")
    number = factory.Sequence(lambda n: f"A-2019-{n:05d}")
    language = "zh-hans"
    status = AgreementStatus.ISSUED
    turn = "supplier"


class OwnCodeFactory(factory.django.DjangoModelFactory):
    """A supplier's own code that covers every clause of the agreement's text."""

    class Meta:
        model = OwnCode
        skip_postgeneration_save = True

    agreement = factory.SubFactory(AgreementFactory)
    file = factory.LazyFunction(
        lambda: StoredFile.objects.create(
            original_name="code.pdf", media_type="application/pdf", size=1, sha256="0" * 64, file="code.pdf"
        )
    )
    offered_by = "刘敏"

    @factory.post_generation
    def clauses(self, create, extracted, **kwargs):
        for clause in self.agreement.version.clauses.all():
            OwnCodeClause.objects.create(own_code=self, clause=clause, cover=extracted or "covered", place="3")


def picture():
    """An empty page as JPEG."""
    output = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(output, "JPEG")
    return output.getvalue()


def stored(data, name, media_type):
    path = default_storage.save(f"tests/{name}", ContentFile(data))
    return StoredFile.objects.create(
        original_name=name, media_type=media_type, size=len(data), sha256=sha256(data), file=path
    )


class ChopPaperFactory(factory.django.DjangoModelFactory):
    """One photo of an agreement whose text is one empty page."""

    class Meta:
        model = ChopPaper

    agreement = factory.SubFactory(
        AgreementFactory, status=AgreementStatus.CHOP_PENDING, turn="buyer", presented_sha256="0" * 64,
        presented_file=factory.LazyFunction(lambda: stored(pdf_of_pictures([picture()]), "text.pdf", "").file.name),
    )  # fmt: skip
    page_count = 1


class ChopPageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ChopPage

    paper = factory.SubFactory(ChopPaperFactory)
    source = factory.LazyAttribute(
        lambda page: ChopFile.objects.create(
            paper=page.paper, position=1, file=stored(picture(), "photo.jpg", "image/jpeg")
        )
    )
    position = 1
    picture = factory.LazyFunction(lambda: stored(picture(), "page.jpg", "image/jpeg").file.name)


class AcknowledgementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Acknowledgement

    supplier = factory.SubFactory(SupplierFactory)
    version = factory.SubFactory(VersionFactory, document__kind=DocumentKind.GUIDELINE)
    document = factory.SelfAttribute("version.document")
    status = AcknowledgementStatus.ISSUED
    turn = "supplier"


def load_texts():
    """The shipped texts; returns (CSR agreement, guideline) versions."""
    defaults.load(None)
    return tuple(Version.objects.get(document__kind=k) for k in (DocumentKind.CSR_AGREEMENT, DocumentKind.GUIDELINE))
