#include "runtime/infer/score.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/infer/predictor.h"

bool net_predict_score_begin(NetPredictScore *score, const NetNetwork *network, NetError *error) {
    *score = (NetPredictScore){.network = network};
    if (network->compared != NET_COMPARED_VALUES) return true;
    size_t outputs = (size_t)network->outputs;
    score->errors = net_alloc(outputs, sizeof *score->errors, error);
    score->mean = score->errors != NULL ? net_alloc(outputs, sizeof *score->mean, error) : NULL;
    score->spread = score->mean != NULL ? net_alloc(outputs, sizeof *score->spread, error) : NULL;
    if (score->spread != NULL) return true;
    net_predict_score_free(score);
    return false;
}

void net_predict_score_free(NetPredictScore *score) {
    free(score->errors);
    free(score->mean);
    free(score->spread);
}

void net_predict_score_class(NetPredictScore *score, const float *outputs, uint32_t label) {
    score->images++;
    score->correct += net_network_class(score->network, outputs) == label;
}

/* Above 0.5 says 1; what is not a number says nothing right. */
static void add_answers(NetPredictScore *score, const float *outputs, const float *wanted) {
    bool all = true;
    for (int64_t i = 0; i < score->network->outputs; i++) {
        bool is_one = wanted[i] > 0.5f;
        bool right = is_one ? outputs[i] > 0.5f : outputs[i] <= 0.5f;
        score->correct += right;
        score->true_positive += is_one && right;
        score->false_negative += is_one && !right;
        score->false_positive += !is_one && !right;
        all = all && right;
    }
    score->exact += all;
}

void net_predict_score_numbers(NetPredictScore *score, const float *outputs, const float *wanted) {
    score->images++;
    if (score->network->compared == NET_COMPARED_LABELS) {
        add_answers(score, outputs, wanted);
        return;
    }
    for (int64_t i = 0; i < score->network->outputs; i++) {
        double error = (double)outputs[i] - (double)wanted[i];
        double before = (double)wanted[i] - score->mean[i];
        score->squared += error * error;
        score->absolute += fabs(error);
        score->errors[i] += error * error;
        score->mean[i] += before / (double)score->images; /* Welford 1962 */
        score->spread[i] += before * ((double)wanted[i] - score->mean[i]);
    }
}

/* The mean over the outputs; not a number where one of them should always be the same. */
static double r2_of(const NetPredictScore *score) {
    double sum = 0;
    for (int64_t i = 0; i < score->network->outputs; i++)
        sum += score->spread[i] > 0 ? 1 - score->errors[i] / score->spread[i] : (double)NAN;
    return sum / (double)score->network->outputs;
}

static void print_json_number(const char *name, double value) {
    if (isfinite(value))
        printf(",\"%s\":%.9g", name, value);
    else
        printf(",\"%s\":null", name);
}

static void print_errors(const NetPredictScore *score, bool json) {
    double values = (double)score->images * (double)score->network->outputs;
    double rmse = sqrt(score->squared / values), mae = score->absolute / values, r2 = r2_of(score);
    char images[NET_COUNT_TEXT];
    if (json) {
        printf("{\"images\":%lld", (long long)score->images);
        print_json_number("rmse", rmse);
        print_json_number("mae", mae);
        print_json_number("r2", r2);
        puts("}");
        return;
    }
    printf("RMSE %.6g  (%s example%s; MAE %.6g, R2 ", rmse, net_count(images, (uint64_t)score->images),
           net_plural((uint64_t)score->images), mae);
    printf(isnan(r2) ? "nan)\n" : "%.6g)\n", r2);
}

void net_predict_score_print(const NetPredictScore *score, bool json) {
    const NetNetwork *network = score->network;
    if (network->compared == NET_COMPARED_VALUES) {
        print_errors(score, json);
        return;
    }
    bool several = network->compared == NET_COMPARED_LABELS;
    char right[NET_COUNT_TEXT], all[NET_COUNT_TEXT];
    double answers = (double)score->images * (several ? (double)network->outputs : 1);
    double share = score->correct / answers, exact = score->exact / (double)score->images;
    double deviation = sqrt(share * (1 - share) / answers);
    double twice = 2 * score->true_positive;
    double f1 = twice / (twice + score->false_positive + score->false_negative);
    if (json) {
        printf("{\"images\":%lld,\"correct\":%.0f,\"accuracy\":%.9g,\"standard_error\":%.9g", (long long)score->images,
               score->correct, share, deviation);
        if (several) print_json_number("exact", exact);
        if (several) print_json_number("f1", f1);
        puts("}");
        return;
    }
    printf("%.2f %%  (%s of %s; ± %.2f", 100 * share, net_count(right, (uint64_t)score->correct),
           net_count(all, (uint64_t)answers), 100 * deviation);
    if (several)
        printf(isnan(f1) ? "; exact matches %.2f %%, F1 nan" : "; exact matches %.2f %%, F1 %.4f", 100 * exact, f1);
    puts(")");
}
