# The two commands are `make run` and `make test`; everything they need they set up themselves.

PYTHON := .runtime/venv/bin/python
TRAIN := PYTHONPATH=onnx OMP_NUM_THREADS=1 MALLOC_MMAP_MAX_=0 MALLOC_MMAP_THRESHOLD_=2000000000 \
	MALLOC_TRIM_THRESHOLD_=4000000000 MALLOC_TOP_PAD_=67108864 MALLOC_ARENA_MAX=1 $(PYTHON)
# Minutes that `make train` spends on each factor, in all its runs together.
MINUTES ?= 90
# Shards of 256 rendered frames for sketch and image, and held-out captions of the figures at its end.
SHARDS ?= 24
CAPTIONS ?= 200
# A seed draws the same maps again: give another one each time that training goes on from a pack.
SEED ?= $(shell date +%s)
# Threads of a network call in `make bench`, ours and the peers' alike, and rounds that take turns.
THREADS ?= 1
ROUNDS ?= 5

.PHONY: help run test setup build train-test train bench samples walk pictures clean

help:
	@echo "make run         set up, build, open the editor (without a display: the same job headless)"
	@echo "make test        set up, then everything that is checked"
	@echo "make setup       system packages, ONNX Runtime, Python for the tests"
	@echo "make train-test  install PyTorch, test the Python side, train a tiny pack and open it"
	@echo "make train       go on training the bundled pack (MINUTES=$(MINUTES) for each factor)"
	@echo "make samples     make the sample projects anew with the bundled pack"
	@echo "make walk        make the README's moving picture anew"
	@echo "make pictures    make the README's sheets of prompts and edits anew"
	@echo "make bench       measure how fast documents are handled, and prompts beside peers (THREADS=$(THREADS) ROUNDS=$(ROUNDS))"
	@echo "make clean       remove what was built"

run: setup build
	@tools/run.sh

build:
	cargo build --release --locked

setup:
	@tools/setup.sh

test: setup
	@tools/test.sh

train-test:
	@tools/setup.sh --training
	PYTHONPATH=onnx OMP_NUM_THREADS=1 $(PYTHON) -m pytest onnx/tests -q --training
	cargo build --locked
	target/debug/underpaint doctor --device cpu --pack onnx/runs/train-test/pack
	target/debug/underpaint generate "a dog left of a red car" --candidates 3 --device cpu \
		--pack onnx/runs/train-test/pack --out out/train-test

train:
	@tools/setup.sh --training
	$(TRAIN) -m train.from_pack --pack onnx/packs/clay --runs onnx/runs
	$(TRAIN) -m train.frames --out onnx/runs/frames --shards $(SHARDS) --seed $(SEED) --ahead sketch image
	for factor in segmentation depth sketch image; do \
		$(TRAIN) -m train.factor --factor $$factor --frames onnx/runs/frames --run onnx/runs/$$factor --seed $(SEED) --minutes $(MINUTES) || exit 1; \
	done
	$(TRAIN) -m export.pack --runs onnx/runs --out onnx/runs/clay
	$(TRAIN) -m export.int8 --pack onnx/runs/clay
	$(TRAIN) -m evaluate --pack onnx/runs/clay --captions $(CAPTIONS)
	@echo "The new pack is in onnx/runs/clay; compare its README.md with that of onnx/packs/clay before you replace it."

bench: setup
	cargo bench --locked --bench hand
	THREADS=$(THREADS) ROUNDS=$(ROUNDS) cargo bench --locked --bench speed
	PYTHONPATH=onnx OPENBLAS_NUM_THREADS=$(THREADS) $(PYTHON) -m evaluate.sessions --threads $(THREADS)

samples: setup build
	@tools/samples.sh target/release/underpaint

walk: setup build
	@tools/walk.sh target/release/underpaint assets/readme/walk.gif

pictures: setup build
	@tools/pictures.sh target/release/underpaint

clean:
	cargo clean
	rm -rf out
