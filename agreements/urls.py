"""The addresses of the agreements app, by who they are for."""

from django.urls import path

from agreements.views import coverage as c
from agreements.views import decisions as d
from agreements.views import delegations as g
from agreements.views import documents as v
from agreements.views import issuing as i
from agreements.views import open as o
from agreements.views import portal as p
from agreements.views import staff as s
from agreements.views import texts as t

STEPS = ("recall", "terminate", "give_notice", "withdraw_notice", "confirm_chop", "refuse_chop")
CAMPAIGN_STEPS = ("begin", "pause", "resume", "recall")
DECISIONS = ("accept_reservation", "refuse_reservation", "accept_own_code", "refuse_own_code")

staff = [
    path("agreements/", s.agreement_list, name="agreement-list"),
    path("agreements/issue/", i.agreement_issue, name="agreement-issue"),
    path("documents/campaigns/<int:pk>/", i.campaign_detail, name="campaign-detail"),
    path("documents/campaigns/<int:pk>/progress/", i.campaign_progress, name="campaign-progress"),
    *(
        path(f"documents/campaigns/<int:pk>/{step}/", i.campaign_step, {"step": step}, name=f"campaign-{step}")
        for step in CAMPAIGN_STEPS
    ),
    path("documents/campaigns/<int:pk>/remind/", i.campaign_remind, name="campaign-remind"),
    path("agreements/<int:pk>/", s.agreement_detail, name="agreement-detail"),
    path("agreements/<int:pk>/files/<slug:kind>/", s.agreement_download, name="agreement-file"),
    path("agreements/<int:pk>/remind/", s.agreement_remind, name="agreement-remind"),
    *(
        path(
            f"agreements/<int:pk>/{step.replace('_', '-')}/",
            s.agreement_step,
            {"step": step},
            name=f"agreement-{step.replace('_', '-')}",
        )
        for step in STEPS
    ),
    *(
        path(
            f"agreements/<int:pk>/{step.replace('_', '-')}/",
            d.agreement_decision,
            {"step": step},
            name=f"agreement-{step.replace('_', '-')}",
        )
        for step in DECISIONS
    ),
    path("agreements/<int:pk>/own-code/", d.agreement_own_code, name="agreement-own-code"),
    path("agreements/<int:pk>/paper/", d.agreement_paper, name="agreement-paper"),
    path("agreements/<int:pk>/paper/progress/", d.agreement_paper_progress, name="agreement-paper-progress"),
    path("agreements/<int:pk>/paper/pages/<int:page>/", d.agreement_paper_page, name="agreement-paper-page"),
    path("agreements/<int:pk>/text/pages/<int:number>/", d.agreement_text_page, name="agreement-text-page"),
    path("agreements/<int:pk>/frame-contract/", d.agreement_frame_contract, name="agreement-frame-contract"),
    path("agreements/<int:pk>/countersign/", d.agreement_countersign, name="agreement-countersign"),
    path("delegations/", g.delegation_list, name="delegation-list"),
    path("delegations/<int:pk>/revoke/", g.delegation_revoke, name="delegation-revoke"),
    path("documents/<int:pk>/", v.document_detail, name="document-detail"),
    path("documents/<int:pk>/signers/", d.document_signers, name="document-signers"),
    path("agreements/coverage/", c.coverage_page, name="agreement-coverage"),
    path("agreements/coverage/remind/", c.coverage_remind, name="agreement-coverage-remind"),
    path("guideline/", s.guideline_list, name="guideline-list"),
    path("documents/", v.document_list, name="document-list"),
    path("documents/versions/<int:pk>/", v.version_detail, name="version-detail"),
    path("documents/new/", t.document_create, name="document-create"),
    path("documents/<int:pk>/draft/", t.draft_create, name="draft-create"),
    path("documents/versions/<int:pk>/edit/", t.version_edit, name="version-edit"),
    path("documents/versions/<int:pk>/compare/", t.version_compare, name="version-compare"),
    path("documents/versions/<int:pk>/clauses/new/", t.clause_add, name="clause-add"),
    path("documents/versions/<int:pk>/questions/new/", t.question_add, name="question-add"),
    path("documents/clauses/<int:pk>/", t.clause_edit, name="clause-edit"),
    path("documents/clauses/<int:pk>/move/", t.clause_move, name="clause-move"),
    path("documents/clauses/<int:pk>/delete/", t.clause_delete, name="clause-delete"),
    path("documents/questions/<int:pk>/", t.question_edit, name="question-edit"),
    path("documents/questions/<int:pk>/delete/", t.question_delete, name="question-delete"),
    path("documents/versions/<int:pk>/publish/", v.version_publish, name="version-publish"),
    path("documents/versions/<int:pk>/pdf/<slug:language>/", v.version_pdf, name="version-pdf"),
]
portal = [
    path("agreements/", p.agreement_list, name="agreement-list"),
    path("agreements/<int:pk>/", p.agreement_detail, name="agreement-detail"),
    path("agreements/<int:pk>/share/", p.agreement_share, name="agreement-share"),
    path("agreements/<int:pk>/chop/", p.agreement_chop, name="agreement-chop"),
    path("agreements/<int:pk>/decline/", p.agreement_decline, name="agreement-decline"),
    path("agreements/<int:pk>/own-code/", p.agreement_own_code, name="agreement-own-code"),
    path("agreements/<int:pk>/files/<slug:kind>/", p.agreement_download, name="agreement-file"),
    path("guideline/<int:pk>/", p.guideline_detail, name="guideline-detail"),
]
open_ = [
    path("sign/<str:token>/", o.sign, name="sign"),
    path("sign/<str:token>/code/", o.sign_code, name="sign-code"),
    path("sign/<str:token>/new-link/", o.sign_new_link, name="sign-new-link"),
    path("sign/<str:token>/who/", o.sign_who, name="sign-who"),
    path("sign/<str:token>/read/", o.sign_read, name="sign-read"),
    path("sign/<str:token>/sign/", o.sign_sign, name="sign-sign"),
    path("sign/<str:token>/decline/", o.sign_decline, name="sign-decline"),
    path("sign/<str:token>/own-code/", o.sign_own_code, name="sign-own-code"),
    path("sign/<str:token>/done/", o.sign_done, name="sign-done"),
    path("sign/<str:token>/files/<slug:kind>/", o.sign_download, name="sign-file"),
    path("verify/agreement/<str:code>/", o.agreement_verify, name="agreement-verify"),
]
