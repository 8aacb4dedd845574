"""The demo company: invented, deterministic, and made by the same workflow functions that people use."""

PASSWORD = "demo-portal-2026"  # noqa: S105  (printed by `make demo`; an installation for real has no demo)
LOGINS = [
    ("buyer@demo.example", "Buyer"),
    ("csr@demo.example", "CSR manager"),
    ("csr2@demo.example", "CSR manager, second person"),
    ("auditor@demo.example", "Auditor"),
    ("training@demo.example", "Training coordinator"),
    ("admin@demo.example", "Administrator"),
    ("clerk@demo.example", "Supplier clerk (中文)"),
]
