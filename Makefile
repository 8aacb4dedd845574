# Thin aliases over bin/, for those who have make.

.PHONY: demo test check ci bench screenshots

demo:
	@bin/demo

test:
	@bin/test $(ARGS)

check:
	@bin/check
	@bin/test $(ARGS)

ci:
	@.ci/run

bench:
	@bin/bench

screenshots:
	@bin/screenshots
