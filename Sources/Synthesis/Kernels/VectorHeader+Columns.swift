extension VectorHeader {
  /// By the machine's own instructions: of these vectors' conversions compilers make several moves a half.
  private var widenings: String {
    """
    typedef double wide __attribute__((vector_size(lanes / 2 * sizeof(double))));
    /// A vector's numbers in double precision.
    struct Halves { wide low, high; };
    inline Halves widened(vec v) {
    #if defined(__AVX512F__) && \(bits) == 512
      const __m256 high = _mm256_castpd_ps(_mm512_extractf64x4_pd((__m512d)v, 1));
      return {(wide)_mm512_cvtps_pd(_mm512_castps512_ps256((__m512)v)), (wide)_mm512_cvtps_pd(high)};
    #elif defined(__AVX__) && \(bits) == 256
      return {(wide)_mm256_cvtps_pd(_mm256_castps256_ps128((__m256)v)), (wide)_mm256_cvtps_pd(_mm256_extractf128_ps((__m256)v, 1))};
    #else
      typedef real half __attribute__((vector_size(lanes / 2 * sizeof(real))));
      half parts[2]; __builtin_memcpy(parts, &v, sizeof v);
      return {__builtin_convertvector(parts[0], wide), __builtin_convertvector(parts[1], wide)};
    #endif
    }
    inline vec narrowed(wide low, wide high) {
    #if defined(__AVX512F__) && \(bits) == 512
      const __m256d first = _mm256_castps_pd(_mm512_cvtpd_ps((__m512d)low)), second = _mm256_castps_pd(_mm512_cvtpd_ps((__m512d)high));
      return (vec)_mm512_insertf64x4(_mm512_castpd256_pd512(first), second, 1);
    #elif defined(__AVX__) && \(bits) == 256
      return (vec)_mm256_insertf128_ps(_mm256_castps128_ps256(_mm256_cvtpd_ps((__m256d)low)), _mm256_cvtpd_ps((__m256d)high), 1);
    #else
      typedef real half __attribute__((vector_size(lanes / 2 * sizeof(real))));
      const half parts[2] = {__builtin_convertvector(low, half), __builtin_convertvector(high, half)};
      vec v; __builtin_memcpy(&v, parts, sizeof v); return v;
    #endif
    }

    """
  }

  /// Partial results of a vector of columns: taken from memory, a few rows added, put back.
  var columns: [String: ([String], String)] {
    [
      "wide": ([], isSingle ? widenings : ""),
      "narrow": (
        ["wide"],
        isSingle
          ? """
          inline vec narrow(const double* p) {
            Halves x; __builtin_memcpy(&x, p, sizeof x); return narrowed(x.low, x.high);
          }

          """ : ""
      ),
      "lane": ([], "typedef \(isSingle ? "int32_t" : "int64_t") lane;  // of a mask\n\n"),
      "ColumnSum": (
        isSingle ? ["wide"] : ["load", "store"],
        isSingle
          ? """
          /// Sums of columns: a few rows in single precision, all of them in double.
          struct ColumnSum {
            vec part = {};
            ColumnSum() = default;
            explicit ColumnSum(const double*) {}
            void add(vec v, int64_t) { part += v; }
            template <class N> void add_product(N a, N b) { part = fma(a, b, part); }
            void save(double* p) const {
              const Halves x = widened(part);
              Halves total; __builtin_memcpy(&total, p, sizeof total);
              total.low += x.low;
              total.high += x.high;
              __builtin_memcpy(p, &total, sizeof total);
            }
          };

          """
          : """
          /// Sums of columns: a few rows by themselves, then all of them.
          struct ColumnSum {
            vec part = {};
            ColumnSum() = default;
            explicit ColumnSum(const real*) {}
            void add(vec v, int64_t) { part += v; }
            template <class N> void add_product(N a, N b) { part = fma(a, b, part); }
            void save(real* p) const { store(p, load(p, Whole{}) + part, Whole{}); }
          };

          """
      ),
      "ColumnSquares": (
        isSingle ? ["wide"] : ["ColumnSum"],
        isSingle
          ? """
          /// Sums of squares of columns in double precision: squares of large numbers don't overflow.
          struct ColumnSquares {
            Halves part = {};
            ColumnSquares() = default;
            explicit ColumnSquares(const double*) {}
            void add(vec v, int64_t) {
              const Halves x = widened(v);
              part.low += x.low * x.low;
              part.high += x.high * x.high;
            }
            void save(double* p) const {
              Halves total; __builtin_memcpy(&total, p, sizeof total);
              total.low += part.low;
              total.high += part.high;
              __builtin_memcpy(p, &total, sizeof total);
            }
          };

          """
          : """
          struct ColumnSquares : ColumnSum {
            using ColumnSum::ColumnSum;
            void add(vec v, int64_t row) { ColumnSum::add(v * v, row); }
          };

          """
      ),
      "ColumnProduct": (
        isSingle ? ["wide"] : ["load", "store"],
        isSingle
          ? """
          /// Products of columns in double precision: partial products don't overflow before the whole does.
          struct ColumnProduct {
            Halves part;
            ColumnProduct() = default;
            explicit ColumnProduct(const double* p) { __builtin_memcpy(&part, p, sizeof part); }
            void add(vec v, int64_t) {
              const Halves x = widened(v);
              part.low *= x.low;
              part.high *= x.high;
            }
            void save(double* p) const { __builtin_memcpy(p, &part, sizeof part); }
          };

          """
          : """
          struct ColumnProduct {
            vec part;
            ColumnProduct() = default;
            explicit ColumnProduct(const real* p) : part(load(p, Whole{})) {}
            void add(vec v, int64_t) { part *= v; }
            void save(real* p) const { store(p, part, Whole{}); }
          };

          """
      ),
      "ColumnMaximum": (["load", "store", "maximum"], Self.columnExtremum("Maximum", "maximum")),
      "ColumnMinimum": (["load", "store", "minimum"], Self.columnExtremum("Minimum", "minimum")),
      "ColumnArgMaximum": (["load", "store", "lane"], Self.columnIndex("Maximum", ">")),
      "ColumnArgMinimum": (["load", "store", "lane"], Self.columnIndex("Minimum", "<")),
    ]
  }

  private static func columnExtremum(_ type: String, _ function: String) -> String {
    """
    /// The \(type.lowercased()) of each column; NaN if there is one.
    struct Column\(type) {
      vec part;
      Column\(type)() = default;
      explicit Column\(type)(const real* p) : part(load(p, Whole{})) {}
      void add(vec v, int64_t) { part = \(function)(part, v); }
      void save(real* p) const { store(p, part, Whole{}); }
    };

    """
  }

  private static func columnIndex(_ type: String, _ symbol: String) -> String {
    """
    /// The row of each column's first \(type.lowercased()), or first NaN.
    struct ColumnArg\(type) {
      vec part;
      mask index;
      ColumnArg\(type)() = default;
      ColumnArg\(type)(const real* p, const lane* i) : part(load(p, Whole{})) { __builtin_memcpy(&index, i, sizeof index); }
      void add(vec v, int64_t row) {
        const mask isBetter = (v \(symbol) part) | ((v != v) & (part == part));
        part = select(isBetter, v, part);
        index = isBetter ? mask{} + lane(row) : index;
      }
      void save(real* p, lane* i) const { store(p, part, Whole{}); __builtin_memcpy(i, &index, sizeof index); }
    };

    """
  }
}
