# netc: `make` builds the compiler and its runtime, `make help` lists what else there is.
#
# All output goes to build/. Sources are found by their folders: adding a file needs no edit here.
#   LLVM=0                       build without LLVM: the C backend and the interpreter remain
#   WERROR=1                     warnings are errors
#   CC=clang-19  OPT=-O0         another compiler, other options
#   SANITIZE=address,undefined   builds in build/asan   (thread: build/tsan, fuzzer: build/fuzz)

VERSION := 0.1.0

# ---- settings ----
LLVM ?= 1
WERROR ?= 0
SANITIZE ?=
OPT ?= -O2 -g
PREFIX ?= /usr/local
DESTDIR ?=
LLVM_CONFIG ?= llvm-config-19
CLANG_FORMAT ?= clang-format-19
PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)
T ?=
ifeq ($(origin CC),default)
CC := gcc
endif

ifeq ($(SANITIZE),)
BUILD ?= build
else ifneq ($(findstring thread,$(SANITIZE)),)
BUILD ?= build/tsan
else ifneq ($(findstring fuzzer,$(SANITIZE)),)
BUILD ?= build/fuzz
else
BUILD ?= build/asan
endif

ifeq ($(MAKELEVEL)$(filter -j% --jobserver%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif
MAKEFLAGS += --no-builtin-rules
ifneq ($(filter clean,$(MAKECMDGOALS)),)
.NOTPARALLEL: # `make clean all`: one after the other
endif
.DELETE_ON_ERROR:
.SUFFIXES:

# ---- sources ----
COMPILER_SOURCES := $(wildcard compiler/*/*.c)
RUNTIME_SOURCES := $(filter-out runtime/infer/%,$(wildcard runtime/*/*.c))
# The program around a compiled network, with what it takes from the rest of the runtime.
INFER_SOURCES := $(wildcard runtime/infer/*.c) \
                 $(addprefix runtime/,base/absent_options.c base/atomic.c base/error.c base/paths.c base/processor.c base/signals.c base/streams.c \
                                      base/utf8.c base/words.c base/wrap.c data/array.c data/block.c data/body.c data/columns.c data/csv.c data/exif.c \
                                      data/format.c data/idx.c data/images.c data/jpeg.c data/label_file.c data/labels.c data/like_mnist.c data/likeness.c data/npy.c \
                                      data/number.c data/picture.c data/table.c data/table_classes.c data/class_names.c \
                                      data/pixels.c data/png.c data/resample.c data/shape.c data/stream.c)
LAYER_SOURCES := $(wildcard compiler/layers/*.c)
OPTIMIZER_SOURCES := $(wildcard compiler/optimizers/*.c)
UNIT_SOURCES := $(wildcard tests/unit/test_*.c tests/*/check_*.c)
FUZZ_SOURCES := $(wildcard tests/fuzz/fuzz_*.c)
FORMATTED := $(wildcard compiler/*/*.[ch] runtime/*.h runtime/*/*.[ch] tests/*/*.[ch] \
                        docs/examples/*.c docs/examples/*.cpp)
# The LLVM printer is a module that netc opens when it is asked for: loading libLLVM takes longer than checking a model.
LLVM_SOURCES := $(filter compiler/emit/emit_llvm%.c,$(COMPILER_SOURCES))
COMPILER_SOURCES := $(filter-out $(LLVM_SOURCES),$(COMPILER_SOURCES))
ifneq ($(LLVM),0)
LLVM_MODULE := $(BUILD)/netc-llvm.so
LLVM_OBJECTS := $(LLVM_SOURCES:%.c=$(BUILD)/obj/%.o)
BUILD_ID := $(BUILD)/obj/gen/build_id.o
endif

# The scanner and the parser, the messages of ONNX and of event files and the lists of layer kinds and optimisers are made
# in $(BUILD)/gen.
GEN := $(BUILD)/gen
GEN_SYNTAX := $(GEN)/compiler/syntax
GENERATED := $(patsubst compiler/syntax/%.y,$(GEN_SYNTAX)/%.c,$(wildcard compiler/syntax/*.y)) \
             $(patsubst compiler/syntax/%.l,$(GEN_SYNTAX)/%.c,$(wildcard compiler/syntax/*.l)) \
             $(patsubst %.proto,$(GEN)/%.pb-c.c,$(wildcard compiler/onnx/*.proto))
RUNTIME_GENERATED := $(patsubst %.proto,$(GEN)/%.pb-c.c,$(wildcard runtime/log/*.proto))
ROW_LISTS := $(GEN)/layers.c $(GEN)/optimizers.c

COMPILER_OBJECTS := $(COMPILER_SOURCES:%.c=$(BUILD)/obj/%.o) $(GENERATED:$(GEN)/%.c=$(BUILD)/obj/gen/%.o) \
                    $(ROW_LISTS:$(GEN)/%.c=$(BUILD)/obj/gen/%.o)
LIBRARY_OBJECTS := $(filter-out %/driver/main.o,$(COMPILER_OBJECTS))
RUNTIME_OBJECTS := $(RUNTIME_SOURCES:%.c=$(BUILD)/obj/%.o) $(RUNTIME_GENERATED:$(GEN)/%.c=$(BUILD)/obj/gen/%.o)
INFER_OBJECTS := $(INFER_SOURCES:%.c=$(BUILD)/obj/small/%.o)
UNIT_PROGRAMS := $(UNIT_SOURCES:tests/%.c=$(BUILD)/%)
FUZZ_PROGRAMS := $(FUZZ_SOURCES:tests/%.c=$(BUILD)/%)

# ---- flags; those of LLVM are asked for when they are used, since `make deps` may have to install it first ----
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum -Wvla
ifeq ($(WERROR),1)
WARNINGS += -Werror
endif
SANITIZE_FLAGS :=
ifneq ($(SANITIZE),)
SANITIZE_FLAGS := -fsanitize=$(SANITIZE:fuzzer%=fuzzer-no-link%) \
                  $(if $(findstring undefined,$(SANITIZE)),-fsanitize=float-cast-overflow) \
                  -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
comma := ,
TRAINER_FLAGS := $(if $(SANITIZE),-fsanitize=$(patsubst fuzzer$(comma)%,%,$(SANITIZE)))
FLAGS = -std=c17 -D_GNU_SOURCE -DNETC_LLVM=$(LLVM) -DNETC_VERSION='"$(VERSION)"' -I. -I$(GEN) $(OPT) $(SANITIZE_FLAGS) \
        -ffp-contract=off -fno-math-errno $(CPPFLAGS) $(CFLAGS)
LIBRARIES = -lprotobuf-c -ljansson -lpng -ljpeg -lz -lmd -lpthread -lm
LLVM_CFLAGS =
LLVM_LIBS =
ifneq ($(LLVM),0)
LLVM_CFLAGS = -isystem $(shell $(LLVM_CONFIG) --includedir)
LLVM_LIBS = $(shell $(LLVM_CONFIG) --link-shared --ldflags --libs)
endif

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-6s %s\n' '$(1)' '$(patsubst $(BUILD)/%,%,$(2))')

# ---- what people ask for ----
.PHONY: all demo check bless check-math deps deps-build deps-check install install-files uninstall format floors fuzz bench \
        bench-peers clean help unit fuzzers FORCE
all: $(BUILD)/netc $(BUILD)/libnetrt.a $(BUILD)/libnetinfer.a  ## build netc and its runtime (the default)

demo: all  ## train a small network on the digits that ship with netc
	@echo; echo "\$$ netc show models/lenet5.net"
	@$(BUILD)/netc show models/lenet5.net
	@echo; echo "\$$ netc train models/lenet5.net"
	@$(BUILD)/netc train models/lenet5.net
	@echo; echo 'Three things to try next:'
	@echo '  # why deep networks learn slowly'
	@echo '  $(BUILD)/netc train models/deep_sigmoid.net --data digits -D depth=4'
	@echo '  # the trainer, a program of its own'
	@echo '  $(BUILD)/netc build models/lenet5.net -o $(BUILD)/lenet5 && $(BUILD)/lenet5 --help'
	@echo '  # all of MNIST'
	@echo '  $(BUILD)/netc data mnist && $(BUILD)/netc train models/lenet5.net --data mnist'

check: deps-check  ## run all tests; T=FOLDER: only those in tests/FOLDER
	@$(MAKE) --no-print-directory all unit
	@$(PYTHON) tests/run --build $(BUILD) --llvm $(LLVM) $(if $(T),--only '$(T)') $(if $(QUICK),--quick)

bless: deps-check  ## rewrite the expected outputs of T=FOLDER (all without T), to be read with git diff
	@$(MAKE) --no-print-directory all
	@$(PYTHON) tests/run --build $(BUILD) --llvm $(LLVM) --bless $(if $(T),--only '$(T)')
	@$(BUILD)/netc explain --all --markdown >docs/messages.md

check-math: deps-check  ## try the elementary functions on every float (minutes)
	@$(MAKE) --no-print-directory all $(BUILD)/math/check_math
	@$(BUILD)/math/check_math --all

deps: deps-check  ## install what building and testing need (Debian)

deps-build:
	@LLVM=$(LLVM) .ci/deps build

deps-check:
	@LLVM=$(LLVM) .ci/deps build check

unit: $(UNIT_PROGRAMS) $(FUZZ_SOURCES:%.c=$(BUILD)/obj/%.o)  # a target that does not compile is found at once
fuzzers: $(FUZZ_PROGRAMS)

fuzz: deps-check  ## fuzz the readers of models and files; SECONDS=60 for each target
	@$(PYTHON) tests/run --build $(BUILD) --llvm $(LLVM) --fuzz $(if $(filter environment% command%,$(origin SECONDS)),$(SECONDS),60)

bench: deps-check  ## measure the speed of training and inference (not part of check)
	@$(MAKE) --no-print-directory all
	@$(PYTHON) tests/bench/run --build $(BUILD)

bench-peers:  ## install programs that inference is compared with, into build/peers (needs the network)
	python3 -m venv build/peers
	build/peers/bin/pip install --quiet -r tests/bench/peers/requirements.txt

floors:  ## check that each file includes only its own floor or a lower one
	@.ci/floors

format:  ## lay out all C sources (clang-format-19)
	@$(CLANG_FORMAT) -i $(FORMATTED)

install: all  ## install below PREFIX (/usr/local), under DESTDIR
	@$(MAKE) --no-print-directory install-files

# What is built, as it is. The completions come from netc itself. Folders that were not there before are listed, for
# uninstall; a second installation keeps the first one's list.
ROOT := $(DESTDIR)$(PREFIX)
FOLDERS := . bin lib lib/netc lib/pkgconfig include include/netc share share/man share/man/man1 share/netc \
           share/netc/models share/bash-completion share/bash-completion/completions share/zsh share/zsh/site-functions
install-files:
	@mkdir -p $(BUILD)/share
	@cat '$(ROOT)/share/netc/folders' >$(BUILD)/share/folders 2>/dev/null || : >$(BUILD)/share/folders
	@for folder in $(FOLDERS); do [ -d '$(ROOT)/'$$folder ] || echo $$folder; done >>$(BUILD)/share/folders
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' runtime/netc.pc.in >$(BUILD)/share/netc.pc
	$(BUILD)/netc help --completion bash >$(BUILD)/share/netc.bash
	$(BUILD)/netc help --completion zsh >$(BUILD)/share/netc.zsh
	install -d '$(ROOT)/bin' '$(ROOT)/lib/netc' '$(ROOT)/lib/pkgconfig' '$(ROOT)/include/netc' '$(ROOT)/share/man/man1' \
	    '$(ROOT)/share/netc/models' '$(ROOT)/share/bash-completion/completions' '$(ROOT)/share/zsh/site-functions'
	install -m 755 $(BUILD)/netc '$(ROOT)/bin/netc'
	install -m 644 $(LLVM_MODULE) $(BUILD)/libnetrt.a $(BUILD)/libnetinfer.a '$(ROOT)/lib/netc'
	install -m 644 runtime/abi.h '$(ROOT)/include/netc/abi.h'
	install -m 644 docs/netc.1 '$(ROOT)/share/man/man1/netc.1'
	install -m 644 $(wildcard models/*.net) '$(ROOT)/share/netc/models'
	install -m 644 $(BUILD)/share/folders '$(ROOT)/share/netc/folders'
	install -m 644 $(BUILD)/share/netc.pc '$(ROOT)/lib/pkgconfig/netc.pc'
	install -m 644 $(BUILD)/share/netc.bash '$(ROOT)/share/bash-completion/completions/netc'
	install -m 644 $(BUILD)/share/netc.zsh '$(ROOT)/share/zsh/site-functions/_netc'

uninstall:  ## remove what install put there
	@mkdir -p $(BUILD)/share
	@cat '$(ROOT)/share/netc/folders' >$(BUILD)/share/folders 2>/dev/null || : >$(BUILD)/share/folders
	rm -f '$(ROOT)/bin/netc' '$(ROOT)/share/man/man1/netc.1' '$(ROOT)/lib/pkgconfig/netc.pc' \
	    '$(ROOT)/share/bash-completion/completions/netc' '$(ROOT)/share/zsh/site-functions/_netc'
	rm -rf '$(ROOT)/lib/netc' '$(ROOT)/include/netc' '$(ROOT)/share/netc'
	@tac $(BUILD)/share/folders | while read -r folder; do rmdir '$(ROOT)/'$${folder#.} 2>/dev/null || :; done

clean:  ## remove build/ and BUILD
	rm -rf build
	@[ ! -f '$(BUILD)/flags' ] || rm -rf '$(BUILD)'

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# ---- rules ----
# A change of flags or of the set of files rebuilds what depends on it.
FLAGS_TEXT = $(CC) $(FLAGS) $(WARNINGS) $(TRAINER_FLAGS)
$(BUILD)/flags: FORCE
	@mkdir -p $(@D); printf '%s\n' '$(subst ','\'',$(FLAGS_TEXT))' | cmp -s - $@ || \
	    printf '%s\n' '$(subst ','\'',$(FLAGS_TEXT))' >$@
$(BUILD)/%.list: FORCE
	@mkdir -p $(@D); printf '%s\n' $($*) | cmp -s - $@ || printf '%s\n' $($*) >$@

$(BUILD)/obj/gen/%.o: $(GEN)/%.c $(BUILD)/flags | deps-build
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(FLAGS) $(WARNINGS) -Wno-conversion -Wno-sign-conversion -Wno-switch-enum -Wno-unused-function \
	    -Icompiler/syntax -MMD -MP -c -o $@ $<

$(LLVM_OBJECTS): MORE_FLAGS = $(LLVM_CFLAGS) -fPIC -fvisibility=hidden
$(BUILD)/obj/compiler/syntax/%.o: MORE_FLAGS = -I$(GEN_SYNTAX)
$(BUILD)/obj/compiler/driver/%.o: MORE_FLAGS = -DNETC_TRAINER_FLAGS='"$(TRAINER_FLAGS)"' -DNETC_TRAINER_CC='"$(CC)"'
# Numbers that the middle of the compiler compares are its own: they tell libFuzzer nothing about its input.
ifneq ($(findstring fuzzer,$(SANITIZE)),)
$(foreach floor,tensor layers optimizers programs passes loop,$(BUILD)/obj/compiler/$(floor)/%.o): \
    MORE_FLAGS = -fno-sanitize-coverage=trace-cmp
endif
# Outside of a fuzzing build these are but looked at.
$(FUZZ_SOURCES:%.c=$(BUILD)/obj/%.o): MORE_FLAGS = $(if $(SANITIZE),,-O0)
# What goes into inference binaries is compiled for size, and in pieces, so that the linker can leave out what is not
# used.
$(BUILD)/obj/small/%.o: MORE_FLAGS = $(if $(SANITIZE),,-Os) -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables
$(BUILD)/obj/small/%.o: %.c $(BUILD)/flags | deps-build
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(FLAGS) $(WARNINGS) $(MORE_FLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.o: %.c $(BUILD)/flags | deps-build
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(FLAGS) $(WARNINGS) $(MORE_FLAGS) -MMD -MP -c -o $@ $<

# Everything may include the headers the parser and the scanner come with, and what prints C the texts of vec.h, vec_c99.h
# and combine.h.
$(COMPILER_OBJECTS) $(LLVM_OBJECTS): | $(GENERATED) $(GEN)/vec.inc $(GEN)/vec_c99.inc $(GEN)/combine.inc \
                                       $(GEN)/starter_text.inc

$(RUNTIME_OBJECTS) $(UNIT_PROGRAMS:$(BUILD)/%=$(BUILD)/obj/tests/%.o): | $(RUNTIME_GENERATED)

$(GEN_SYNTAX)/%.c $(GEN_SYNTAX)/%.h &: compiler/syntax/%.y | deps-build
	@mkdir -p $(@D)
	$(call say,BISON,$<)
	$(Q)bison --header=$(GEN_SYNTAX)/$*.h -o $(GEN_SYNTAX)/$*.c $<

$(GEN_SYNTAX)/%.c $(GEN_SYNTAX)/%.h &: compiler/syntax/%.l | deps-build
	@mkdir -p $(@D)
	$(call say,FLEX,$<)
	$(Q)flex --header-file=$(GEN_SYNTAX)/$*.h -o $(GEN_SYNTAX)/$*.c $<

$(GEN)/%.pb-c.c $(GEN)/%.pb-c.h &: %.proto | deps-build
	@mkdir -p $(@D)
	$(call say,PROTOC,$<)
	$(Q)protoc-c --c_out=$(GEN) $<

$(GEN)/layers.c: ROWS = LayerKind layer compiler/model/layer.h layer_kinds - $(LAYER_SOURCES)
$(GEN)/layers.c: $(LAYER_SOURCES) $(BUILD)/LAYER_SOURCES.list
$(GEN)/optimizers.c: ROWS = Optimizer optimizer compiler/model/optimizer.h optimizers optimizer_words $(OPTIMIZER_SOURCES)
$(GEN)/optimizers.c: $(OPTIMIZER_SOURCES) $(BUILD)/OPTIMIZER_SOURCES.list
$(ROW_LISTS): .ci/rows
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q).ci/rows $(ROWS) >$@

# The headers emitted C begins with, and the model of `netc new`, as lists of C strings.
$(GEN)/vec.inc: runtime/vec.h
$(GEN)/vec_c99.inc: runtime/vec_c99.h
$(GEN)/combine.inc: runtime/base/combine.h
$(GEN)/starter_text.inc: compiler/driver/starter.net
$(GEN)/vec.inc $(GEN)/vec_c99.inc $(GEN)/combine.inc $(GEN)/starter_text.inc:
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)sed 's/[\\"]/\\&/g; s/.*/"&",/' $< >$@

# netc and its module each hold what tells one build from another: the SHA-256 of the objects of both.
$(GEN)/build_id.c: $(LIBRARY_OBJECTS) $(LLVM_OBJECTS) $(BUILD)/LIBRARY_OBJECTS.list
	$(call say,GEN,$@)
	$(Q)cat $(LIBRARY_OBJECTS) $(LLVM_OBJECTS) | sha256sum | \
	    sed 's|\([0-9a-f]*\).*|#include "compiler/emit/emit.h"\n\nconst char build_id[] = "\1";|' >$@

$(BUILD)/libnetc.a: $(LIBRARY_OBJECTS) $(BUILD_ID) $(BUILD)/LIBRARY_OBJECTS.list
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $(LIBRARY_OBJECTS) $(BUILD_ID)

$(BUILD)/obj/runtime.a: $(RUNTIME_OBJECTS) $(BUILD)/RUNTIME_OBJECTS.list
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $(RUNTIME_OBJECTS)

# The same for trainers, without debug information: that would be two fifths of a trainer, and a quarter of the time that
# linking it takes. Sanitizers say by it where a fault is.
$(BUILD)/libnetrt.a: $(BUILD)/obj/runtime.a
	$(call say,STRIP,$@)
	$(Q)$(if $(SANITIZE),cp,objcopy --strip-debug) $< $@

$(BUILD)/libnetinfer.a: $(INFER_OBJECTS) $(BUILD)/INFER_OBJECTS.list
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $(INFER_OBJECTS)

LINK = $(CC) $(OPT) $(SANITIZE_FLAGS) $(LDFLAGS)
NETC_PARTS := $(BUILD)/obj/compiler/driver/main.o $(BUILD)/libnetc.a $(BUILD)/obj/runtime.a
ifeq ($(LLVM),0)
$(BUILD)/netc: $(NETC_PARTS)
	$(call say,LINK,$@)
	$(Q)$(LINK) -Wl,-u,net_events_begin -o $@ $(NETC_PARTS) $(LIBRARIES)
else
# What the module takes from netc is all that netc exports.
$(GEN)/exports: $(LLVM_OBJECTS)
	$(call say,GEN,$@)
	$(Q){ echo '{'; nm -u $^ | sed -n 's/^ *U \(.*\)/\1;/p' | sort -u; echo '};'; } >$@

$(BUILD)/netc: $(NETC_PARTS) $(GEN)/exports | $(LLVM_MODULE)
	$(call say,LINK,$@)
	$(Q)$(LINK) -Wl,--dynamic-list=$(GEN)/exports,-u,net_events_begin -o $@ $(NETC_PARTS) $(LIBRARIES)

$(LLVM_MODULE): $(LLVM_OBJECTS) $(BUILD_ID)
	$(call say,LINK,$@)
	$(Q)$(LINK) -shared -o $@ $^ $(LLVM_LIBS)
endif

# Test programs: tests/unit/test_*.c made with cmocka, and tests/*/check_*.c. One that includes nothing of
# the compiler is linked with the runtime alone.
UNIT_COMPILER := $(if $(UNIT_SOURCES),$(shell grep -l '"compiler/' $(UNIT_SOURCES)))
$(UNIT_COMPILER:tests/%.c=$(BUILD)/%): $(BUILD)/libnetc.a
$(UNIT_COMPILER:tests/%.c=$(BUILD)/%): UNIT_LIBRARIES = $(BUILD)/libnetc.a $(BUILD)/obj/runtime.a
UNIT_LIBRARIES = $(BUILD)/obj/runtime.a
UNIT_LLVM := $(if $(UNIT_SOURCES),$(shell grep -l 'emit_llvm' $(UNIT_SOURCES)))
$(UNIT_LLVM:tests/%.c=$(BUILD)/%): $(LLVM_OBJECTS)
$(UNIT_LLVM:tests/%.c=$(BUILD)/%): UNIT_OBJECTS = $(LLVM_OBJECTS)
$(UNIT_LLVM:tests/%.c=$(BUILD)/%): UNIT_LIBRARIES += $(LLVM_LIBS)
$(UNIT_PROGRAMS): $(BUILD)/%: $(BUILD)/obj/tests/%.o $(BUILD)/obj/runtime.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(LINK) -o $@ $< $(UNIT_OBJECTS) $(UNIT_LIBRARIES) -lcmocka $(LIBRARIES)

$(FUZZ_PROGRAMS): $(BUILD)/%: $(BUILD)/obj/tests/%.o $(BUILD)/libnetc.a $(BUILD)/libnetinfer.a $(BUILD)/libnetrt.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(LINK) -fsanitize=$(SANITIZE) -o $@ $^ $(LIBRARIES)

-include $(COMPILER_OBJECTS:.o=.d) $(LLVM_OBJECTS:.o=.d) $(BUILD_ID:.o=.d) $(RUNTIME_OBJECTS:.o=.d) $(INFER_OBJECTS:.o=.d) \
         $(UNIT_PROGRAMS:$(BUILD)/%=$(BUILD)/obj/tests/%.d) $(FUZZ_PROGRAMS:$(BUILD)/%=$(BUILD)/obj/tests/%.d)
