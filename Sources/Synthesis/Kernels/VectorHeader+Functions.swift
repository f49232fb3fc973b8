extension VectorHeader {
  /// float32 functions: argument reduction and minimax polynomials of our own fitting, without branches.
  ///
  /// Worst errors over all 2³² arguments, against the double-precision C library: exp 1.1, expm1 1.5, log 0.9,
  /// log1p 1.5, sigmoid 2.5, tanh 4.5, erf 2.5, sin and cos 1.8 units in the last place, normal_cdf half a unit in the
  /// last place of 1. The scalar overloads are the C library's.
  static let single: [String: ([String], String)] = [
    "exp": (
      ["scaleByPower", "fma", "atLeast", "atMost"],
      """
      /// eˣ = 2ⁿ eʳ with |r| ≤ ½ ln 2; error below 1.1 units in the last place.
      inline vec exp(vec x) {
        x = at_least(at_most(x, 89.0f), -105.0f);
        const vec n = fma(x, 1.44269504f, 12582912.0f) - 12582912.0f;  // adding 1.5 · 2²³ rounds to an integer
        const vec r = fma(n, 2.12194440e-4f, fma(n, -0.693359375f, x));
        vec p = splat(0.001381441261f);
        p = fma(p, r, 0.008368785316f);
        p = fma(p, r, 0.04166839534f);
        p = fma(p, r, 0.1666652005f);
        p = fma(p, r, 0.4999999341f);
        return scale_by_power(fma(p * r, r, r) + 1.0f, n);
      }
      inline real exp(real x) { return std::exp(x); }

      """
    ),
    "expm1": (
      ["fma", "atLeast", "atMost"],
      """
      /// eˣ − 1; error below 1.5 units in the last place.
      inline vec expm1(vec x) {
        const vec zero = x;
        x = at_least(at_most(x, 89.0f), -18.0f);
        const vec n = fma(x, 1.44269504f, 12582912.0f) - 12582912.0f;
        const vec r = fma(n, 2.12194440e-4f, fma(n, -0.693359375f, x));
        vec p = splat(0.0001985025787f);
        p = fma(p, r, 0.001394082826f);
        p = fma(p, r, 0.008333381702f);
        p = fma(p, r, 0.04166635796f);
        p = fma(p, r, 0.166666664f);
        p = fma(p, r, 0.5000000045f);
        p = fma(p * r, r, r);
        const vec half = (vec)((__builtin_convertvector(n, mask) + 126) << 23);  // 2ⁿ⁻¹: 2ⁿ would overflow first
        const vec e = fma(half, p, half - 0.5f);
        return select(zero == 0.0f, zero, select(n == 0.0f, p, e + e));
      }
      inline real expm1(real x) { return std::expm1(x); }

      """
    ),
    "logOfParts": (
      ["fma"],
      """
      /// n ln 2 + ln(1 + f) with 1 + f in [√½, √2).
      inline vec log_of_parts(vec n, vec f) {
        vec p = splat(-0.07632862674f);
        p = fma(p, f, 0.1276091491f);
        p = fma(p, f, -0.1316048969f);
        p = fma(p, f, 0.1420186878f);
        p = fma(p, f, -0.1662333659f);
        p = fma(p, f, 0.2000122169f);
        p = fma(p, f, -0.2500082156f);
        p = fma(p, f, 0.3333333176f);
        const vec s = f * f;
        const vec small = fma(s, -0.5f, fma(p, s * f, n * -2.12194440e-4f));
        return fma(n, 0.693359375f, small + f);
      }

      """
    ),
    "log": (
      ["logOfParts"],
      """
      /// ln x = n ln 2 + ln m with m in [√½, √2); error below 0.9 units in the last place.
      inline vec log(vec x) {
        const mask tiny = x < 1.17549435e-38f;
        const mask b = (mask)select(tiny, x * 8388608.0f, x);
        const mask e = (b - 0x3f3504f3) >> 23;
        const vec n = __builtin_convertvector(e, vec) - select(tiny, splat(23.0f), vec{});
        const vec f = (vec)(b - (e << 23)) - 1.0f;
        vec y = log_of_parts(n, f);
        y = select(x == 0.0f, splat(-INFINITY), select(x < 0.0f, splat(NAN), y));
        return select((x == INFINITY) | (x != x), x, y);
      }
      inline real log(real x) { return std::log(x); }

      """
    ),
    "log1p": (
      ["logOfParts", "scaleByPower"],
      """
      /// ln(1 + x) as log takes it, with what rounding 1 + x loses in f; error below 1.5 units in the last place.
      inline vec log1p(vec x) {
        const vec u = 1.0f + x, lost = x - (u - 1.0f);
        const mask b = (mask)u, e = (b - 0x3f3504f3) >> 23;
        const vec n = __builtin_convertvector(e, vec);
        const vec f = ((vec)(b - (e << 23)) - 1.0f) + scale_by_power(lost, -n);
        vec y = log_of_parts(n, f);
        y = select(u == 0.0f, splat(-INFINITY), select(u < 0.0f, splat(NAN), y));
        return select((x == 0.0f) | ~(x < INFINITY), x, y);
      }
      inline real log1p(real x) { return std::log1p(x); }

      """
    ),
    "tanh": (
      ["fma", "atLeast", "atMost"],
      """
      /// x times a ratio of polynomials in x²; from 9 on it is 1. Error below 4.5 units in the last place.
      inline vec tanh(vec x) {
        const vec a = at_least(at_most(x, 9.02f), -9.02f), s = a * a;
        vec p = splat(1.331913493e-8f), q = splat(7.762046830e-7f);
        p = fma(p, s, 2.058353228e-5f);
        q = fma(q, s, 3.283098151e-4f);
        p = fma(p, s, 0.003494037927f);
        q = fma(q, s, 0.02587108632f);
        p = fma(p, s, 0.1337972088f);
        q = fma(q, s, 0.4671303613f);
        return at_least(at_most(a * fma(p, s, 1.0f) / fma(q, s, 1.0f), 1.0f), -1.0f);
      }
      inline real tanh(real x) { return std::tanh(x); }

      """
    ),
    "normalTail": (
      ["exp", "fma"],
      """
      /// ½ erfc(a/√2) for a ≥ 0: e^(−a²/2) times a polynomial in 1 / (1 + 0.4 a). The rounding of a² is put right.
      inline vec normal_tail(vec a) {
        a = select(a > 15.0f, splat(15.0f), a);
        const vec high = (vec)((mask)a & -4096), low = a - high, square = a * a;
        const vec lost = ((high * high - square) + 2.0f * high * low) + low * low;
        const vec t = 1.0f / fma(a, 0.4f, 1.0f);
        vec p = splat(-0.01878039655f);
        p = fma(p, t, 0.1714593069f);
        p = fma(p, t, -0.6196641891f);
        p = fma(p, t, 1.143245409f);
        p = fma(p, t, -1.088623083f);
        p = fma(p, t, 0.4405114792f);
        p = fma(p, t, -0.1328450956f);
        p = fma(p, t, 0.2029737835f);
        p = fma(p, t, 0.2630366757f);
        p = fma(p, t, 0.3195453837f);
        p = fma(p, t, 0.3191407321f);
        const vec g = exp(-0.5f * square);
        return fma(g, -0.5f * lost, g) * (0.5f * p * t);
      }

      """
    ),
    "normalCDF": (
      ["absolute", "scaleByPower", "fma", "atMost"],
      """
      /// Φ(x), the normal distribution function: ½ · 2⁻ʸ with a polynomial y of |x|, and 1 minus that. Error below half a
      /// unit in the last place of 1; down to Φ = 10⁻⁴, where ½(1 + erf) has lost four digits, below 12 units of its own
      /// (16 where the machine doesn't fuse products).
      inline vec normal_cdf(vec x) {
        // Pairs of terms, then pairs of pairs: one after the other they would wait for each other longer than they take.
        const vec a = at_most(absolute(x), 20.0f), a3 = a * a * a;
        vec y = fma(fma(a, 0.05249684677f, 0.4592018723f), a, 1.151106358f);
        const vec y1 = fma(fma(a, 2.560132707e-4f, 5.621936361e-5f), a, -0.007023156621f);
        const vec y2 = fma(fma(a, -8.078556561e-7f, 1.019185220e-5f), a, -7.070972060e-5f);
        y = fma(fma(fma(a3, 2.774422114e-8f, y2), a3, y1), a3, y);
        y = at_most(y * a, 150.0f);
        const vec n = (y + 12582912.0f) - 12582912.0f, r = y - n, r2 = r * r;  // adding 1.5 · 2²³ rounds to an integer
        const vec p1 = fma(r, -0.6931471825f, 1.0f), p2 = fma(r, -0.05550332367f, 0.2402264774f);
        const vec p3 = fma(fma(r, 1.535335904e-4f, -0.001339887502f), r, 0.009618436918f);
        const vec p = fma(fma(p3, r2, p2), r2, p1);
        const vec tail = scale_by_power(p, -1.0f - n);
        return select(x < 0.0f, tail, 1.0f - tail);
      }
      inline real normal_cdf(real x) { return 0.5f * std::erfc(x * -0.70710678f); }

      """
    ),
    "erf": (
      ["absolute", "copySign", "normalTail", "fma"],
      """
      /// x times a polynomial in x² up to 1, from there 1 − erfc; error below 2.5 units in the last place.
      inline vec erf(vec x) {
        const vec a = absolute(x), s = x * x;
        vec p = splat(7.853776659e-5f);
        p = fma(p, s, -0.0008010167967f);
        p = fma(p, s, 0.005188324764f);
        p = fma(p, s, -0.0268538104f);
        p = fma(p, s, 0.1128358511f);
        p = fma(p, s, -0.3761262582f);
        p = fma(p, s, 1.128379166f);
        return select(a < 1.0f, x * p, copy_sign(fma(normal_tail(1.41421356f * a), -2.0f, 1.0f), x));
      }
      inline real erf(real x) { return std::erf(x); }

      """
    ),
    "sine": (
      ["fma", "absolute", "any"],
      """
      /// ± sin(x − nπ), n a whole number for sin x and half a one more for cos x; π is taken away in three parts.
      inline vec sine(vec x, vec n) {
        vec r = fma(n, 8.742277657e-8f, fma(n, -3.141592741f, x));
        r = fma(n, 3.430249020e-15f, r);
        const vec s = r * r;
        vec p = splat(2.60457204e-6f);
        p = fma(p, s, -1.980970546e-4f);
        p = fma(p, s, 0.008333081282f);
        p = fma(p, s, -0.16666661f);
        return fma(r * s, p, r);
      }
      /// So large that the three parts of π don't do any more; without fused products they never do.
      inline bool is_far(vec x) { return !fuses || __builtin_expect(any(absolute(x) > 30000.0f), 0); }

      """
    ),
    "sin": (
      ["sine"],
      """
      /// Error below 1.8 units in the last place.
      inline vec sin(vec x) {
        if (is_far(x)) { for (int i = 0; i < lanes; ++i) x[i] = std::sin(x[i]); return x; }
        const vec shifted = fma(x, 0.3183098862f, 12582912.0f);  // adding 1.5 · 2²³ rounds to an integer
        const vec y = (vec)((mask)sine(x, shifted - 12582912.0f) ^ ((mask)shifted << 31));
        return select(x == 0.0f, x, y);
      }
      inline real sin(real x) { return std::sin(x); }

      """
    ),
    "cos": (
      ["sine"],
      """
      /// Error below 1.8 units in the last place.
      inline vec cos(vec x) {
        if (is_far(x)) { for (int i = 0; i < lanes; ++i) x[i] = std::cos(x[i]); return x; }
        const vec shifted = fma(x, 0.3183098862f, -0.5f) + 12582912.0f;
        const mask isEven = ~((mask)shifted << 31) & (mask)splat(-0.0f);
        return (vec)((mask)sine(x, (shifted - 12582912.0f) + 0.5f) ^ isEven);
      }
      inline real cos(real x) { return std::cos(x); }

      """
    ),
  ]

  /// float64: exp is our own, everything else is the C library's, one lane at a time.
  static let double: [String: ([String], String)] = [
    "exp": (
      ["fma", "atLeast", "atMost"],
      """
      /// eˣ = 2ⁿ eʳ with |r| ≤ ½ ln 2; error below 1.5 units in the last place.
      inline vec exp(vec x) {
        x = at_least(at_most(x, 710.0), -746.0);
        const vec shifted = fma(x, 1.4426950408889634, 6755399441055744.0);  // adding 1.5 · 2⁵² rounds to an integer
        const vec n = shifted - 6755399441055744.0;
        const vec r = fma(n, -1.42860682030941723212e-6, fma(n, -0.693145751953125, x));
        vec p = splat(2.082650276774754723e-9);
        p = fma(p, r, 2.511214876339711462e-8);
        p = fma(p, r, 2.755758293334813875e-7);
        p = fma(p, r, 2.755723454484368219e-6);
        p = fma(p, r, 2.480158689142406738e-5);
        p = fma(p, r, 1.984126989669719143e-4);
        p = fma(p, r, 1.38888888891174161e-3);
        p = fma(p, r, 8.333333333316909177e-3);
        p = fma(p, r, 4.166666666666608863e-2);
        p = fma(p, r, 1.666666666666668358e-1);
        p = fma(p, r, 5.000000000000000044e-1);
        const mask k = (mask)shifted - 0x4338000000000000, half = k >> 1;
        return (fma(p * r, r, r) + 1.0) * (vec)((half + 1023) << 52) * (vec)((k - half + 1023) << 52);
      }
      inline real exp(real x) { return std::exp(x); }

      """
    )
  ]
}
