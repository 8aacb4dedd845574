# What tests and checks need, sourced by bin/test and bin/check after bin/setup.sh.

debian_packages libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-dejavu-core gettext \
    chromium poppler-utils qpdf softhsm2
install_requirements requirements-dev.txt

# Fonts and catalogues are made once and kept; DATA_DIR is left to tests/settings.py, which takes a scratch folder.
unset DATA_DIR
quietly() {
    .venv/bin/python manage.py "$@" --settings tests.settings >/dev/null
}
say "Building the fonts and the catalogues where they changed"
quietly build_assets
quietly compilemessages --ignore .venv
