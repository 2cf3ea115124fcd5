# The golden model: libvarimac.a from every folder but cli/, and the varimac command line.

CPPFLAGS += -D_POSIX_C_SOURCE=200809L -DVMAC_HOME='"$(CURDIR)"' -DVMAC_VERSION='"$(VERSION)"' -Icmodel -I$(B)/gen
WARN     := -Wall -Wextra -Wshadow
CFLAGS   ?= -O2 -g
C_FLAGS   = $(CFLAGS) -std=c11 -pedantic $(WARN) -Wconversion -Wstrict-prototypes -fopenmp
CXX_FLAGS = $(CFLAGS) -std=c++17 $(WARN) -fopenmp
LDLIBS   += -ldnnl -lpng -lcjson -lz -lm -fopenmp

# the public API
VMAC_H     := $(wildcard cmodel/vmac*.h)
CMODEL_SRC := $(sort $(wildcard cmodel/*/*.c cmodel/*/*.cpp))
CMODEL_OBJ := $(patsubst %,$(B)/obj/%.o,$(CMODEL_SRC))
CLI_OBJ    := $(filter $(B)/obj/cmodel/cli/%,$(CMODEL_OBJ))
IMPORT_OBJ := $(MULTS_IMPORT:%=$(B)/obj/$(B)/gen/import/%.c.o)
LIB_OBJ    := $(filter-out $(CLI_OBJ),$(CMODEL_OBJ)) $(IMPORT_OBJ)
LIBVARIMAC := $(B)/libvarimac.a
VARIMAC    := $(B)/varimac

# Generated headers; every object waits for them (order-only: the .d files carry the real needs).
CMODEL_GEN := $(B)/gen/vmac_mult_list.h $(B)/gen/tflite_generated.h

$(B)/gen/tflite_generated.h: cmodel/net/tflite.fbs
	$(call say,FLATC,$<)
	$(Q)mkdir -p $(@D) && flatc --cpp --gen-mutable -o $(@D) $<

# An imported cell is its truth table: 16-bit words, little-endian.
$(B)/gen/import/%.c: $(IMPORT_DIR)/%.bin
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && od -An -v -tu1 -w32 $< | awk -v name=$* ' \
	  BEGIN { print "#include \"vmac_mult_list.h\"\nconst uint16_t vmac_import_" name "[65536] = {" } \
	  { for (i = 1; i < NF; i += 2) printf "%d,", $$i + 256 * $$(i + 1); print ""; n += NF } \
	  END { print "};"; if (n != 131072) { \
	    print "cell " name ": expected 131072 bytes in its table, found " n | "cat 1>&2"; exit 1 } }' \
	  > $@
.PRECIOUS: $(B)/gen/import/%.c

$(B)/obj/%.c.o: %.c | $(CMODEL_GEN)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(C_FLAGS) -MMD -MP -c -o $@ $<

$(B)/obj/%.cpp.o: %.cpp | $(CMODEL_GEN)
	$(call say,CXX,$<)
	$(Q)mkdir -p $(@D) && $(CXX) $(CPPFLAGS) $(CXX_FLAGS) -MMD -MP -c -o $@ $<

$(eval $(call STAMP,$(B)/obj/version,$(VERSION)))
$(B)/obj/cmodel/cli/main.c.o: $(B)/obj/version

$(LIBVARIMAC): $(LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(VARIMAC): $(CLI_OBJ) $(LIBVARIMAC)
	$(call say,LINK,$@)
	$(Q)$(CXX) $(CFLAGS) -o $@ $^ $(LDLIBS)

-include $(CMODEL_OBJ:.o=.d)

.PHONY: build
build: $(VARIMAC) ## build the library and the varimac command line

# Every C and C++ source with both compilers, warnings as errors, and cppcheck.
LINT_C   = $(filter %.c,$(CMODEL_SRC)) $(LIBERTY_SRC) $(ENERGY_SRC) $(UNIT_SRC)
LINT_CXX = $(filter %.cpp,$(CMODEL_SRC))
.PHONY: lint-c
lint: lint-c
lint-c: $(CMODEL_GEN) $(B)/tests/every-cell.h
	$(Q)scripts/setup.sh cppcheck
	$(call say,LINT,C sources)
	$(Q)for cc in gcc clang; do for f in $(LINT_C); do \
	  $$cc $(CPPFLAGS) -Icmodel/testing -Itests/unit -I$(B)/tests $(C_FLAGS) -Werror \
	    -fsyntax-only $$f || exit 1; done; done
	$(Q)for cxx in g++ clang++; do for f in $(LINT_CXX); do \
	  $$cxx $(CPPFLAGS) $(CXX_FLAGS) -Werror -fsyntax-only $$f || exit 1; done; done
	$(Q)cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 --enable=warning,portability \
	  $(filter -I%,$(CPPFLAGS)) $(LINT_C)
