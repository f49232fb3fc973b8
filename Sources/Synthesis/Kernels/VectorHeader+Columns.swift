extension VectorHeader {
  /// Partial results of a vector of columns: taken from memory, a few rows added, put back.
  var columns: [String: ([String], String)] {
    let halves = """
        typedef real half __attribute__((vector_size(lanes / 2 * sizeof(real))));
        typedef double wide __attribute__((vector_size(lanes / 2 * sizeof(double))));
      """
    return [
      "narrow": (
        [],
        isSingle
          ? """
          inline vec narrow(const double* p) {
          \(halves)
            wide parts[2]; __builtin_memcpy(parts, p, sizeof parts);
            const half narrowed[2] = {__builtin_convertvector(parts[0], half), __builtin_convertvector(parts[1], half)};
            vec v; __builtin_memcpy(&v, narrowed, sizeof v); return v;
          }

          """ : ""
      ),
      "lane": ([], "typedef \(isSingle ? "int32_t" : "int64_t") lane;  // of a mask\n\n"),
      "ColumnSum": (
        ["load", "store"],
        isSingle
          ? """
          /// Sums of columns: a few rows in single precision, all of them in double.
          struct ColumnSum {
          \(halves)
            vec part = {};
            ColumnSum() = default;
            explicit ColumnSum(const double*) {}
            void add(vec v, int64_t) { part += v; }
            template <class N> void add_product(N a, N b) { part = fma(a, b, part); }
            void save(double* p) const {
              half parts[2]; __builtin_memcpy(parts, &part, sizeof part);
              wide total[2]; __builtin_memcpy(total, p, sizeof total);
              total[0] += __builtin_convertvector(parts[0], wide);
              total[1] += __builtin_convertvector(parts[1], wide);
              __builtin_memcpy(p, total, sizeof total);
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
        isSingle ? [] : ["ColumnSum"],
        isSingle
          ? """
          /// Sums of squares of columns in double precision: squares of large numbers don't overflow.
          struct ColumnSquares {
          \(halves)
            wide part[2] = {};
            ColumnSquares() = default;
            explicit ColumnSquares(const double*) {}
            void add(vec v, int64_t) {
              half parts[2]; __builtin_memcpy(parts, &v, sizeof v);
              const wide a = __builtin_convertvector(parts[0], wide), b = __builtin_convertvector(parts[1], wide);
              part[0] += a * a;
              part[1] += b * b;
            }
            void save(double* p) const {
              wide total[2]; __builtin_memcpy(total, p, sizeof total);
              total[0] += part[0];
              total[1] += part[1];
              __builtin_memcpy(p, total, sizeof total);
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
        ["load", "store"],
        isSingle
          ? """
          /// Products of columns in double precision: partial products don't overflow before the whole does.
          struct ColumnProduct {
          \(halves)
            wide part[2];
            ColumnProduct() = default;
            explicit ColumnProduct(const double* p) { __builtin_memcpy(part, p, sizeof part); }
            void add(vec v, int64_t) {
              half parts[2]; __builtin_memcpy(parts, &v, sizeof v);
              part[0] *= __builtin_convertvector(parts[0], wide);
              part[1] *= __builtin_convertvector(parts[1], wide);
            }
            void save(double* p) const { __builtin_memcpy(p, part, sizeof part); }
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
