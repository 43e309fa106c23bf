# `make call` makes a call on this machine; `make test` runs the tests. Everything else is for who works on the project.
.DEFAULT_GOAL := help
SWIFT ?= swift
SOURCES := Package.swift Sources Tests Interop

.PHONY: help call test kernel interop bench bench-peers soak sanitize fuzz format lint build

help: ## Show the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

call: build ## Call from one process to another on this machine: 10 s, then call.webm and call.png
	@$$($(SWIFT) build -c release --show-bin-path)/rtc call

build:
	@.ci/require-packages build
	@$(SWIFT) build -c release --product rtc

# What computes keeps every thread of Swift's pool busy: calls in real time would starve beside it, and beside too many of their kind.
COMPUTING := ^(RTC(Base|STUN|ICE|SDP|JSEP|RTP|Payload|Receive|Congestion|Send|SCTP|Engine|NativeCrypto|TestKit|TestKitGuide|Simulation|$\
  Constraints)|WebRTCTypes|FuzzCorpus)Tests\.

define run-tests
$(SWIFT) build --build-tests $(1)
$(SWIFT) test --skip-build --parallel $(1) --filter '$(COMPUTING)'
$(SWIFT) test --skip-build --parallel $(1) --skip '$(COMPUTING)'
endef

test: export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH ?= 8
test: ## Run the tests: what computes, then what runs in real time
	@.ci/require-packages build
	$(call run-tests)

kernel: ## Test capture with the virtual camera and sound cards of Debian's kernel, in QEMU
	@.ci/require-packages build
	$(SWIFT) build --build-tests
	Tests/Rigs/Kernel/run

interop: build ## Call Chromium, Firefox and aiortc, in both directions and both roles
	@$(SWIFT) build -c release --product interop-bot
	@.ci/require-packages interop
	Interop/run

bench: ## Measure CPU time per packet, per set-up, per connection and per captured picture
	@.ci/require-packages build
	$(SWIFT) run -c release bench
	$(SWIFT) run -c release bench-capture

bench-peers: ## Measure data channels beside libdatachannel, GStreamer and aiortc
	Tests/Benchmarks/Peers/run

SOAK ?= --calls 4 --minutes 2 --sequential 200 --idle 50 --faults --simulations

soak: ## Make calls that come and go, and check that nothing of them stays (SOAK="--minutes 60")
	@.ci/require-packages build
	$(SWIFT) run -c release soak $(SOAK)

# What the sanitizers do not understand is in their folder. They make everything several times slower: calls in real time
# need a processor each.
sanitize: export LSAN_OPTIONS := suppressions=$(CURDIR)/Tests/Sanitizers/leaks.supp:print_suppressions=0
sanitize: export TSAN_OPTIONS := suppressions=$(CURDIR)/Tests/Sanitizers/threads.supp
sanitize: export RTC_SANITIZED := 1
sanitize: export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH ?= $(shell nproc)
sanitize: ## Run the tests with the address sanitizer, then with the thread sanitizer
	@.ci/require-packages build
	$(call run-tests,--sanitize address --scratch-path .build/address)
	$(call run-tests,--sanitize thread --scratch-path .build/thread)

TIME ?= 60
FUZZ ?= stun sdp rtp rtcp srtp vp8 opus decoders json sctp engine
FUZZ_FOLDER := .build/fuzz

# Of several sanitizers the compiler takes the last option alone: both are in one.
fuzz: ## Fuzz every parser and the whole engine, each for TIME seconds (FUZZ=engine for one)
	@.ci/require-packages build
	$(SWIFT) build -c release --scratch-path $(FUZZ_FOLDER) --sanitize fuzzer --product fuzz \
	  -Xswiftc -sanitize=fuzzer,address -Xcc -fsanitize=address -Xswiftc -DFUZZING
	@for target in $(FUZZ); do \
	  mkdir -p $(FUZZ_FOLDER)/corpora/$$target; \
	  echo "== $$target"; \
	  case $$target in stun|rtcp) length=2048;; *) length=65536;; esac; \
	  FUZZ_TARGET=$$target SWIFT_BACKTRACE=enable=no $(FUZZ_FOLDER)/release/fuzz \
	    $(FUZZ_FOLDER)/corpora/$$target Tests/Fuzz/Corpora/$$target \
	    -max_total_time=$(TIME) -max_len=$$length -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 \
	    -artifact_prefix=$(FUZZ_FOLDER)/$$target- <&- || exit 1; \
	done

format: ## Lay the code out
	$(SWIFT) format --in-place --parallel --recursive $(SOURCES)

lint: ## Check layout, that the core is pure, and that the tests of docs/security.md exist
	$(SWIFT) format lint --strict --parallel --recursive $(SOURCES)
	@.ci/check-layers
	@.ci/check-promises
