"""Running numbers of a year."""

from django.db.models.functions import Length

from training.models import Session, TrainingCertificate


def next_number(model: type[Session] | type[TrainingCertificate], prefix: str, digits: int) -> str:
    """The next free number of the year. The caller holds the programme's row, so that no number is given twice."""
    numbers = model._default_manager.filter(number__startswith=prefix).order_by(Length("number").desc(), "-number")
    newest = numbers.values_list("number", flat=True).first()
    return f"{prefix}{int(newest.removeprefix(prefix)) + 1 if newest else 1:0{digits}d}"
