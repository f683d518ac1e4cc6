/* Optimizers compared with values computed by hand or in decimal arithmetic. */
#include "check.h"
#include "optimizer.h"

enum { N = 4, TEN = 10 };

static const float start[N] = {1.0f, -2.0f, 0.5f, 0.0f};

/* Eighths, exact in floats; step t counts from 1. */
static float gradient(int i, int t) { return (float)((7 * t + 3 * i) % 11 - 5) / 8.0f; }

typedef struct {
  float w[N], states[FR_MAX_STATES][N];
} weights;

/* The states are a separate block, as large as the optimizer asks for. */
static void step(fr_optimizer *o, weights *at, const float *g) {
  int states = fr_optimizer_states(o);
  size_t bytes = (size_t)states * sizeof *at->states;
  float *w = check_alloc(sizeof at->w), *s = check_alloc(bytes);
  memcpy(w, at->w, sizeof at->w);
  memcpy(s, at->states, bytes);
  fr_optimizer_begin_step(o, o->learning_rate);
  fr_optimizer_update(o, w, s, N, g, N);
  memcpy(at->w, w, sizeof at->w);
  memcpy(at->states, s, bytes);
  free(w);
  free(s);
}

static weights begin(const fr_optimizer *o) {
  weights at;
  memcpy(at.w, start, sizeof start);
  for (int s = 0; s < FR_MAX_STATES; s++)
    for (int i = 0; i < N; i++) at.states[s][i] = fr_optimizer_initial_state(o);
  return at;
}

static void ten_steps(fr_optimizer *o, weights *at) {
  for (int t = 1; t <= TEN; t++) {
    float g[N];
    for (int i = 0; i < N; i++) g[i] = gradient(i, t);
    step(o, at, g);
  }
}

/* Ten steps of float arithmetic on weights below 4. */
static const double TOLERANCE = TEN * 4 * (double)FLT_EPSILON;

/* ---- Adam ------------------------------------------------------------------------------------ */

/* Fifty-digit decimal arithmetic, for g as above and each weight:
 *   m = 0.9 m + 0.1 g;  v = 0.999 v + 0.001 g²
 *   w = w - 0.1 · √(1 - 0.999^t) / (1 - 0.9^t) · m / (√v + 1e-7) */
static void ten_adam_steps(void) {
  static const double want[TEN][N] = {
      {0.900001264895, -2.09999949404, 0.599999156733, 0.0},
      {0.905264375703, -2.18030319327, 0.580648213746, 0.0744132117262},
      {0.851654937128, -2.20137439834, 0.56568987877, 0.0820813903306},
      {0.798419995017, -2.24824461131, 0.592455112451, 0.0996463243698},
      {0.783397780019, -2.28786062891, 0.589770147535, 0.148456874158},
      {0.74513131289, -2.2920863579, 0.594800768809, 0.174867678791},
      {0.711713048952, -2.31300537322, 0.627478361687, 0.210338639556},
      {0.708529386395, -2.32566430079, 0.644449074261, 0.209447038141},
      {0.689831223217, -2.31117662532, 0.669838089175, 0.203349088317},
      {0.678509131095, -2.30792717293, 0.666470973868, 0.213196455302}};
  fr_optimizer o = {
      .kind = FR_ADAM, .learning_rate = 0.1, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-7};
  weights at = begin(&o);
  for (int t = 1; t <= TEN; t++) {
    float g[N];
    for (int i = 0; i < N; i++) g[i] = gradient(i, t);
    step(&o, &at, g);
    for (int i = 0; i < N; i++) CHECK_NEAR(at.w[i], want[t - 1][i], TOLERANCE, "adam");
  }
  CHECK(o.steps == TEN, "%d steps counted", (int)o.steps);
}

/* Learning rate 1 and betas 0: m = g, v = g², no correction, w - g / (|g| + ε). */
static void adam_by_hand(void) {
  fr_optimizer o = {.kind = FR_ADAM, .learning_rate = 1.0, .epsilon = 1.0};
  weights at = begin(&o);
  step(&o, &at, (const float[N]){1.0f, 3.0f, -1.0f, 0.0f});
  static const float first[N] = {0.5f, -2.75f, 1.0f, 0.0f};
  for (int i = 0; i < N; i++) CHECK(at.w[i] == first[i], "%.9g, want %g", at.w[i], first[i]);
  step(&o, &at, (const float[N]){0.0f, -3.0f, 7.0f, -0.0f});
  static const float second[N] = {0.5f, -2.0f, 0.125f, 0.0f};
  for (int i = 0; i < N; i++) CHECK(at.w[i] == second[i], "%.9g, want %g", at.w[i], second[i]);
}

/* Betas of one half: after g = 2 then 0, m = 1 then 1/2 and v = 2 then 1; corrections √(1/2) /
 * (1/2) then √(3/4) / (3/4); with ε = 1: w - √2 · 1 / (√2 + 1), - (2/√3) · (1/2) / 2. */
static void adam_corrections(void) {
  fr_optimizer o = {
      .kind = FR_ADAM, .learning_rate = 1.0, .beta1 = 0.5, .beta2 = 0.5, .epsilon = 1.0};
  weights at = begin(&o);
  step(&o, &at, (const float[N]){2.0f, 2.0f, 2.0f, 2.0f});
  for (int i = 0; i < N; i++)
    CHECK_NEAR(at.w[i], start[i] - sqrt(2.0) / (sqrt(2.0) + 1.0), 1e-6, "first");
  step(&o, &at, (const float[N]){0.0f, 0.0f, 0.0f, 0.0f});
  for (int i = 0; i < N; i++)
    CHECK_NEAR(at.w[i], start[i] - sqrt(2.0) / (sqrt(2.0) + 1.0) - 0.5 / sqrt(3.0), 1e-6, "second");
}

/* ---- the others ------------------------------------------------------------------------------ */

/* The same gradients in fifty-digit decimal arithmetic:
 *   sgd       v = μ v - 0.1 g;  w = w + v, with Nesterov w + μ v - 0.1 g
 *   adadelta  a = ρ a + (1 - ρ) g²;  d = √(b + ε) / √(a + ε) · g;
 *             b = ρ b + (1 - ρ) d²;  w = w - η d
 *   rmsprop   a = ρ a + (1 - ρ) g²;  c = ρ c + (1 - ρ) g;
 *             d = η g / √(a + ε), or centered η g / √(a - c² + ε);
 *             v = μ v + d;  w = w - v
 *   adagrad   a = a + g²;  w = w - η g / √(a + ε)
 * and before each of them w = w - η · decay · w */
static void ten_steps_of_the_others(void) {
  struct {
    const char *name;
    fr_optimizer o;
    double want[N];
  } cases[] = {
      {"adam, Keras's defaults",
       {.kind = FR_ADAM, .learning_rate = 0.001, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-7},
       {0.996785091311, -2.00307927173, 0.501664709739, 0.00213196455302}},
      {"sgd", {.kind = FR_SGD, .learning_rate = 0.1}, {0.9375, -2.025, 0.5125, 0.05}},
      {"momentum",
       {.kind = FR_SGD, .learning_rate = 0.1, .momentum = 0.9},
       {0.616848231525, -2.32750766756, 0.706474004462, 0.27874972175}},
      {"nesterov",
       {.kind = FR_SGD, .learning_rate = 0.1, .momentum = 0.9, .nesterov = 1},
       {0.592663408372, -2.31975690081, 0.698326604016, 0.300874749575}},
      {"adadelta",
       {.kind = FR_ADADELTA, .learning_rate = 1.0, .rho = 0.95, .epsilon = 1e-7},
       {0.997863281578, -2.00054420734, 0.50056361543, 0.00137360574365}},
      {"adadelta, large epsilon",
       {.kind = FR_ADADELTA, .learning_rate = 0.5, .rho = 0.9, .epsilon = 0.01},
       {0.831832769088, -2.05463885092, 0.545012111671, 0.131371448175}},
      {"rmsprop",
       {.kind = FR_RMSPROP, .learning_rate = 0.01, .rho = 0.9, .epsilon = 1e-7},
       {0.964108450158, -2.01961463385, 0.519827317776, 0.0306351995147}},
      {"rmsprop, centered",
       {.kind = FR_RMSPROP, .learning_rate = 0.01, .rho = 0.9, .epsilon = 0.01, .centered = 1},
       {0.970420508394, -2.01888083652, 0.515346174492, 0.0283025807808}},
      {"rmsprop with momentum",
       {.kind = FR_RMSPROP, .learning_rate = 0.01, .rho = 0.8, .epsilon = 0.001, .momentum = 0.5},
       {0.950231167737, -2.02594001898, 0.538571287884, 0.0387897590592}},
      {"rmsprop, centered, with momentum",
       {.kind = FR_RMSPROP,
        .learning_rate = 0.01,
        .rho = 0.8,
        .epsilon = 0.001,
        .centered = 1,
        .momentum = 0.5},
       {0.939976472131, -2.03370683673, 0.546311194285, 0.0478325169761}},
      {"adagrad",
       {.kind = FR_ADAGRAD, .learning_rate = 0.1, .epsilon = 1e-7, .initial_accumulator = 0.1},
       {0.911761331585, -2.05921920713, 0.544471415253, 0.0806413276014}},
      {"adagrad from zero",
       {.kind = FR_ADAGRAD, .learning_rate = 0.1, .epsilon = 0.01},
       {0.889803017083, -2.06782770946, 0.560204103627, 0.0925343730054}},
      {"adam, weights that decay",
       {.kind = FR_ADAM,
        .learning_rate = 0.1,
        .beta1 = 0.9,
        .beta2 = 0.999,
        .epsilon = 1e-7,
        .weight_decay = 0.04},
       {0.646752693269, -2.22043196013, 0.643018398933, 0.208437871905}},
      {"sgd, weights that decay",
       {.kind = FR_SGD, .learning_rate = 0.1, .weight_decay = 0.5},
       {0.557022957795, -1.2014941679, 0.300024375919, 0.0348237989375}},
      {"nesterov, weights that decay",
       {.kind = FR_SGD, .learning_rate = 0.1, .momentum = 0.9, .nesterov = 1, .weight_decay = 0.1},
       {0.516432954655, -2.10406314331, 0.641904007052, 0.285615950881}},
      {"adadelta, weights that decay",
       {.kind = FR_ADADELTA,
        .learning_rate = 0.5,
        .rho = 0.9,
        .epsilon = 0.01,
        .weight_decay = 0.1},
       {0.488008536336, -1.20491476584, 0.307433886978, 0.0941097150921}},
      {"rmsprop, weights that decay",
       {.kind = FR_RMSPROP,
        .learning_rate = 0.01,
        .rho = 0.9,
        .epsilon = 0.01,
        .centered = 1,
        .weight_decay = 0.9},
       {0.88606611349, -1.84376427122, 0.470712866951, 0.0265477190107}},
      {"adagrad, weights that decay",
       {.kind = FR_ADAGRAD,
        .learning_rate = 0.1,
        .epsilon = 1e-7,
        .initial_accumulator = 0.1,
        .weight_decay = 0.2},
       {0.742194120376, -1.67910515989, 0.444324338337, 0.0695611299896}},
  };
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    weights at = begin(&cases[c].o);
    ten_steps(&cases[c].o, &at);
    for (int i = 0; i < N; i++) CHECK_NEAR(at.w[i], cases[c].want[i], TOLERANCE, cases[c].name);
  }
}

/* Learning rate 1, momentum one half: v = -2, then -1 - 2 = -3. */
static void momentum_by_hand(void) {
  const float g[N] = {2.0f, 2.0f, 2.0f, 2.0f};
  fr_optimizer o = {.kind = FR_SGD, .learning_rate = 1.0, .momentum = 0.5};
  weights at = begin(&o);
  step(&o, &at, g);
  for (int i = 0; i < N; i++) CHECK(at.w[i] == start[i] - 2.0f, "%.9g", (double)at.w[i]);
  step(&o, &at, g);
  for (int i = 0; i < N; i++) CHECK(at.w[i] == start[i] - 5.0f, "%.9g", (double)at.w[i]);
  o = (fr_optimizer){.kind = FR_SGD, .learning_rate = 1.0, .momentum = 0.5, .nesterov = 1};
  at = begin(&o);
  step(&o, &at, g);
  for (int i = 0; i < N; i++) CHECK(at.w[i] == start[i] - 3.0f, "%.9g", (double)at.w[i]);
}

/* Decaying moments do not end as subnormal numbers, and no weight is affected. */
static void tiny_states(void) {
  fr_optimizer o = {
      .kind = FR_ADAM, .learning_rate = 0.1, .beta1 = 0.5, .beta2 = 0.5, .epsilon = 1e-7};
  weights at = begin(&o);
  step(&o, &at, (const float[N]){1e-20f, 1.0f, 0.0f, -1e-3f});
  for (int t = 0; t < 300; t++) step(&o, &at, (const float[N]){0.0f, 0.0f, 0.0f, 0.0f});
  for (int i = 0; i < N; i++)
    CHECK(at.states[0][i] == 0.0f && at.states[1][i] == 0.0f, "moments %g and %g remain",
          (double)at.states[0][i], (double)at.states[1][i]);
  CHECK(at.w[0] == 1.0f && at.w[2] == 0.5f, "%g and %g moved", (double)at.w[0], (double)at.w[2]);
}

/* A NaN gradient shows in its own weight and in no other. */
static void nan_stays(void) {
  for (int kind = 0; kind < FR_OPTIMIZERS; kind++) {
    fr_optimizer o = {.kind = (fr_optimizer_kind)kind,
                      .learning_rate = 0.1,
                      .beta1 = 0.9,
                      .beta2 = 0.999,
                      .rho = 0.9,
                      .epsilon = 1e-7,
                      .momentum = 0.5};
    weights at = begin(&o);
    step(&o, &at, (const float[N]){0.5f, NAN, 0.5f, 0.5f});
    step(&o, &at, (const float[N]){0.5f, 0.5f, 0.5f, 0.5f});
    for (int i = 0; i < N; i++)
      CHECK(isnan(at.w[i]) == (i == 1), "optimizer %d, weight %d: %g", kind, i, (double)at.w[i]);
  }
}

/* Learning rate 1 and no memory: w - g / √(g² + ε); then the same while the first gradient is being
 * forgotten. */
static void rmsprop_by_hand(void) {
  fr_optimizer o = {.kind = FR_RMSPROP, .learning_rate = 1.0, .epsilon = 1.0};
  weights at = begin(&o);
  const float root3 = 1.7320508f; /* √(g² + 1) = 2 */
  step(&o, &at, (const float[N]){0.0f, root3, -root3, 0.0f});
  CHECK_NEAR(at.w[0], 1.0, 0.0, "no gradient");
  CHECK_NEAR(at.w[1], -2.0 - sqrt(3.0) / 2.0, 5e-7, "√3 / 2");
  CHECK_NEAR(at.w[2], 0.5 + sqrt(3.0) / 2.0, 5e-7, "√3 / 2 the other way");
  /* centered, the gradient equals its mean: w - g / √ε */
  o = (fr_optimizer){.kind = FR_RMSPROP, .learning_rate = 1.0, .epsilon = 0.25, .centered = 1};
  at = begin(&o);
  step(&o, &at, (const float[N]){1.0f, -3.0f, 0.5f, 0.0f});
  static const float want[N] = {-1.0f, 4.0f, -0.5f, 0.0f};
  for (int i = 0; i < N; i++)
    CHECK(at.w[i] == want[i], "%.9g, want %g", (double)at.w[i], (double)want[i]);
}

/* Squares that start at 9: 3² + 4² = 5². */
static void adagrad_by_hand(void) {
  fr_optimizer o = {
      .kind = FR_ADAGRAD, .learning_rate = 1.0, .epsilon = 1e-12, .initial_accumulator = 9.0};
  weights at = begin(&o);
  for (int i = 0; i < N; i++)
    CHECK(at.states[0][i] == 9.0f, "begins at %g", (double)at.states[0][i]);
  step(&o, &at, (const float[N]){4.0f, -4.0f, 0.0f, 4.0f});
  CHECK_NEAR(at.w[0], 1.0 - 0.8, 2e-7, "4 / 5");
  CHECK_NEAR(at.w[1], -2.0 + 0.8, 2e-7, "4 / 5");
  CHECK(at.w[2] == 0.5f && at.states[0][0] == 25.0f, "%g, %g", (double)at.w[2],
        (double)at.states[0][0]);
}

/* The mean of the squares minus the square of the mean is negative only through rounding: a
 * constant gradient must not lead to the root of a negative number. */
static void centered_and_steady(void) {
  static const double rhos[] = {0.3, 0.5, 0.9, 0.99};
  for (int r = 0; r < 4; r++)
    for (int exponent = -6; exponent <= 6; exponent++) {
      fr_optimizer o = {.kind = FR_RMSPROP,
                        .learning_rate = 1e-6,
                        .rho = rhos[r],
                        .epsilon = 1e-7,
                        .centered = 1};
      weights at = begin(&o);
      float g = (float)pow(10.0, exponent) * 1.234567f;
      for (int t = 0; t < 400; t++) step(&o, &at, (const float[N]){g, -g, 0.7f * g, 3.0f * g});
      for (int i = 0; i < N; i++)
        CHECK(isfinite(at.w[i]), "rho %g, steady gradient %g: weight %d is %g", rhos[r], (double)g,
              i, (double)at.w[i]);
    }
}

/* Without a gradient only (1 - 1/4) w happens, in every optimizer; the learning rate is the step's
 * own. */
static void decay_alone(void) {
  for (int kind = 0; kind < FR_OPTIMIZERS; kind++) {
    fr_optimizer o = {.kind = (fr_optimizer_kind)kind,
                      .learning_rate = 0.5,
                      .beta1 = 0.9,
                      .beta2 = 0.999,
                      .rho = 0.9,
                      .epsilon = 1e-7,
                      .weight_decay = 0.5,
                      .initial_accumulator = 0.1};
    weights at = begin(&o);
    step(&o, &at, (const float[N]){0.0f, 0.0f, 0.0f, 0.0f});
    for (int i = 0; i < N; i++)
      CHECK(at.w[i] == 0.75f * start[i], "optimizer %d: %g became %g", kind, (double)start[i],
            (double)at.w[i]);
    fr_optimizer_begin_step(&o, 0.0);
    fr_optimizer_decay(&o, at.w, N);
    for (int i = 0; i < N; i++)
      CHECK(at.w[i] == 0.75f * start[i], "optimizer %d decays at a rate of 0", kind);
  }
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void refused(fr_optimizer o, const char *message) {
  check_refused(fr_optimizer_check(&o), FR_INVALID_ARGUMENT, message);
}

static void refusals(void) {
  const fr_optimizer adam = {
      .kind = FR_ADAM, .learning_rate = 0.001, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-7};
  fr_optimizer o = adam;
  CHECK(fr_optimizer_check(&o) == FR_OK, "%s", fr_last_error());
  o.learning_rate = 0.0;
  CHECK(fr_optimizer_check(&o) == FR_OK, "%s", fr_last_error());
  o.kind = FR_OPTIMIZERS;
  refused(o, "optimizer: unknown kind 6");
  o.kind = (fr_optimizer_kind)-1;
  refused(o, "optimizer: unknown kind -1");
  o = adam;
  o.learning_rate = -0.5;
  refused(o, "optimizer: learning rate must be 0..1e6, got -0.5");
  o.learning_rate = INFINITY;
  refused(o, "optimizer: learning rate must be 0..1e6, got inf");
  o.learning_rate = NAN;
  CHECK(fr_optimizer_check(&o) == FR_INVALID_ARGUMENT, "a learning rate of NaN passed");
  o = adam;
  o.epsilon = 0.0;
  refused(o, "optimizer: epsilon must be 1e-12..1, got 0");
  o.epsilon = 1.5;
  refused(o, "optimizer: epsilon must be 1e-12..1, got 1.5");
  o = adam;
  o.beta1 = 1.0;
  refused(o, "optimizer: beta1 must be at least 0 and below 1, got 1");
  o.beta1 = -0.1;
  refused(o, "optimizer: beta1 must be at least 0 and below 1, got -0.1");
  o.beta1 = NAN;
  CHECK(fr_optimizer_check(&o) == FR_INVALID_ARGUMENT, "a beta1 of NaN passed");
  o = adam;
  o.beta2 = 1.0;
  refused(o, "optimizer: beta2 must be at least 0 and below 1, got 1");
  o = (fr_optimizer){.kind = FR_ADADELTA, .learning_rate = 1.0, .rho = 1.0, .epsilon = 1e-7};
  refused(o, "optimizer: rho must be at least 0 and below 1, got 1");
  o = (fr_optimizer){.kind = FR_SGD, .learning_rate = 1.0, .momentum = 1.0};
  refused(o, "optimizer: momentum must be at least 0 and below 1, got 1");
  o = (fr_optimizer){.kind = FR_SGD, .learning_rate = 1.0, .nesterov = 1};
  refused(o, "optimizer: nesterov needs a momentum above 0");
  o = (fr_optimizer){.kind = FR_SGD, .learning_rate = 1.0, .weight_decay = 2e6};
  refused(o, "optimizer: weight decay must be at least 0 and below 1e+06, got 2e+06");
  o.weight_decay = -0.01;
  refused(o, "optimizer: weight decay must be at least 0 and below 1e+06, got -0.01");
  o = (fr_optimizer){
      .kind = FR_ADAGRAD, .learning_rate = 1.0, .epsilon = 1e-7, .initial_accumulator = -1.0};
  refused(o, "optimizer: initial accumulator must be at least 0 and below 1e+06, got -1");
  o = (fr_optimizer){.kind = FR_SGD, .learning_rate = 1.0, .use_ema = 1, .ema_momentum = 1.0};
  refused(o, "optimizer: EMA momentum must be at least 0 and below 1, got 1");
  o = (fr_optimizer){.kind = FR_SGD, .learning_rate = 1.0, .use_ema = 1, .ema_overwrite = -1};
  refused(o, "optimizer: EMA overwrite frequency must be at least 0 and below 1e+09, got -1");
  for (int which = 0; which < 3; which++)
    for (int bad = 0; bad < 2; bad++) {
      double value = bad ? (double)NAN : -1.0;
      o = (fr_optimizer){.kind = FR_SGD, .learning_rate = 1.0};
      *(which == 0 ? &o.clip_value : which == 1 ? &o.clip_norm : &o.global_clip_norm) = value;
      refused(o, "optimizer: a clipping must be above 0, or 0 for none");
    }
  for (int which = 0; which < 3; which++) {
    o = (fr_optimizer){.kind = FR_SGD,
                       .learning_rate = 1.0,
                       .clip_value = which != 0,
                       .clip_norm = which != 1,
                       .global_clip_norm = which != 2};
    refused(o, "optimizer: only one of clip value, clip norm and global clip norm can be set");
  }
}

/* The smallest epsilon that is accepted still divides: a weight without a gradient does not
 * move. */
static void smallest_epsilon(void) {
  static const double epsilons[] = {1e-7, 1e-20, 1e-30, 1e-37, 1e-45, 1e-60, 1e-300};
  for (size_t e = 0; e < sizeof epsilons / sizeof *epsilons; e++)
    for (int kind = FR_ADAM; kind < FR_OPTIMIZERS; kind++) {
      fr_optimizer o = {.kind = (fr_optimizer_kind)kind,
                        .learning_rate = 0.1,
                        .beta1 = 0.9,
                        .beta2 = 0.999,
                        .rho = 0.9,
                        .epsilon = epsilons[e]};
      if (kind == FR_SGD || fr_optimizer_check(&o) != FR_OK) continue;
      weights at = begin(&o);
      step(&o, &at, (const float[N]){0.0f, 0.0f, 0.0f, 0.0f});
      CHECK(at.w[0] == start[0], "optimizer %d, epsilon %g: a zero gradient moved %g to %g", kind,
            epsilons[e], (double)start[0], (double)at.w[0]);
    }
}

/* Adam's first step is at most the learning rate, whatever the gradient and epsilon: even where the
 * second moment, the square of the gradient, underflows to zero. */
static void first_adam_step(void) {
  for (double epsilon = 1e-7; epsilon > 1e-31; epsilon *= 0.1)
    for (int exponent = 0; exponent >= -36; exponent--) {
      fr_optimizer o = {
          .kind = FR_ADAM, .learning_rate = 0.1, .beta1 = 0.9, .beta2 = 0.999, .epsilon = epsilon};
      if (fr_optimizer_check(&o) != FR_OK) continue;
      float g = (float)pow(10.0, exponent);
      weights at = begin(&o);
      step(&o, &at, (const float[N]){g, -g, g, g});
      CHECK(fabsf(at.w[0] - start[0]) <= 0.101f, "epsilon %g, gradient %g: moved by %g", epsilon,
            (double)g, (double)fabsf(at.w[0] - start[0]));
    }
}

static void states(void) {
  CHECK(fr_optimizer_states(&(fr_optimizer){.kind = FR_ADAM}) == 2, "adam");
  CHECK(fr_optimizer_states(&(fr_optimizer){.kind = FR_ADADELTA}) == 2, "adadelta");
  CHECK(fr_optimizer_states(&(fr_optimizer){.kind = FR_MUON}) == 2, "muon");
  CHECK(fr_optimizer_states(&(fr_optimizer){.kind = FR_SGD, .momentum = 0.5}) == 1, "momentum");
  CHECK(fr_optimizer_states(&(fr_optimizer){.kind = FR_SGD}) == 0, "sgd");
  CHECK(fr_optimizer_states(&(fr_optimizer){.kind = FR_ADAGRAD}) == 1, "adagrad");
  for (int centered = 0; centered < 2; centered++)
    for (int moves = 0; moves < 2; moves++) {
      fr_optimizer o = {.kind = FR_RMSPROP, .centered = centered, .momentum = 0.5 * moves};
      CHECK(fr_optimizer_states(&o) == 1 + centered + moves, "rmsprop: %d",
            fr_optimizer_states(&o));
    }
}

int main(void) {
  ten_adam_steps();
  adam_by_hand();
  adam_corrections();
  ten_steps_of_the_others();
  momentum_by_hand();
  rmsprop_by_hand();
  adagrad_by_hand();
  centered_and_steady();
  decay_alone();
  tiny_states();
  nan_stays();
  refusals();
  smallest_epsilon();
  first_adam_step();
  states();
  return check_report("optimizer", 500);
}
