"""The addresses of the suppliers app, by who they are for."""

from django.urls import path

from suppliers.views import certificates, reviews
from suppliers.views import open as open_views
from suppliers.views import portal as portal_views
from suppliers.views import staff as staff_views

staff = [
    path("suppliers/", staff_views.supplier_list, name="supplier-list"),
    path("suppliers/invite/", staff_views.supplier_invite, name="supplier-invite"),
    path("suppliers/bulk/", staff_views.supplier_bulk, name="supplier-bulk"),
    path("suppliers/<int:pk>/", staff_views.supplier_detail, name="supplier-detail"),
    path("suppliers/<int:pk>/edit/", staff_views.supplier_edit, name="supplier-edit"),
    path("suppliers/<int:pk>/remind/", staff_views.supplier_remind, name="supplier-remind"),
    path("suppliers/<int:pk>/step/<slug:step>/", staff_views.supplier_step, name="supplier-step"),
    path("suppliers/<int:pk>/sites/", staff_views.supplier_sites, name="supplier-sites"),
    path("suppliers/<int:pk>/sites/add/", staff_views.site_edit, name="site-add"),
    path("suppliers/<int:pk>/sites/<int:site_pk>/", staff_views.site_edit, name="site-edit"),
    path("suppliers/<int:pk>/people/", staff_views.supplier_people, name="supplier-people"),
    path("suppliers/<int:pk>/risk/", staff_views.supplier_risk, name="supplier-risk"),
    path("suppliers/<int:pk>/history/", staff_views.supplier_history, name="supplier-history"),
    path("suppliers/<int:pk>/certificates/add/", certificates.certificate_add, name="certificate-add"),
    path("suppliers/<int:pk>/csr-reviews/open/", reviews.review_open, name="review-open"),
    path("suppliers/<int:pk>/waivers/ask/", reviews.waiver_ask, name="waiver-ask"),
    path("contacts/<int:pk>/end/", staff_views.contact_end, name="contact-end"),
    path("join-requests/<int:pk>/<slug:answer>/", staff_views.join_decide, name="join-decide"),
    path("invitations/<int:pk>/", staff_views.invitation_detail, name="invitation-detail"),
    path("invitations/<int:pk>/resend/", staff_views.invitation_resend, name="invitation-resend"),
    path("invitations/<int:pk>/revoke/", staff_views.invitation_revoke, name="invitation-revoke"),
    path("certificates/", certificates.certificate_list, name="certificate-list"),
    path("certificates/<int:pk>/", certificates.certificate_detail, name="certificate-detail"),
    path("certificates/<int:pk>/file/", certificates.certificate_file, name="certificate-file"),
    path("certificates/<int:pk>/verify/", certificates.certificate_verify, name="certificate-verify"),
    path("certificates/<int:pk>/reject/", certificates.certificate_reject, name="certificate-reject"),
    path("certificates/<int:pk>/withdraw/", certificates.certificate_withdraw, name="certificate-withdraw"),
    path("csr-reviews/", reviews.review_list, name="review-list"),
    path("csr-reviews/<int:pk>/", reviews.review_detail, name="review-detail"),
    path("csr-reviews/<int:pk>/prepare/", reviews.review_prepare, name="review-prepare"),
    path("csr-reviews/<int:pk>/send-back/", reviews.review_back, name="review-back"),
    path("csr-reviews/<int:pk>/decide/", reviews.review_decide, name="review-decide"),
    path("csr-reviews/<int:pk>/withdraw/", reviews.review_withdraw, name="review-withdraw"),
    path("csr-reviews/<int:pk>/conditions-met/", reviews.conditions_met, name="review-conditions-met"),
    path("csr-reviews/<int:pk>/record/", reviews.record_request, name="review-record"),
    path("csr-reviews/records/<int:pk>/", reviews.record_status, name="review-record-status"),
    path("csr-reviews/records/<int:pk>/file/", reviews.record_file, name="review-record-file"),
    path("waivers/<int:pk>/", reviews.waiver_detail, name="waiver-detail"),
    path("waivers/<int:pk>/<slug:answer>/", reviews.waiver_decide, name="waiver-decide"),
]
portal = [
    path("status/", portal_views.status, name="status"),
    path("company/", portal_views.company, name="company"),
    path("company/edit/", portal_views.company_edit, name="company-edit"),
    path("company/choose/", portal_views.choose_company, name="choose-company"),
    path("sites/add/", portal_views.site_edit, name="site-add"),
    path("sites/<int:pk>/", portal_views.site_edit, name="site-edit"),
    path("people/", portal_views.people_page, name="people"),
    path("people/invite/", portal_views.people_invite, name="people-invite"),
    path("people/invitations/<int:pk>/", portal_views.people_invited, name="people-invited"),
    path("people/invitations/<int:pk>/revoke/", portal_views.invitation_revoke, name="invitation-revoke"),
    path("people/hand-over/", portal_views.hand_over, name="hand-over"),
    path("people/<int:pk>/role/", portal_views.contact_role, name="contact-role"),
    path("people/<int:pk>/end/", portal_views.contact_end, name="contact-end"),
    path("people/requests/<int:pk>/approve/", portal_views.join_approve, name="join-approve"),
    path("people/requests/<int:pk>/decline/", portal_views.join_decline, name="join-decline"),
    path("certificates/", portal_views.certificate_list, name="certificate-list"),
    path("certificates/add/", portal_views.certificate_add, name="certificate-add"),
    path("certificates/<int:pk>/file/", portal_views.certificate_file, name="certificate-file"),
    path("certificates/<int:pk>/withdraw/", portal_views.certificate_withdraw, name="certificate-withdraw"),
    path("documents/", portal_views.documents, name="documents"),
    path("documents/<int:pk>/", portal_views.evidence_file, name="evidence-file"),
]
open_ = [
    path("invitation/<str:token>/", open_views.invitation, name="invitation"),
]
