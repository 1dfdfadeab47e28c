/* The decoder of model descriptors: a good one is read right, a changed one is refused with a reason, never worse. */
#include "unit.h"

#include <math.h>

#include "runtime/train/param.h"

/* A whole descriptor; %s stands for what a test puts in its place. */
static const char good[] =
    "{\"abi\":8,\"netc\":\"0.1.0\",\"name\":\"tiny\",\"kernels\":2,\"input\":{\"shape\":[1,2,2],\"type\":\"u8\"},"
    "\"outputs\":3,\"classes\":3,\"target\":\"class\",\"targets\":0,"
    "\"layers\":[{\"name\":\"dense1\",\"kind\":\"dense\",\"shape\":[3],\"activation\":\"softmax\"}],"
    "\"tensors\":[{\"name\":\"dense1.weight\",\"role\":\"weight\",\"buffer\":\"param\",\"offset\":0,\"size\":12,"
    "\"shape\":[3,4],\"trained\":true,\"kept\":\"dense1.weight\",\"decays\":true,\"init\":{\"kind\":\"normal\",\"a\":0,"
    "\"b\":0.5}},"
    "{\"name\":\"dense1.bias\",\"role\":\"bias\",\"buffer\":\"param\",\"offset\":12,\"size\":3,\"shape\":[3],"
    "\"trained\":true,\"kept\":\"dense1.bias\",\"decays\":false,\"init\":{\"kind\":\"constant\",\"a\":0,\"b\":0}}],"
    "\"sizes\":{\"param\":15,\"state\":0,\"grad_slot\":15,\"grad\":120,\"scratch\":64,"
    "\"log_once\":1,\"log_chunk\":2},\"scalars\":[\"rate / m\"],\"random\":false,\"penalty\":{},"
    "\"programs\":{\"train\":{\"phases\":[{\"kernel\":0,\"tasks\":\"slot\"},{\"kernel\":1,\"tasks\":\"part\"}],"
    "\"log\":[{\"name\":\"cost\",\"layer\":\"\",\"per\":\"chunk\",\"at\":0,\"count\":1,\"elements\":1},"
    "{\"name\":\"correct\",\"layer\":\"\",\"per\":\"chunk\",\"at\":1,\"count\":1,\"elements\":1}]},"
    "\"eval\":{\"phases\":[{\"kernel\":0,\"tasks\":\"chunk\"}],"
    "\"log\":[{\"name\":\"cost\",\"layer\":\"\",\"per\":\"chunk\",\"at\":0,\"count\":1,\"elements\":1},"
    "{\"name\":\"correct\",\"layer\":\"\",\"per\":\"chunk\",\"at\":1,\"count\":1,\"elements\":1}]}},"
    "\"data\":{\"kind\":\"digits\"},\"split\":{\"train\":0,\"validation\":0.1,\"test\":0},\"settings\":["
    "{\"name\":\"cost\",\"line\":\"cost\",\"key\":\"\",\"type\":\"word\",\"value\":\"log_likelihood\"},"
    "{\"name\":\"optimizer\",\"line\":\"optimizer\",\"key\":\"\",\"type\":\"word\",\"value\":\"sgd\"},"
    "{\"name\":\"rate\",\"line\":\"optimizer "
    "sgd\",\"key\":\"rate\",\"type\":\"real\",\"value\":0.1,\"low\":0,\"flag\":\"rate\",\"argument\":\"R\",\"doc\":"
    "\"\",\"above\":true},"
    "{\"name\":\"l2\",\"line\":\"regularize\",\"key\":\"l2\",\"type\":\"real\",\"value\":0,\"low\":0,\"flag\":\"l2\","
    "\"argument\":\"L\",\"doc\":\"\",\"same\":\"decay\"},"
    "{\"name\":\"weight_decay\",\"line\":\"regularize\",\"key\":\"weight_decay\",\"type\":\"real\",\"value\":0,\"low\":"
    "0,\"flag\":\"weight-decay\",\"argument\":\"D\",\"doc\":\"\",\"same\":\"decay\"},"
    "{\"name\":\"batch\",\"line\":\"batch\",\"key\":\"\",\"type\":\"integer\",\"value\":0,\"low\":1,\"flag\":\"batch\","
    "\"argument\":\"N|full\",\"doc\":\"\",\"high\":1e9,\"zero\":\"full\"},"
    "{\"name\":\"epochs\",\"line\":\"epochs\",\"key\":\"\",\"type\":\"integer\",\"value\":10,\"low\":0,\"flag\":"
    "\"epochs\",\"argument\":\"N\",\"doc\":\"\",\"high\":1e9,\"changes\":\"freely\"},"
    "{\"name\":\"patience\",\"line\":\"stop\",\"key\":\"patience\",\"type\":\"integer\",\"value\":0,\"low\":1,\"flag\":"
    "\"patience\",\"argument\":\"N|never\",\"doc\":\"\",\"high\":1e9,\"zero\":\"never\",\"changes\":\"freely\"},"
    "{\"name\":\"monitor\",\"line\":\"stop\",\"key\":\"monitor\",\"type\":\"word\",\"value\":\"accuracy\"},"
    "{\"name\":\"seed\",\"line\":\"seed\",\"key\":\"\",\"type\":\"integer\",\"value\":1,\"low\":0,\"flag\":\"seed\","
    "\"argument\":\"S\",\"doc\":\"\"},"
    "{\"name\":\"ensemble\",\"line\":\"ensemble\",\"key\":\"\",\"type\":\"integer\",\"value\":1,\"low\":1},"
    "{\"name\":\"combine\",\"line\":\"ensemble\",\"key\":\"combine\",\"type\":\"word\",\"value\":\"mean\"},"
    "{\"name\":\"class_weights\",\"line\":\"cost\",\"key\":\"class_weights\",\"type\":\"word\",\"value\":\"none\"},"
    "{\"name\":\"log\",\"line\":\"log\",\"key\":\"\",\"type\":\"word\",\"value\":\"nothing\"},"
    "{\"name\":\"log_formats\",\"line\":\"log\",\"key\":\"formats\",\"type\":\"word\",\"value\":\"csv\"}"
    "],"
    "\"text\":\"\",\"path\":\"tiny.net\",\"order_hash\":\"0\",\"backend\":\"c\",\"cpu\":\"generic\"}";

static void nothing(const void *self, float *param, float *state, float *grad, float *batch, float *scratch,
                    const void *input, const uint32_t *label, const float *target, const uint32_t *item,
                    const float *scalar, double *log, int64_t n, int64_t task, int64_t part, int64_t parts,
                    void *team) {
    (void)self, (void)param, (void)state, (void)grad, (void)batch, (void)scratch, (void)input, (void)label;
    (void)target, (void)item, (void)scalar, (void)log, (void)n, (void)task, (void)part;
    (void)parts, (void)team;
}

static NetKernel *const kernels[] = {nothing, nothing};

static bool decode(const char *text, size_t size, NetModel *model, NetError *error) {
    NetCode code = {.abi = NET_ABI, .descriptor = text, .descriptor_size = size, .kernel = kernels};
    *error = (NetError){0};
    return net_model_decode(&code, model, error);
}

static void test_good(void **state) {
    (void)state;
    NetModel model;
    NetError error;
    assert_true(decode(good, sizeof good - 1, &model, &error));
    assert_string_equal(model.name, "tiny");
    assert_int_equal(model.input_size, 4);
    assert_int_equal(net_model_parameters(&model), 15);
    assert_int_equal(model.tensor[1].offset, 12);
    assert_true(model.tensor[0].init.kind == NET_INIT_NORMAL && model.tensor[0].init.b == 0.5);
    assert_false(model.train_log.present);
    assert_int_equal(model.train.phases, 2);
    assert_true(model.train.phase[1].tasks == NET_TASKS_PART);
    const NetSetting *rate = &model.setting[model.known[NET_KNOWN_RATE]], *l2 = rate + 1;
    assert_true(rate->used && rate->above && rate->value == 0.1);
    assert_true(!l2->used && net_setting_same(l2, l2 + 1) && !net_setting_same(l2, rate));
    assert_string_equal(model.compiled.optimizer, "sgd");
    double log[] = {9, 1, 2, 10, 20};
    assert_true(net_log_value(&model, net_program_entry(&model.eval, NET_LOG_CORRECT, -1), log, 2, 0) == 22);
    net_model_free(&model);
}

/* Replaces the first `from` by `to`; the result must be refused, and the reason hold `reason`. */
static void refuse(const char *from, const char *to, const char *reason) {
    const char *at = strstr(good, from);
    assert_non_null(at);
    char text[2 * sizeof good];
    int size = snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
    NetModel model;
    NetError error;
    assert_false(decode(text, (size_t)size, &model, &error));
    if (strstr(error.text, reason) == NULL) fail_msg("'%s' to '%s': %s", from, to, error.text);
    assert_int_equal(error.status, NET_ENVIRONMENT);
}

static void test_bad(void **state) {
    (void)state;
    refuse("\"abi\":8", "\"abi\":5", "version 5");
    refuse("\"name\":\"tiny\"", "\"name\":7", "'name'");
    refuse("\"param\":15", "\"param\":14", "beyond its buffer");
    refuse("\"offset\":12", "\"offset\":11", "overlaps");
    refuse("\"offset\":12", "\"offset\":-1", "'offset'");
    refuse("[3,4]", "[3,5]", "a size of 12");
    refuse("[3,4]", "[3,4611686018427387904]", "side");
    refuse("dense1.bias", "dense1.weight", "two tensors");
    refuse("\"grad\":120", "\"grad\":119", "slots");
    refuse("\"kernel\":1", "\"kernel\":2", "'kernel'");
    refuse("\"slot\"", "\"slots\"", "unknown value 'slots'");
    refuse("\"at\":1", "\"at\":2", "beyond the log");
    refuse("\"correct\"", "\"wrong\"", "unknown value 'wrong'");
    refuse("\"layer\":\"\"", "\"layer\":\"dense2\"", "unknown layer 'dense2'");
    refuse("\"eval\"", "\"evil\"", "no program 'eval'");
    refuse("rate / m", "rate / k", "at 'k': no setting has that name");
    refuse("rate / m", "cost / m", "reads the word 'cost'");
    refuse("\"penalty\":{}", "\"penalty\":{\"sizes\":\"l1 / n\"}", "at 'l1 / n'");
    refuse("nothing", "gradients", "gradients_every");
    refuse("\"value\":0.1", "\"value\":\"fast\"", "'value'");
    refuse("\"value\":0.1", "\"value\":-0.1", "'rate' is out of its range");
    refuse("\"name\":\"patience\"", "\"name\":\"waits\"", "no setting 'patience'");
    refuse("\"flag\":\"epochs\",", "", "'epochs' has no option");
    refuse("\"name\":\"l2\"", "\"name\":\"rate\"", "two settings are named 'rate'");
    refuse("\"type\":\"integer\"", "\"type\":\"whole\"", "unknown value 'whole'");
    refuse("\"value\":10", "\"value\":1.5", "no whole number");
    refuse("\"role\":\"bias\"", "\"role\":\"memory\"", "unknown value 'memory'");
    refuse("\"normal\"", "\"data\"", "'statistic'");
    refuse("\"normal\"", "\"copy\"", "'of'");
    refuse("\"normal\"", "\"copy\",\"of\":\"dense2.weight\"", "as a copy of 'dense2.weight'");
    refuse("\"normal\"", "\"copy\",\"of\":\"dense1.bias\"", "as a copy of 'dense1.bias'");
    refuse("\"normal\"", "\"data\",\"statistic\":\"median\"", "unknown value 'median'");
    refuse("\"kept\":\"dense1.bias\"", "\"kept\":\"dense1.weight\"", "two tensors are named 'dense1.weight'");
    refuse("\"kept\":\"dense1.bias\"", "\"kept\":true", "'kept'");
    refuse("\"kept\":\"dense1.bias\"", "\"metadata\":true", "no name in weights files");
    refuse("\"kind\":\"constant\"", "\"kind\":\"centre\"", "no program 'init'");
    refuse("}}", "}", "line");
    refuse("[3,4]", "[3,4],\"line\":16", "beyond its buffer");
    refuse("[3,4]", "[3,4],\"line\":1099511627776", "beyond its buffer");
    refuse("[3,4]", "[3,4],\"line\":24", "by columns that are 24 apart");
    refuse("[3,4]", "[3,4],\"line\":0", "'line' is not an integer from 16");
    refuse("[3,4]", "[3,4],\"line\":true", "'line'");
    refuse("\"size\":12,\"shape\":[3,4]", "\"size\":12,\"shape\":[12],\"line\":16", "by columns");
    refuse("\"size\":12,\"shape\":[3,4]", "\"size\":17,\"shape\":[17,1],\"line\":16", "by columns");
    refuse("\"size\":12,\"shape\":[3,4]", "\"size\":3,\"shape\":[3,1],\"line\":16", "beyond its buffer");
}

/* A text with the first `from` in it replaced by `to`; free() releases it. */
static char *replaced(const char *text, const char *from, const char *to) {
    const char *at = strstr(text, from);
    assert_non_null(at);
    char *out = net_text(NULL, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    assert_non_null(out);
    return out;
}

/* A descriptor of a weight of 3 rows and 4 columns, a bias of 3 and, in the state, two that are like the weight: an
 * average, which weights files keep, and a moment. `more` says how these three lie, `offset` where the next one
 * begins. free() releases it. */
static char *stored_text(const char *offset, const char *more, const char *sizes) {
    static const char state[] =
        "\"buffer\":\"state\",\"size\":12,\"shape\":[3,4],\"trained\":false,\"decays\":false,\"init\":{\"kind\":"
        "\"copy\",\"of\":\"dense1.weight\"}";
    char *rows =
        net_text(NULL,
                 "\"a\":0,\"b\":0}},{\"name\":\"mean\",\"role\":\"average\",\"kept\":\"mean\",\"offset\":0%s,%s},"
                 "{\"name\":\"velocity\",\"role\":\"moment\",\"offset\":%s%s,%s}]",
                 more, state, offset, more, state);
    char *weight = net_text(NULL, "[3,4]%s", more), *bias = net_text(NULL, "\"offset\":%s,\"size\":3", offset);
    const char *const changes[][2] = {{"[3,4]", weight},
                                      {"\"offset\":12,\"size\":3", bias},
                                      {"\"a\":0,\"b\":0}}]", rows},
                                      {"\"param\":15,\"state\":0", sizes}};
    char *text = net_text(NULL, "%s", good);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char *next = replaced(text, changes[i][0], changes[i][1]);
        free(text);
        text = next;
    }
    free(weight), free(bias), free(rows);
    return text;
}

static bool decode_free(char *text, NetModel *model, NetError *error) {
    bool ok = decode(text, strlen(text), model, error);
    free(text);
    return ok;
}

static void test_columns(void **unused) {
    (void)unused;
    enum { LINE = 32, COLUMNS = 4, ROWS = 3, SIZE = 12 };
    NetModel plain, turned;
    NetError error = {0};
    const char *line = ",\"line\":32", *sizes = "\"param\":144,\"state\":256";
    assert_true(decode_free(stored_text("16", "", "\"param\":32,\"state\":32"), &plain, &error));
    assert_false(decode_free(stored_text("112", line, sizes), &turned, &error));
    unit_says(&error, "overlaps");
    assert_true(decode_free(stored_text("128", line, sizes), &turned, &error));
    const NetParam *weight = &turned.tensor[0], *average = &turned.tensor[2], *velocity = &turned.tensor[3];
    assert_true(weight->line == LINE && weight->room == 128 && turned.tensor[1].line == 0);
    assert_int_equal(net_model_parameters(&turned), 15);
    assert_true(plain.kept_size == 16 && turned.kept_size == 128);
    assert_true(turned.plain.param == 32 && turned.plain.state == 32 && turned.plain.kept == 16);
    assert_true(plain.plain.param == 32 && plain.plain.state == 32 && plain.plain.kept == 16);
    for (int i = 0; i < 4; i++) assert_int_equal(turned.tensor[i].place, plain.tensor[i].place);

    float values[SIZE], out[SIZE], state[256], kept[16] = {0}, all[32] = {0}, expected[32] = {0};
    for (int i = 0; i < SIZE; i++) expected[i] = expected[16 + i] = values[i] = (float)(1 + i);
    expected[16] = -7;
    for (int i = 0; i < 256; i++) state[i] = NAN;
    net_param_put(average, values, state);
    for (int c = 0; c < COLUMNS; c++)
        for (int r = 0; r < LINE; r++)
            assert_true(state[c * LINE + r] == (r < ROWS ? values[r * COLUMNS + c] : 0) && isnan(state[128]));
    net_param_get(average, state, out);
    assert_memory_equal(out, values, sizeof out);

    state[ROWS] = state[LINE + ROWS] = NAN; /* between columns: it means nothing */
    assert_true(net_param_finite(average, state) && !net_param_finite(velocity, state));
    const float *read = net_param_open(average, state, &error);
    assert_memory_equal(read, values, sizeof values);
    net_param_close(average, read);
    net_param_put(velocity, values, state);
    float *changed = net_param_edit(velocity, state, &error);
    assert_memory_equal(changed, values, sizeof values);
    changed[0] = -7;
    net_param_settle(velocity, changed, state);
    assert_true(state[128] == -7 && net_param_finite(velocity, state));
    state[128 + 3 * LINE + 2] = INFINITY; /* the last of all */
    assert_false(net_param_finite(velocity, state));
    state[128 + 3 * LINE + 2] = values[SIZE - 1];

    net_params_get(&turned, true, state, 32, all);
    assert_memory_equal(all, expected, sizeof all);
    net_params_get(&turned, true, state, 16, kept); /* the first part alone */
    assert_memory_equal(kept, expected, sizeof kept);
    float again[256] = {0}, ordered[32] = {0};
    net_params_put(&turned, true, all, 32, again);
    net_params_put(&plain, true, all, 32, ordered);
    state[ROWS] = state[LINE + ROWS] = 0;
    assert_memory_equal(again, state, sizeof state);
    assert_memory_equal(ordered, expected, sizeof ordered);
    read = net_param_open(&plain.tensor[2], ordered, &error);
    assert_ptr_equal(read, ordered); /* no copy */
    net_param_close(&plain.tensor[2], read);
    net_model_free(&plain);
    net_model_free(&turned);
}

/* Cut anywhere, and with any byte changed, it is read or refused, without a crash (run under a sanitizer). */
static void test_damaged(void **state) {
    (void)state;
    char text[sizeof good];
    NetModel model;
    NetError error;
    for (size_t i = 0; i < sizeof good - 1; i++) {
        static const char bytes[] = {'0', '9', '"', '-', '[', 'x', '\0'};
        assert_false(decode(good, i, &model, &error));
        for (size_t k = 0; k < sizeof bytes; k++) {
            memcpy(text, good, sizeof good);
            text[i] = bytes[k];
            if (decode(text, sizeof good - 1, &model, &error)) net_model_free(&model);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_good), cmocka_unit_test(test_bad),
                                       cmocka_unit_test(test_columns), cmocka_unit_test(test_damaged)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
