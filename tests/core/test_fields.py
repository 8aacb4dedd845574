from csr_portal.core.fields import WebAddressField


def test_web_address_typed_without_a_scheme_gets_https():
    field = WebAddressField().formfield()
    assert [field.clean(text) for text in ("acme.example", "http://acme.example/x")] == [
        "https://acme.example",
        "http://acme.example/x",
    ]


def test_web_address_is_djangos_own_field_in_migrations():
    _name, path, _args, kwargs = WebAddressField(blank=True, max_length=400).deconstruct()
    assert (path, kwargs) == ("django.db.models.URLField", {"blank": True, "max_length": 400})
