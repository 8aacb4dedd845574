"""How forms are rendered: every field through components/field.html."""

from django.forms.renderers import TemplatesSetting


class PortalFormRenderer(TemplatesSetting):
    """`{{ form.x.as_field_group }}` and `{{ form }}` look as `{% field form.x %}`."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
