# The golden model: libvarimac.a from every folder but cli/, and the varimac command line.

CPPFLAGS += -D_POSIX_C_SOURCE=200809L -DVMAC_HOME='"$(CURDIR)"' -Icmodel -I$(B)/gen
WARN     := -Wall -Wextra -Wshadow
CFLAGS   ?= -O2 -g
C_FLAGS   = $(CFLAGS) -std=c11 -pedantic $(WARN) -Wconversion -Wstrict-prototypes -fopenmp
CXX_FLAGS = $(CFLAGS) -std=c++17 $(WARN) -fopenmp
LDLIBS   += -ldnnl -lpng -lcjson -lz -lm -fopenmp

CMODEL_SRC := $(sort $(wildcard cmodel/*/*.c cmodel/*/*.cpp))
CMODEL_OBJ := $(patsubst %,$(B)/obj/%.o,$(CMODEL_SRC))
CLI_OBJ    := $(filter $(B)/obj/cmodel/cli/%,$(CMODEL_OBJ))
LIB_OBJ    := $(filter-out $(CLI_OBJ),$(CMODEL_OBJ))
LIBVARIMAC := $(B)/libvarimac.a
VARIMAC    := $(B)/varimac

# Generated headers; every object waits for them (order-only: the .d files carry the real needs).
CMODEL_GEN := $(B)/gen/vmac_mult_list.h $(B)/gen/tflite_generated.h

$(B)/gen/tflite_generated.h: cmodel/net/tflite.fbs
	$(call say,FLATC,$<)
	$(Q)mkdir -p $(@D) && flatc --cpp --gen-mutable -o $(@D) $<

$(B)/obj/%.c.o: %.c | $(CMODEL_GEN)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(C_FLAGS) -MMD -MP -c -o $@ $<

$(B)/obj/%.cpp.o: %.cpp | $(CMODEL_GEN)
	$(call say,CXX,$<)
	$(Q)mkdir -p $(@D) && $(CXX) $(CPPFLAGS) $(CXX_FLAGS) -MMD -MP -c -o $@ $<

$(LIBVARIMAC): $(LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(VARIMAC): $(CLI_OBJ) $(LIBVARIMAC)
	$(call say,LINK,$@)
	$(Q)$(CXX) $(CFLAGS) -o $@ $^ $(LDLIBS)

-include $(CMODEL_OBJ:.o=.d)

.PHONY: build
build: $(VARIMAC) ## build the library and the varimac command line
