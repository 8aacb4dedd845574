"""The mechanics under every app: people, history, workflow, jobs, files, reports, seals. No business word."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "csr_portal.core"
    label = "core"
    verbose_name = "Core"

    def ready(self) -> None:
        from csr_portal.core import checks  # noqa: F401, PLC0415  (registers the start-up checks)
