extension VectorHeader {
  /// Accumulators: vectors of partial results, and what puts them together.
  var reductions: [String: ([String], String)] {
    [
      "Total": (
        [],
        """
        /// A sum with the rounding error of every step carried along (Neumaier 1974).
        struct Total {
          double sum = 0, error = 0;
          void add(double x) {
            const double s = sum + x;
            if (std::isfinite(s)) error += std::fabs(sum) >= std::fabs(x) ? (sum - s) + x : (x - s) + sum;
            sum = s;
          }
          double value() const { return sum + error; }
        };

        """
      ),
      "across": (
        [],
        """
        /// The sum of a vector's numbers, half by half: no chain of additions that wait for each other.
        template <class V> inline double across(V v) {
          constexpr int count = sizeof v / sizeof v[0];
          if constexpr (count == 2) {
            return double(v[0]) + v[1];
          } else {
            typedef decltype(v[0] + v[0]) number;
            typedef number half __attribute__((vector_size(sizeof v / 2)));
            half parts[2]; __builtin_memcpy(parts, &v, sizeof v);
            return across(parts[0] + parts[1]);
          }
        }

        """
      ),
      "Sum": (
        isSingle ? ["across", "first", "wide"] : ["Total", "first"],
        isSingle
          ? """
          /// A sum in four vectors of partial sums, emptied into totals of double precision by `flush` before they grow long.
          struct Sum {
            vec part[4] = {};
            Halves total = {};
            template <class S> void add(vec v, Whole, S) { part[S::index] += v; }
            template <class S> void add(vec v, Part p, S) { part[S::index] += select(first(p.count), v, vec{}); }
            void flush() {
              const Halves sum = widened((part[0] + part[1]) + (part[2] + part[3]));
              total.low += sum.low;
              total.high += sum.high;
              for (vec& p : part) p = vec{};
            }
            double value() {
              flush();
              return across(total.low + total.high);
            }
          };

          """
          : """
          /// A sum in four vectors of partial sums, emptied by `flush` before they grow long; the totals carry the rounding error
          /// of every step along (Knuth's TwoSum).
          struct Sum {
            vec part[4] = {}, total = {}, error = {};
            template <class S> void add(vec v, Whole, S) { part[S::index] += v; }
            template <class S> void add(vec v, Part p, S) { part[S::index] += select(first(p.count), v, vec{}); }
            void flush() {
              const vec v = (part[0] + part[1]) + (part[2] + part[3]);
              const vec s = total + v, added = s - total;
              error += (total - (s - added)) + (v - added);
              total = s;
              for (vec& p : part) p = vec{};
            }
            double value() {
              flush();
              Total sum;
              for (int i = 0; i < lanes; ++i) sum.add(total[i]);
              for (int i = 0; i < lanes; ++i) if (std::isfinite(error[i])) sum.add(error[i]);
              return sum.value();
            }
          };

          """
      ),
      "SumOfSquares": (
        isSingle ? ["across", "first", "wide"] : ["Sum"],
        isSingle
          ? """
          /// A sum of squares in double precision: squares of large numbers don't overflow, small differences survive.
          struct SumOfSquares {
            wide part[4] = {};
            template <class S> void add(vec v, Whole, S) {
              const Halves x = widened(v);
              part[S::index & 2] += x.low * x.low;
              part[S::index | 1] += x.high * x.high;
            }
            template <class S> void add(vec v, Part p, S slot) { add(select(first(p.count), v, vec{}), Whole{}, slot); }
            void flush() {}
            double value() const { return across((part[0] + part[1]) + (part[2] + part[3])); }
          };

          """
          : """
          struct SumOfSquares {
            Sum sum;
            template <class N, class S> void add(vec v, N n, S slot) { sum.add(v * v, n, slot); }
            void flush() { sum.flush(); }
            double value() { return sum.value(); }
          };

          """
      ),
      "Product": (
        isSingle ? ["first", "wide"] : ["first"],
        isSingle
          ? """
          /// A product in double precision: partial products don't overflow before the whole does.
          struct Product {
            wide part[4] = {wide{} + 1, wide{} + 1, wide{} + 1, wide{} + 1};
            template <class S> void add(vec v, Whole, S) {
              const Halves x = widened(v);
              part[S::index & 2] *= x.low;
              part[S::index | 1] *= x.high;
            }
            template <class S> void add(vec v, Part p, S slot) { add(select(first(p.count), v, splat(1)), Whole{}, slot); }
            void flush() {}
            double value() const {
              const wide v = (part[0] * part[1]) * (part[2] * part[3]);
              double r = v[0];
              for (int i = 1; i < lanes / 2; ++i) r *= v[i];
              return r;
            }
          };

          """
          : """
          struct Product {
            vec part[4] = {splat(1), splat(1), splat(1), splat(1)};
            template <class S> void add(vec v, Whole, S) { part[S::index] *= v; }
            template <class S> void add(vec v, Part p, S) { part[S::index] *= select(first(p.count), v, splat(1)); }
            void flush() {}
            double value() const {
              const vec v = (part[0] * part[1]) * (part[2] * part[3]);
              double r = v[0];
              for (int i = 1; i < lanes; ++i) r *= v[i];
              return r;
            }
          };

          """
      ),
      "Maximum": (["maximum", "first"], Self.extremum("Maximum", "maximum", "-INFINITY")),
      "Minimum": (["minimum", "first"], Self.extremum("Minimum", "minimum", "INFINITY")),
      "ArgMaximum": (["first", "lane"], Self.position("Maximum", ">", "-INFINITY")),
      "ArgMinimum": (["first", "lane"], Self.position("Minimum", "<", "INFINITY")),
    ]
  }

  private static func position(_ type: String, _ symbol: String, _ identity: String) -> String {
    """
    /// The position of a row's first \(type.lowercased()), or first NaN.
    struct Arg\(type) {
      vec part[4] = {splat(\(identity)), splat(\(identity)), splat(\(identity)), splat(\(identity))};
      mask index[4] = {};  // of the vector that a lane's extremum was in
      template <class S> void add(vec v, int64_t j, Whole, S) {
        vec& best = part[S::index];
        const mask isBetter = (v \(symbol) best) | ((v != v) & (best == best));
        best = select(isBetter, v, best);
        index[S::index] = isBetter ? mask{} + lane(j) : index[S::index];
      }
      template <class S> void add(vec v, int64_t j, Part p, S slot) { add(select(first(p.count), v, splat(\(identity))), j, Whole{}, slot); }
      void flush() {}
      /// The extremum itself, and where it is; of equal ones the first.
      real extremum(int64_t& at) const {
        vec all = part[0];
        mask places = index[0];
        for (int slot = 1; slot < 4; ++slot) {
          const vec v = part[slot];
          const mask isBetter = (v \(symbol) all) | ((v != v) & (all == all));
          const mask isEqual = (v == all) | ((v != v) & (all != all));
          const mask isTaken = isBetter | (isEqual & (index[slot] < places));
          all = select(isTaken, v, all);
          places = isTaken ? index[slot] : places;
        }
        real best = \(identity);
        at = -1;
        for (int i = 0; i < lanes; ++i) {
          const real v = all[i];
          const int64_t position = places[i] + i;
          const bool isBetter = v \(symbol) best || (v != v && best == best), isEqual = v == best || (v != v && best != best);
          if (isBetter || (isEqual && (at < 0 || position < at))) best = v, at = position;
        }
        if (best == real(\(identity))) at = 0;  // nothing beats it: all are equal
        return best;
      }
      int64_t value() const { int64_t at; extremum(at); return at; }
    };

    """
  }

  private static func extremum(_ type: String, _ function: String, _ identity: String) -> String {
    """
    /// The \(type.lowercased()) of all lanes; NaN if there is one.
    struct \(type) {
      vec part[4] = {splat(\(identity)), splat(\(identity)), splat(\(identity)), splat(\(identity))};
      template <class S> void add(vec v, Whole, S) { part[S::index] = \(function)(part[S::index], v); }
      template <class S> void add(vec v, Part p, S) { part[S::index] = \(function)(part[S::index], select(first(p.count), v, splat(\(identity)))); }
      void flush() {}
      real value() const {
        const vec v = \(function)(\(function)(part[0], part[1]), \(function)(part[2], part[3]));
        real r[lanes]; __builtin_memcpy(r, &v, sizeof v);
        for (int count = lanes / 2; count > 0; count /= 2)
          for (int i = 0; i < count; ++i) r[i] = \(function)(r[i], r[i + count]);
        return r[0];
      }
    };

    """
  }
}
