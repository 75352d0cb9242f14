# SPDX-License-Identifier: Apache-2.0
#
# Short names for what is done often; meson does the work.

PREFIX ?= /usr/local
DESTDIR ?=
FUZZ_SECONDS ?= 600
COUNT ?= 20000
SEED ?= 1
GIVEN = $(filter command line environment,$(origin $(1)))
CRASH_SEED = $(if $(call GIVEN,SEED),--seed $(SEED))
MESON = meson setup --fatal-meson-warnings
# Sanitizers end the program on the first finding.
SANITIZER_OPTIONS = ASAN_OPTIONS=abort_on_error=1:detect_stack_use_after_return=1 \
	UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=halt_on_error=1
FORMATTED = $(shell git ls-files '*.c' '*.h')

all: build/build.ninja
	@tools/quiet ninja -C build

demo:
	@tools/bootstrap --demo
	@$(MAKE) --no-print-directory all
	@build/cavra demo before-the-agent-acts
	@if [ -x tools/demo-session ]; then tools/demo-session; fi

check:
	@tools/bootstrap
	@$(MAKE) --no-print-directory all
	@tools/check build

# One suite: make check-unit, make check-golden, ...
check-%: all
	@tools/check --suite $* build

# Storage that locks what it holds, against Ceph, which it installs and starts.
check-s3: all
	@tools/bootstrap --s3
	@tools/check-s3 build

lint:
	@tools/bootstrap --lint
	@tools/lint

format:
	clang-format -i $(FORMATTED)

asan: build-asan/build.ninja
	@tools/quiet ninja -C build-asan
	@$(SANITIZER_OPTIONS) tools/check build-asan

tsan: build-tsan/build.ninja
	@tools/quiet ninja -C build-tsan
	@$(SANITIZER_OPTIONS) tools/check build-tsan

valgrind: all
	@tools/bootstrap --valgrind
	@tools/check --suite unit --suite fuzz build --wrap \
		'valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite'

cover:
	@tools/bootstrap --cover
	@[ -e build-cover/build.ninja ] || tools/quiet $(MESON) build-cover -Db_coverage=true
	@tools/quiet ninja -C build-cover
	@find build-cover -name '*.gcda' -delete
	@tools/check --quiet build-cover
	@gcovr --root . --filter src/ --print-summary build-cover

fuzz:
	@tools/bootstrap --fuzz
	@[ -e build-fuzz/build.ninja ] || CC=clang tools/quiet meson setup build-fuzz -Dfuzzing=true \
		-Db_sanitize=address,undefined -Db_lundef=false
	@tools/quiet ninja -C build-fuzz
	@tools/fuzz build-fuzz $(FUZZ_SECONDS)

fuzz-corpus: all
	@tools/check --suite fuzz build

# Compares the shell analysis with Bash itself on made-up command lines: until it is stopped, or with
# SEED=1000000 COUNT=50000 on those. The seed is printed.
fuzz-bash: all
	@build/tests/oracle/oracle $(if $(call GIVEN,COUNT),--count $(COUNT),--forever) --seed $(if $(call GIVEN,SEED),$(SEED),random) --jobs 2 \
		tests/oracle/seeds/*.txt tests/oracle/grammars/*.grammar $(addprefix tests/golden/corpus/,actions.jsonl everyday.txt lookalikes.txt)

# Runs made-up command lines in a room of their own and compares what they do with what was decided.
fuzz-effects: all
	@build/tests/effects/effects --script tests/effects/world.sh --templates tests/effects/templates.txt \
		--policy tests/effects/policy.yaml --count $(COUNT) --seed $(SEED) --jobs 2

# The ledger under a thousand rounds of kill -9, and under losses of power; SEED=1 for the same once more.
crash: all
	@build/tests/crash/kill --rounds 1000 $(CRASH_SEED)
	@build/tests/crash/power --workloads 10 $(CRASH_SEED)

bench: all
	@meson test -C build --no-rebuild --benchmark --verbose --num-processes 1

# Other guards on the same actions, fetched from the package registry by this target alone.
bench-peers: all
	@npm ci --prefix tests/bench/peers
	@node tests/bench/peers/run.mjs build

# With a new key, whose private half is thrown away.
lifecycle-example: all
	@tools/make-lifecycle-example build/cavra

install:
	@[ -e build-release/build.ninja ] || tools/quiet $(MESON) build-release --buildtype=release -Dtests=false
	@meson configure build-release -Dprefix=$(PREFIX)
	@tools/quiet ninja -C build-release
	@meson install -C build-release --no-rebuild --strip --destdir '$(DESTDIR)'

clean:
	rm -rf build build-asan build-tsan build-cover build-fuzz build-clang build-release

build/build.ninja:
	@tools/quiet $(MESON) build

build-asan/build.ninja:
	@tools/quiet $(MESON) build-asan -Db_sanitize=address,undefined

build-tsan/build.ninja:
	@tools/quiet $(MESON) build-tsan -Db_sanitize=thread

.PHONY: all demo check check-s3 lint format asan tsan valgrind cover fuzz fuzz-corpus fuzz-bash fuzz-effects crash bench bench-peers lifecycle-example install clean
