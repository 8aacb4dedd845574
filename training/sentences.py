"""How the history of training reads."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "session.session.planned": (_("Session planned"), "neutral", "calendar-plus"),
    "session.session.changed": (_("Session changed"), "neutral", "pencil"),
    "session.session.open": (_("Opened for enrolment"), "info", "door-open"),
    "session.session.hold": (_("Session was held"), "info", "users-round"),
    "session.session.close": (_("Session closed, results decided"), "ok", "circle-check"),
    "session.session.cancel": (_("Session cancelled"), "warn", "ban"),
    "supplier.training.invited": (_("Invited to training session %(session)s"), "info", "send"),
    "enrolment.enrolment.enrolled": (_("Person enrolled for session %(session)s"), "neutral", "user-round-plus"),
    "enrolment.enrolment.recorded": (_("Attendance and test recorded"), "info", "clipboard-list"),
    "enrolment.enrolment.attend": (_("Attended"), "info", "user-round-check"),
    "enrolment.enrolment.absent": (_("Absent"), "neutral", "user-round-x"),
    "enrolment.enrolment.withdraw": (_("Taken off the list"), "neutral", "user-round-minus"),
    "enrolment.enrolment.pass": (_("Training passed"), "ok", "graduation-cap"),
    "enrolment.enrolment.fail": (_("Training not passed"), "bad", "circle-x"),
    "trainingcertificate.certificate.issued": (_("Training certificate %(number)s issued"), "ok", "badge-check"),
    "trainingcertificate.certificate.revoked": (_("Training certificate %(number)s revoked"), "bad", "ban"),
    "auditorqualification.qualification.recorded": (_("Auditor certificate %(certificate)s recorded"), "ok", "id-card"),
    "auditorqualification.qualification.standing": (
        _("Standing of the auditor certificate %(certificate)s changed"),
        "warn",
        "id-card",
    ),
    "auditortie.tie.recorded": (_("Tie to supplier %(supplier)s recorded"), "special", "link"),
}
