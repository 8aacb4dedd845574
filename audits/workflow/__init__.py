"""What can happen in audits, in which order: one package or module per object. Statuses change nowhere else."""
