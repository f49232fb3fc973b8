extension VectorHeader {
  /// What windows and scans need: every s-th element, lanes moved along, running totals.
  var windowed: [String: ([String], String)] {
    let wide = "using wide = \(isSingle ? "decltype(Halves::low)" : "vec");"
    let needed = isSingle ? ["wide"] : []
    return [
      "permuted": (
        [],
        """
        /// Lanes of two vectors, one after the other, in the order that `at(i)` gives.
        template <class V, class At, size_t... i> inline V permuted(V a, V b, At at, std::index_sequence<i...>) {
        #if defined(__clang__)
          return __builtin_shufflevector(a, b, at(std::integral_constant<int, i>{})...);
        #else
          typedef decltype(a < b) index;
          return __builtin_shuffle(a, b, index{at(std::integral_constant<int, i>{})...});
        #endif
        }

        """
      ),
      "every": (
        ["load", "permuted"],
        """
        /// Adds to `v`, which has what the vectors before `from` hold of every `stride`-th element, what the others hold. Of the
        /// first vector everything is still where it was.
        template <int stride, int from, class T> inline vec every_after(vec v, const T* p) {
          if constexpr (from == stride) {
            return v;
          } else {
            constexpr auto place = [](auto i) {
              constexpr int at = stride * decltype(i)::value - from * lanes, before = from == 1 ? at + lanes : decltype(i)::value;
              return std::integral_constant<int, at >= 0 ? (at < lanes ? lanes + at : 0) : before>::value;
            };
            v = permuted(v, load(p + from * lanes, Whole{}), place, std::make_index_sequence<lanes>{});
            return every_after<stride, from + 1>(v, p);
          }
        }
        /// Every `stride`-th element, `lanes` of them; all that lies between them is read.
        template <int stride, class T> inline vec every(const T* p) {
          if constexpr (stride == 1) {
            return load(p, Whole{});
          } else if constexpr (stride % 2 == 0) {
            constexpr auto even = [](auto i) { return std::integral_constant<int, 2 * decltype(i)::value>::value; };
            return permuted(every<stride / 2>(p), every<stride / 2>(p + lanes * (stride / 2)), even, std::make_index_sequence<lanes>{});
          } else if constexpr (stride <= lanes) {
            return every_after<stride, 1>(load(p, Whole{}), p);
          } else {
            vec v;
            for (int i = 0; i < lanes; ++i) v[i] = real(p[i * stride]);
            return v;
          }
        }

        """
      ),
      "picked": (
        ["load", "gather", "permuted"],
        """
        /// Element `at` of each of `lanes` neighbouring groups of `stride` (1, 2, 3 or twice such a number). All of the groups is
        /// read: loads of their other elements come to the same.
        template <int stride, int at> inline vec picked(const real* p, Whole n) {
          if constexpr (stride == 1) {
            return load(p, n);
          } else if constexpr (stride % 2 == 0) {
            constexpr int half = stride / 2;
            constexpr auto second = [](auto i) { return std::integral_constant<int, 2 * decltype(i)::value + at / half>::value; };
            return permuted(picked<half, at % half>(p, n), picked<half, at % half>(p + lanes * half, n), second, std::make_index_sequence<lanes>{});
          } else {
            static_assert(stride == 3);
            constexpr auto low = [](auto i) {
              constexpr int place = 3 * decltype(i)::value + at;
              return std::integral_constant<int, (place < 2 * lanes ? place : 0)>::value;
            };
            constexpr auto high = [](auto i) {
              constexpr int place = 3 * decltype(i)::value + at;
              return std::integral_constant<int, (place < 2 * lanes ? decltype(i)::value : place - lanes)>::value;
            };
            constexpr std::make_index_sequence<lanes> all{};
            return permuted(permuted(load(p, n), load(p + lanes, n), low, all), load(p + 2 * lanes, n), high, all);
          }
        }
        template <int stride, int at> inline vec picked(const real* p, Part part) { return gather(p + at, stride, part); }

        """
      ),
      "Running": (
        ["permuted", "first"],
        """
        /// Running totals along a row: `next` is called with its vectors in order (from the end if `reversed`).
        ///
        /// Within a vector the totals are made by log2(lanes) moves; the rest of the row comes in by one more operation.
        template <class Operation, bool reversed> struct Running {
          using wide = typename Operation::wide;
          static constexpr int count = sizeof(wide) / sizeof(wide{}[0]);
          wide carry = Operation::identity();
          template <int by> static wide moved(wide v) {
            return permuted(Operation::identity(), v, [](auto i) {
              constexpr int from = reversed ? decltype(i)::value + by : decltype(i)::value - by;
              return std::integral_constant<int, (from < 0 || from >= count) ? decltype(i)::value : count + from>::value;
            }, std::make_index_sequence<count>{});
          }
          template <int by> static wide totals(wide v) {
            if constexpr (by < count) return totals<2 * by>(Operation::combine(moved<by>(v), v));
            else return v;
          }
          wide step(wide v) {
            const wide own = totals<1>(v), result = Operation::combine(carry, own);
            // The total of the vector goes to the carry of all lanes, past the additions above.
            carry = Operation::combine(carry, permuted(own, own, [](auto) { return reversed ? 0 : count - 1; }, std::make_index_sequence<count>{}));
            return result;
          }
          vec next(vec v, Whole) { return Operation::apply(v, [&](wide w) { return step(w); }, reversed); }
          vec next(vec v, Part p) { return next(select(first(p.count), v, splat(Operation::start)), Whole{}); }
        };

        """
      ),
      "scatter": (
        [],
        """
        /// Stores a vector's elements apart.
        template <class T, class V> inline void scatter(T* p, int64_t stride, V v, Whole n) {
          alignas(64) T lane[lanes]; store(lane, v, n);
          for (int i = 0; i < lanes; ++i) p[i * stride] = lane[i];
        }
        template <class T, class V> inline void scatter(T* p, int64_t stride, V v, Part n) {
          alignas(64) T lane[lanes]; store(lane, v, n);
          for (int i = 0; i < n.count; ++i) p[i * stride] = lane[i];
        }

        """
      ),
      "Columns": (
        ["first"],
        """
        /// Running totals of many columns side by side: `next` is called with one row after the other.
        template <class Operation, int columns> struct Columns {
          using wide = typename Operation::wide;
          static constexpr int count = sizeof(wide) / sizeof(wide{}[0]);
          alignas(64) decltype(wide{}[0] + 0) total[columns + lanes];
          Columns() { for (auto& t : total) t = Operation::start; }
          vec next(vec v, int64_t j, Whole) {
            auto* t = total + j;
            return Operation::apply(v, [&](wide w) {
              wide sum; __builtin_memcpy(&sum, t, sizeof sum);
              sum = Operation::combine(sum, w);
              __builtin_memcpy(t, &sum, sizeof sum);
              t += count;
              return sum;
            }, false);
          }
          // What lies behind a part are other columns.
          vec next(vec v, int64_t j, Part p) { return next(select(first(p.count), v, splat(Operation::start)), j, Whole{}); }
        };

        """
      ),
      "RunningSum": (
        needed,
        """
        /// Added in double precision, as PyTorch does it.
        struct RunningSum {
          \(wide)
          static constexpr real start = 0;
          static wide identity() { return wide{}; }
          static wide combine(wide a, wide b) { return a + b; }
        \(Self.apply(isSingle))
        };

        """
      ),
      "RunningProduct": (
        needed,
        """
        /// Multiplied in double precision, as PyTorch does it.
        struct RunningProduct {
          \(wide)
          static constexpr real start = 1;
          static wide identity() { return wide{} + 1; }
          static wide combine(wide a, wide b) { return a * b; }
        \(Self.apply(isSingle))
        };

        """
      ),
      "maximum": ([], extremum("maximum", "max", ">")),
      "minimum": ([], extremum("minimum", "min", "<")),
      "RunningMaximum": (["maximum"], Self.runningExtremum("RunningMaximum", "maximum", "-INFINITY")),
      "RunningMinimum": (["minimum"], Self.runningExtremum("RunningMinimum", "minimum", "INFINITY")),
    ]
  }

  /// NaN if either is. The machine's own instruction gives the second operand then, so the first is looked at.
  private func extremum(_ name: String, _ instruction: String, _ symbol: String) -> String {
    return """
      inline vec \(name)(vec a, vec b) {  // NaN if either is
      #if defined(__AVX512F__) && \(bits) == 512
        const \(machineVector) x = (\(machineVector))a;
        return (vec)_mm512_mask_mov_\(suffix)(_mm512_\(instruction)_\(suffix)(x, (\(machineVector))b), _mm512_cmp_\(suffix)_mask(x, x, _CMP_UNORD_Q), x);
      #else
        return select((a \(symbol) b) | (a != a), a, b);
      #endif
      }
      inline real \(name)(real a, real b) { return a \(symbol) b || a != a ? a : b; }

      """
  }

  private static func runningExtremum(_ type: String, _ function: String, _ identity: String) -> String {
    """
    struct \(type) {
      using wide = vec;
      static constexpr real start = \(identity);
      static wide identity() { return splat(start); }
      static wide combine(wide a, wide b) { return \(function)(a, b); }
      template <class Step> static vec apply(vec v, Step step, bool) { return step(v); }
    };

    """
  }

  /// A vector of floats as two of doubles, the later one first when going backwards.
  private static func apply(_ isSingle: Bool) -> String {
    isSingle
      ? """
        template <class Step> static vec apply(vec v, Step step, bool reversed) {
          Halves x = widened(v);
          if (reversed) { x.high = step(x.high); x.low = step(x.low); } else { x.low = step(x.low); x.high = step(x.high); }
          return narrowed(x.low, x.high);
        }
      """
      : "  template <class Step> static vec apply(vec v, Step step, bool) { return step(v); }"
  }
}
