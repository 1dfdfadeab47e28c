/* Event files: checksums, and the tags and values that rows become. */
#include "tests/unit/unit.h"

#include "runtime/base/atomic.h"
#include "runtime/log/crc32c.h"
#include "runtime/log/events.h"
#include "runtime/log/tfevents.pb-c.h"

static void checksums_are_those_of_the_standard(void **state) {
    (void)state;
    unsigned char bytes[32] = {0};
    assert_int_equal(net_crc32c("", 0), 0);
    assert_int_equal(net_crc32c("123456789", 9), 0xe3069283);
    assert_int_equal(net_crc32c(bytes, sizeof bytes), 0x8a9136aa); /* RFC 3720, B.4 */
    memset(bytes, 0xff, sizeof bytes);
    assert_int_equal(net_crc32c(bytes, sizeof bytes), 0x62a8ab43);
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)i;
    assert_int_equal(net_crc32c(bytes, sizeof bytes), 0x46dd794e);
}

/* The message of the record that stands at *at. */
static Tfevents__Event *next(const char *bytes, size_t size, size_t *at) {
    uint64_t length;
    assert_true(*at + 16 <= size);
    memcpy(&length, bytes + *at, sizeof length);
    assert_true(length <= size - *at - 16);
    Tfevents__Event *event = tfevents__event__unpack(NULL, length, (const uint8_t *)bytes + *at + 12);
    assert_non_null(event);
    assert_true(event->wall_time > 1e9);
    *at += 16 + length;
    return event;
}

static void is_scalar(const Tfevents__Event *event, size_t place, const char *tag, float value) {
    assert_true(place < event->summary->n_value);
    assert_string_equal(event->summary->value[place]->tag, tag);
    assert_true(event->summary->value[place]->simple_value == value);
}

static void rows_become_events(void **state) {
    char path[512];
    NetError error = {0};
    unit_path(path, state, "events");
    NetAppend *file = net_append_open(path, 0, &error);
    static const char layers[] = "step,epoch,source,layer,norm,empty,last\n",
                      run[] = "epoch,step,rate,validation_cost\n";
    assert_true(net_events_begin(file, &error));
    assert_true(net_events_row(file, "", layers, "70000,3,probe,c1.bias,-0.25,,1e9\n", &error));
    assert_true(net_events_row(file, "few_", layers, "0,0,batch,d,2,3,4\n", &error));
    assert_true(net_events_row(file, "", run, "2,540,0.5,nan\n", &error));
    int64_t length = net_append_length(file);
    assert_true(net_events_row(file, "", run, "2,540,,\n", &error)); /* nothing to be drawn */
    assert_int_equal(net_append_length(file), length);
    assert_true(net_append_close(file, &error));

    size_t size, at = 0;
    char *bytes = net_file_read(path, 1 << 20, &size, &error);
    assert_non_null(bytes);
    Tfevents__Event *event[4];
    for (size_t i = 0; i < 4; i++) event[i] = next(bytes, size, &at);
    assert_int_equal(at, size);
    assert_string_equal(event[0]->file_version, "brain.Event:2");
    assert_int_equal(event[1]->step, 70000);
    assert_int_equal(event[1]->summary->n_value, 2);
    is_scalar(event[1], 0, "norm_probe/c1.bias", -0.25F);
    is_scalar(event[1], 1, "last_probe/c1.bias", 1e9F);
    assert_int_equal(event[2]->summary->n_value, 3);
    assert_true(event[2]->has_step && event[2]->step == 0);
    is_scalar(event[2], 0, "few_norm/d", 2);
    is_scalar(event[2], 1, "few_empty/d", 3);
    assert_int_equal(event[3]->step, 540);
    is_scalar(event[3], 0, "rate", 0.5F);
    assert_string_equal(event[3]->summary->value[1]->tag, "cost/validation");
    assert_true(event[3]->summary->value[1]->simple_value != event[3]->summary->value[1]->simple_value);
    for (size_t i = 0; i < 4; i++) tfevents__event__free_unpacked(event[i], NULL);
    free(bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checksums_are_those_of_the_standard),
        cmocka_unit_test_setup_teardown(rows_become_events, unit_folder_make, unit_folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
