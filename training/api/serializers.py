"""Training as JSON. Fields are named one by one."""

from rest_framework import serializers

from training.models import AuditorQualification, Enrolment, Session, TrainingCertificate


class SessionSerializer(serializers.ModelSerializer):
    course = serializers.CharField(source="course.code")
    year = serializers.IntegerField(source="programme.year")
    places_taken = serializers.IntegerField()

    class Meta:
        model = Session
        fields = [
            "id",
            "number",
            "course",
            "year",
            "starts_at",
            "ends_at",
            "enrol_until",
            "place",
            "is_online",
            "language",
            "trainer",
            "trainer_latin",
            "capacity",
            "places_taken",
            "has_test",
            "status",
            "status_since",
        ]


class EnrolmentSerializer(serializers.ModelSerializer):
    session = serializers.CharField(source="session.number")
    supplier = serializers.CharField(source="supplier.number", default=None)

    class Meta:
        model = Enrolment
        fields = [
            "id",
            "session",
            "supplier",
            "name",
            "name_latin",
            "job_title",
            "attended_hours",
            "score",
            "status",
            "status_since",
        ]


class NewEnrolmentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Enrolment
        fields = ["name", "name_latin", "job_title", "email"]


class TrainingCertificateSerializer(serializers.ModelSerializer):
    supplier = serializers.CharField(source="enrolment.supplier.number", default=None)
    name = serializers.CharField(source="enrolment.name")
    name_latin = serializers.CharField(source="enrolment.name_latin")

    class Meta:
        model = TrainingCertificate
        fields = [
            "id",
            "number",
            "code",
            "supplier",
            "name",
            "name_latin",
            "trained_on",
            "issued_on",
            "valid_until",
            "state",
            "revoked_at",
            "revoked_reason",
        ]


class AuditorQualificationSerializer(serializers.ModelSerializer):
    person = serializers.CharField(source="user.name")

    class Meta:
        model = AuditorQualification
        fields = [
            "id",
            "person",
            "scheme",
            "level",
            "number",
            "issuer",
            "issued_on",
            "expires_on",
            "witnessed_audits",
            "standing",
            "state",
        ]
