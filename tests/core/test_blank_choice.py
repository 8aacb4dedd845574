from django import forms


class Sample(forms.Form):
    place = forms.ChoiceField(choices=[("", "---------"), ("a", "A")])


def test_blank_choice_is_a_dash_as_everywhere_else():
    html = str(Sample()["place"])
    assert [">–</option>" in html, "---------" in html, ">A</option>" in html] == [True, False, True]
