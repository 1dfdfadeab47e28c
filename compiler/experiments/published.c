/* The curves of the texts: what Nielsen's own programs wrote when the figures of the book were made, one unseeded run
 * each (the folder fig of github.com/mnielsen/neural-networks-and-deep-learning, whose code is under the MIT licence).
 * Of the 500 steps some are kept. */
#include "compiler/experiments/published.h"

#include "compiler/base/base.h"

static const float steps[] = {0,   1,   2,   3,   4,   5,   8,   10,  15,  20,  25,  30,  40,  50,  75,  100,
                              125, 150, 175, 200, 225, 250, 275, 300, 325, 350, 375, 400, 425, 450, 475, 499};
static const float norms_2_1[] = {0.0657F,  0.043F,   0.0329F,  0.0268F,  0.0224F,  0.019F,   0.0119F,  0.00893F,
                                  0.00457F, 0.00251F, 0.00153F, 0.00111F, 0.00095F, 0.00102F, 0.00126F, 0.00149F,
                                  0.00168F, 0.00184F, 0.00197F, 0.00208F, 0.00218F, 0.00228F, 0.00238F, 0.00249F,
                                  0.00261F, 0.00274F, 0.00288F, 0.00303F, 0.00317F, 0.00329F, 0.00338F, 0.00343F};
static const float norms_2_2[] = {0.309F,   0.217F,   0.166F,   0.133F,   0.109F,   0.0903F,  0.0547F,  0.0404F,
                                  0.0202F,  0.0107F,  0.00597F, 0.00353F, 0.00169F, 0.00134F, 0.00152F, 0.00186F,
                                  0.00222F, 0.00259F, 0.00297F, 0.00337F, 0.00378F, 0.00421F, 0.00467F, 0.00517F,
                                  0.00571F, 0.00628F, 0.0069F,  0.00753F, 0.00816F, 0.00874F, 0.00925F, 0.00963F};
static const float norms_3_1[] = {0.0118F,   0.0112F,   0.00981F,  0.00805F,  0.00644F,  0.00516F,  0.00284F,
                                  0.002F,    0.000916F, 0.000456F, 0.000247F, 0.000152F, 9.52e-05F, 8.5e-05F,
                                  8.13e-05F, 8.05e-05F, 8.04e-05F, 8.08e-05F, 8.14e-05F, 8.21e-05F, 8.29e-05F,
                                  8.37e-05F, 8.44e-05F, 8.51e-05F, 8.56e-05F, 8.59e-05F, 8.62e-05F, 8.63e-05F,
                                  8.63e-05F, 8.62e-05F, 8.59e-05F, 8.56e-05F};
static const float norms_3_2[] = {0.06F,     0.0572F,   0.0502F,   0.0412F,   0.033F,    0.0265F,   0.0147F,
                                  0.0104F,   0.00482F,  0.00244F,  0.00133F,  0.000799F, 0.000417F, 0.000326F,
                                  0.00029F,  0.000281F, 0.000274F, 0.000267F, 0.000262F, 0.000257F, 0.000252F,
                                  0.000248F, 0.000244F, 0.000241F, 0.000237F, 0.000234F, 0.000231F, 0.000229F,
                                  0.000226F, 0.000223F, 0.000221F, 0.000218F};
static const float norms_3_3[] = {0.283F,   0.278F,   0.257F,   0.22F,    0.182F,   0.149F,   0.0841F,  0.0596F,
                                  0.0276F,  0.0139F,  0.00756F, 0.00447F, 0.00218F, 0.0016F,  0.0014F,  0.00138F,
                                  0.00137F, 0.00137F, 0.00136F, 0.00135F, 0.00134F, 0.00133F, 0.00132F, 0.00132F,
                                  0.00131F, 0.0013F,  0.00129F, 0.00129F, 0.00128F, 0.00127F, 0.00127F, 0.00126F};
static const float norms_4_1[] = {0.00298F,  0.00202F,  0.00148F,  0.00113F,  0.000882F, 0.0007F,   0.00038F,
                                  0.000266F, 0.000122F, 6.37e-05F, 3.91e-05F, 2.87e-05F, 2.22e-05F, 2.06e-05F,
                                  1.93e-05F, 1.83e-05F, 1.74e-05F, 1.66e-05F, 1.58e-05F, 1.5e-05F,  1.42e-05F,
                                  1.35e-05F, 1.29e-05F, 1.23e-05F, 1.17e-05F, 1.11e-05F, 1.05e-05F, 1e-05F,
                                  9.53e-06F, 9.06e-06F, 8.62e-06F, 8.21e-06F};
static const float norms_4_2[] = {0.0171F,   0.0119F,   0.00866F,  0.00651F,  0.00502F,  0.00396F,  0.00212F,
                                  0.00147F,  0.000654F, 0.00032F,  0.000172F, 0.000104F, 5.84e-05F, 4.8e-05F,
                                  4.38e-05F, 4.24e-05F, 4.11e-05F, 3.99e-05F, 3.86e-05F, 3.75e-05F, 3.63e-05F,
                                  3.52e-05F, 3.42e-05F, 3.32e-05F, 3.22e-05F, 3.12e-05F, 3.03e-05F, 2.94e-05F,
                                  2.85e-05F, 2.77e-05F, 2.69e-05F, 2.61e-05F};
static const float norms_4_3[] = {0.0695F,   0.0537F,   0.0429F,   0.034F,    0.0271F,   0.0217F,   0.012F,
                                  0.0084F,   0.00376F,  0.00184F,  0.000981F, 0.000585F, 0.00031F,  0.000247F,
                                  0.000225F, 0.000222F, 0.000219F, 0.000216F, 0.000213F, 0.00021F,  0.000208F,
                                  0.000205F, 0.000202F, 0.0002F,   0.000198F, 0.000195F, 0.000193F, 0.000191F,
                                  0.000189F, 0.000187F, 0.000184F, 0.000183F};
static const float norms_4_4[] = {0.285F,    0.213F,    0.179F,    0.146F,    0.118F,    0.095F,    0.0524F,
                                  0.0366F,   0.0163F,   0.00791F,  0.0042F,   0.00249F,  0.00131F,  0.00104F,
                                  0.000965F, 0.00096F,  0.000957F, 0.000955F, 0.000953F, 0.00095F,  0.000948F,
                                  0.000946F, 0.000944F, 0.000941F, 0.000939F, 0.000937F, 0.000935F, 0.000933F,
                                  0.000931F, 0.000929F, 0.000927F, 0.000925F};
static const float epochs[] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                               16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30};
static const float small_30[] = {0.9270F, 0.9414F, 0.9470F, 0.9504F, 0.9537F, 0.9550F, 0.9587F, 0.9594F,
                                 0.9596F, 0.9594F, 0.9616F, 0.9595F, 0.9622F, 0.9630F, 0.9636F, 0.9641F,
                                 0.9625F, 0.9652F, 0.9637F, 0.9634F, 0.9642F, 0.9639F, 0.9649F, 0.9646F,
                                 0.9646F, 0.9653F, 0.9646F, 0.9653F, 0.9640F, 0.9650F};
static const float large_30[] = {0.8643F, 0.9044F, 0.9141F, 0.9231F, 0.9299F, 0.9327F, 0.9385F, 0.9416F,
                                 0.9433F, 0.9449F, 0.9476F, 0.9489F, 0.9500F, 0.9535F, 0.9521F, 0.9548F,
                                 0.9564F, 0.9573F, 0.9585F, 0.9592F, 0.9596F, 0.9615F, 0.9607F, 0.9605F,
                                 0.9606F, 0.9622F, 0.9637F, 0.9648F, 0.9635F, 0.9637F};
static const float small_100[] = {0.9295F, 0.9481F, 0.9547F, 0.9592F, 0.9664F, 0.9673F, 0.9702F, 0.9719F,
                                  0.9726F, 0.9726F, 0.9732F, 0.9732F, 0.9730F, 0.9734F, 0.9745F, 0.9751F,
                                  0.9757F, 0.9761F, 0.9764F, 0.9766F, 0.9758F, 0.9767F, 0.9756F, 0.9752F,
                                  0.9777F, 0.9775F, 0.9770F, 0.9770F, 0.9771F, 0.9781F};
static const float large_100[] = {0.8994F, 0.9181F, 0.9260F, 0.9364F, 0.9427F, 0.9449F, 0.9497F, 0.9512F,
                                  0.9560F, 0.9578F, 0.9603F, 0.9616F, 0.9626F, 0.9629F, 0.9644F, 0.9671F,
                                  0.9674F, 0.9679F, 0.9700F, 0.9708F, 0.9707F, 0.9717F, 0.9729F, 0.9720F,
                                  0.9719F, 0.9745F, 0.9751F, 0.9754F, 0.9755F, 0.9742F};

static const Published published[] = {
    {"speed", "2", "delta_norm", "dense1", COUNT_OF(steps), steps, norms_2_1},
    {"speed", "2", "delta_norm", "dense2", COUNT_OF(steps), steps, norms_2_2},
    {"speed", "3", "delta_norm", "dense1", COUNT_OF(steps), steps, norms_3_1},
    {"speed", "3", "delta_norm", "dense2", COUNT_OF(steps), steps, norms_3_2},
    {"speed", "3", "delta_norm", "dense3", COUNT_OF(steps), steps, norms_3_3},
    {"speed", "4", "delta_norm", "dense1", COUNT_OF(steps), steps, norms_4_1},
    {"speed", "4", "delta_norm", "dense2", COUNT_OF(steps), steps, norms_4_2},
    {"speed", "4", "delta_norm", "dense3", COUNT_OF(steps), steps, norms_4_3},
    {"speed", "4", "delta_norm", "dense4", COUNT_OF(steps), steps, norms_4_4},
    {"weights", "small-30", "validation_accuracy", "", COUNT_OF(epochs), epochs, small_30},
    {"weights", "large-30", "validation_accuracy", "", COUNT_OF(epochs), epochs, large_30},
    {"weights", "small-100", "validation_accuracy", "", COUNT_OF(epochs), epochs, small_100},
    {"weights", "large-100", "validation_accuracy", "", COUNT_OF(epochs), epochs, large_100},
};

const Published *published_find(const char *experiment, const char *row, const char *column, const char *layer) {
    for (size_t i = 0; i < COUNT_OF(published); i++) {
        const Published *curve = &published[i];
        if (string_is(curve->experiment, experiment) && string_is(curve->row, row) &&
            string_is(curve->column, column) && string_is(curve->layer, layer)) {
            return curve;
        }
    }
    return NULL;
}
