#include "compiler/driver/backend.h"

#define EMIT_NAME(VALUE, NAME, SUFFIX) {NAME, SUFFIX},
const EmitName emits[EMITS] = {EMIT_ROWS(EMIT_NAME)};
#undef EMIT_NAME

bool emit_is_trained(const char *name) {
    return string_is(name, emits[EMIT_LIB].name) || string_is(name, emits[EMIT_SHARED].name) ||
           string_is(name, emits[EMIT_ONNX].name);
}

Emit emit_of(const char *name) {
    int emit = EMITS - 1;
    while (emit > EMIT_EXE && !string_is(name, emits[emit].name)) {
        emit--;
    }
    return (Emit)emit;
}

#define ROW(NAME) &backend_##NAME,
static const Backend *const backends[] = {BACKENDS(ROW)};
#undef ROW

bool backend_emits(const Backend *backend, Emit emit) {
    bool text = emit == EMIT_C || emit == EMIT_LLVM || emit == EMIT_ASM;
    return backend->emits >> (text ? emit : EMIT_OBJ) & 1;
}

const Backend *backend_find(const char *name, Emit emit) {
    const Backend *absent = NULL;
    for (size_t i = 0; i < COUNT_OF(backends); i++) {
        if (name != NULL ? string_is(backends[i]->name, name) : backend_emits(backends[i], emit)) {
            if (name != NULL || backends[i]->missing == NULL) {
                return backends[i];
            }
            absent = backends[i];
        }
    }
    return absent;
}

bool backend_objects(const Tools *tools, const Generation *from, const char *stem, Objects *objects) {
    if (from->backend->write_objects != NULL) {
        return from->backend->write_objects(tools, from, tools_path(tools, stem), objects);
    }
    const char *object = tools_path(tools, arena_format(tools->arena, "%s.o", stem));
    vec_push(tools->arena, objects, object);
    return from->backend->write(tools, from, EMIT_OBJ, object);
}
