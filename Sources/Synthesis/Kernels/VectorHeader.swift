/// The small header that every kernel starts with: a vector type, loads and stores, and the functions that the kernel
/// uses, nothing else. It is written with the vector extensions of GCC and Clang, so that the same text becomes AVX2,
/// AVX-512 or NEON code.
struct VectorHeader {
  var dtype: ElementType
  /// Bits of a vector register; lanes are this over the element's size.
  var bits: Int

  var lanes: Int { bits / 8 / dtype.size }
  var isSingle: Bool { dtype == .float32 }
  /// How the x86 intrinsics are called that take a vector, and its type there (Intel Intrinsics Guide).
  var suffix: String { isSingle ? "ps" : "pd" }
  var intrinsic: String { bits == 128 ? "_mm" : "_mm\(bits)" }
  var machineVector: String { "__m\(bits)\(isSingle ? "" : "d")" }

  /// The header with the pieces named, and those that these need, in an order that compiles.
  func text(using pieces: Set<String>) -> String {
    var needed = pieces
    var stack = Array(pieces)
    while let name = stack.popLast() {
      for dependency in piece(name)?.needs ?? [] where needed.insert(dependency).inserted { stack.append(dependency) }
    }
    assert(needed.allSatisfy(Self.order.contains), "no place for \(needed.subtracting(Self.order))")
    let body = Self.order.filter { needed.contains($0) }.compactMap { piece($0)?.text }
    return """
      using real = \(isSingle ? "float" : "double");
      constexpr int lanes = \(lanes);
      typedef real vec __attribute__((vector_size(lanes * sizeof(real))));
      typedef \(isSingle ? "int32_t" : "int64_t") mask __attribute__((vector_size(lanes * sizeof(real))));  // all ones or zero a lane

      /// A whole vector, or the first `count` lanes of one at the end of a row.
      struct Whole {};
      struct Part { int count; };

      inline vec splat(real x) { return x - vec{}; }
      inline vec select(mask c, vec a, vec b) { return c ? a : b; }
      inline real select(bool c, real a, real b) { return c ? a : b; }

      """ + body.joined(separator: "\n")
  }

  private struct Piece {
    var needs: [String] = []
    var text: String
  }

  private static let order =
    [
      "load", "loadMask", "gather", "gatherMask", "store", "storeMask", "stream",
    ] + storageOrder + [
      "fence", "prefetch", "hugePages", "first", "sweep", "alignedSweep", "wideSweep", "fma", "atLeast", "atMost",
      "copySign", "absolute", "scaleByPower", "exp", "expm1", "logOfParts", "log", "log2", "log1p", "sqrt", "rsqrt",
      "reciprocal",
      "sigmoid", "tanh", "normalTail", "normalCDF", "erf", "any", "sine", "sin", "cos",
      "floor", "ceil", "round", "trunc", "power",
      "maximum", "minimum", "Total", "across", "wide", "Sum", "SumOfSquares", "Product",
      "Maximum", "Minimum",
      "lane", "ArgMaximum", "ArgMinimum", "narrow", "ColumnSum", "ColumnSquares", "ColumnProduct",
      "ColumnMaximum", "ColumnMinimum",
      "ColumnArgMaximum", "ColumnArgMinimum",
      "permuted", "every", "picked", "RunningSum", "RunningProduct", "RunningMaximum", "RunningMinimum", "Running",
      "Columns", "scatter",
      "backwards", "alignedBackwards",
    ]

  private func piece(_ name: String) -> Piece? {
    if let text = memory[name] { return Piece(needs: Self.memoryNeeds[name] ?? [], text: text) }
    if let (needs, text) = storage(name) { return Piece(needs: needs, text: text) }
    if let (needs, text) = columns[name] { return Piece(needs: needs, text: text) }
    if let (needs, text) = windowed[name] { return Piece(needs: needs, text: text) }
    if let (needs, text) = reductions[name] { return Piece(needs: needs, text: text) }
    if let (needs, text) = isSingle ? Self.single[name] : Self.double[name] { return Piece(needs: needs, text: text) }
    if let (needs, text) = Self.shared[name] { return Piece(needs: needs, text: text) }
    return nil
  }

  // MARK: Memory

  private static let memoryNeeds = [
    "stream": ["store"], "alignedSweep": ["sweep"], "wideSweep": ["sweep"],
    "alignedBackwards": ["alignedSweep", "backwards"],
  ]

  private var memory: [String: String] {
    return [
      "load": """
      inline vec load(const real* p, Whole) { vec v; __builtin_memcpy(&v, p, sizeof v); return v; }
      inline vec load(const real* p, Part part) {
      #if defined(__AVX512F__) && \(bits) == 512
        return (vec)_mm512_maskz_loadu_\(suffix)(__mmask\(lanes)((1 << part.count) - 1), p);
      #else
        vec v = {}; for (int i = 0; i < part.count; ++i) v[i] = p[i]; return v;
      #endif
      }

      """,
      "loadMask": """
      inline mask load(const uint8_t* p, Whole) {
        alignas(mask) decltype(mask{}[0] + 0) lane[lanes];
        for (int i = 0; i < lanes; ++i) lane[i] = p[i] ? -1 : 0;
        mask m; __builtin_memcpy(&m, lane, sizeof m); return m;
      }
      inline mask load(const uint8_t* p, Part part) { mask m = {}; for (int i = 0; i < part.count; ++i) m[i] = p[i] ? -1 : 0; return m; }

      """,
      "gather": """
      inline vec gather(const real* p, int64_t stride, Whole) { vec v; for (int i = 0; i < lanes; ++i) v[i] = p[i * stride]; return v; }
      inline vec gather(const real* p, int64_t stride, Part part) { vec v = {}; for (int i = 0; i < part.count; ++i) v[i] = p[i * stride]; return v; }

      """,
      "gatherMask": """
      inline mask gather(const uint8_t* p, int64_t stride, Whole) { mask m; for (int i = 0; i < lanes; ++i) m[i] = p[i * stride] ? -1 : 0; return m; }
      inline mask gather(const uint8_t* p, int64_t stride, Part part) { mask m = {}; for (int i = 0; i < part.count; ++i) m[i] = p[i * stride] ? -1 : 0; return m; }

      """,
      "store": """
      inline void store(real* p, vec v, Whole) { __builtin_memcpy(p, &v, sizeof v); }
      inline void store(real* p, vec v, Part part) {
      #if defined(__AVX512F__) && \(bits) == 512
        _mm512_mask_storeu_\(suffix)(p, __mmask\(lanes)((1 << part.count) - 1), (\(machineVector))v);
      #else
        for (int i = 0; i < part.count; ++i) p[i] = v[i];
      #endif
      }

      """,
      "storeMask": """
      inline void store(uint8_t* p, mask m, Whole) { for (int i = 0; i < lanes; ++i) p[i] = m[i] & 1; }
      inline void store(uint8_t* p, mask m, Part part) { for (int i = 0; i < part.count; ++i) p[i] = m[i] & 1; }

      """,
      "stream": """
      /// Stores past the caches: the row is not read again here, and the line need not be fetched first.
      inline void stream(real* p, vec v, Whole) {
      #if defined(__AVX512F__) && \(bits) == 512
        _mm512_stream_\(suffix)(p, (\(machineVector))v);
      #elif defined(__AVX__) && \(bits) == 256
        _mm256_stream_\(suffix)(p, (\(machineVector))v);
      #else
        __builtin_memcpy(p, &v, sizeof v);
      #endif
      }
      inline void stream(real* p, vec v, Part part) { store(p, v, part); }

      """,
      "fence": """
      /// Makes streamed stores visible to the other threads.
      inline void fence() {
      #if defined(__x86_64__)
        _mm_sfence();
      #endif
      }

      """,
      "prefetch": """
      /// Asks for what is soon read, up to the second-level cache. Where rows end, the processor stops asking by itself.
      inline void prefetch(const void* p) { __builtin_prefetch(p, 0, 2); }

      """,
      "hugePages": """
      /// Asks for 2 MiB pages under a fresh result: far fewer page faults on first touch. Only advice.
      inline void huge_pages(void* p, size_t bytes) {
      #if defined(__linux__)
        const uintptr_t page = uintptr_t(1) << 21, begin = ((uintptr_t)p + page - 1) & -page, end = ((uintptr_t)p + bytes) & -page;
        if (end > begin) madvise((void*)begin, end - begin, MADV_HUGEPAGE);
      #endif
      }

      """,
      "fma": """
      #if defined(__FMA__) || defined(__AVX512F__) || defined(__ARM_FEATURE_FMA)
      constexpr bool fuses = true;
      #else
      constexpr bool fuses = false;
      #endif
      /// a · b + c, rounded once where the machine can. Only polynomials are contracted like this: the op's own products
      /// are rounded as PyTorch rounds them, or x − max x would not be 0 at the maximum.
      inline vec fma(vec a, vec b, vec c) {
      #if (defined(__AVX512F__) && \(bits) == 512) || (defined(__FMA__) && \(bits) <= 256)
        return (vec)\(intrinsic)_fmadd_\(suffix)((\(machineVector))a, (\(machineVector))b, (\(machineVector))c);
      #elif defined(__FMA__) || defined(__ARM_FEATURE_FMA)
        vec r;
        for (int i = 0; i < lanes; ++i) r[i] = std::fma(a[i], b[i], c[i]);  // becomes one instruction
        return r;
      #else
        return a * b + c;
      #endif
      }
      inline vec fma(vec a, vec b, real c) { return fma(a, b, splat(c)); }
      inline vec fma(vec a, real b, vec c) { return fma(a, splat(b), c); }
      inline vec fma(vec a, real b, real c) { return fma(a, splat(b), splat(c)); }

      """,
      "atLeast": bounded("at_least", "<", "max"),
      "atMost": bounded("at_most", ">", "min"),
      "scaleByPower": """
      /// x · 2ⁿ for integers n in [−152, 128]; denormal results come out right.
      inline vec scale_by_power(vec x, vec n) {
      #if defined(__AVX512F__) && \(bits) == 512
        return (vec)_mm512_scalef_ps((__m512)x, (__m512)n);
      #elif defined(__AVX512F__) && defined(__AVX512VL__) && \(bits) == 256
        return (vec)_mm256_scalef_ps((__m256)x, (__m256)n);
      #else
        const mask k = __builtin_convertvector(n, mask), half = k >> 1;  // in two steps: 2ⁿ itself may not be a number
        return x * (vec)((half + 127) << 23) * (vec)((k - half + 127) << 23);
      #endif
      }

      """,
      "first": """
      inline mask first(int count) { mask m; for (int i = 0; i < lanes; ++i) m[i] = i < count ? -1 : 0; return m; }

      """,
      "backwards": """
      /// Like sweep, from the end of the row to its start.
      template <class Body> [[gnu::always_inline]] inline void backwards(int64_t n, Body body) {
        int64_t j = n / lanes * lanes;
        if (j < n) body(j, Part{int(n - j)}, Slot<0>{});
        while ((j -= lanes) >= 0) body(j, Whole{}, Slot<0>{});
      }

      """,
      "alignedBackwards": """
      /// Like backwards, with whole vectors where they may be written past the caches.
      template <class T, class Body> [[gnu::always_inline]] inline void aligned_backwards(const T* p, int64_t n, Body body) {
        const int64_t head = unaligned(p, n);
        backwards(n - head, [&](int64_t j, auto m, auto slot) __attribute__((always_inline)) { body(head + j, m, slot); });
        if (head) body(0, Part{int(head)}, Slot<0>{});
      }

      """,
      "sweep": """
      template <int i> struct Slot { static constexpr int index = i; };

      /// Calls body(j, Whole or Part, Slot) for j = 0, lanes, … < n; `unroll` neighbouring calls have different slots,
      /// so that accumulators need not wait for each other.
      template <int unroll, class Body> [[gnu::always_inline]] inline void sweep(int64_t n, Body body) {
        int64_t j = 0;
        if constexpr (unroll == 4)
          for (; j + 4 * lanes <= n; j += 4 * lanes) {
            body(j, Whole{}, Slot<0>{});
            body(j + lanes, Whole{}, Slot<1>{});
            body(j + 2 * lanes, Whole{}, Slot<2>{});
            body(j + 3 * lanes, Whole{}, Slot<3>{});
          }
        if constexpr (unroll == 2)
          for (; j + 2 * lanes <= n; j += 2 * lanes) {
            body(j, Whole{}, Slot<0>{});
            body(j + lanes, Whole{}, Slot<1>{});
          }
        for (; j + lanes <= n; j += lanes) body(j, Whole{}, Slot<0>{});
        if (j < n) body(j, Part{int(n - j)}, Slot<0>{});
      }

      """,
      "wideSweep": """
      template <int count, class Body> [[gnu::always_inline]] inline void each(Body body) {
        if constexpr (count > 1) each<count - 1>(body);
        body(Slot<count - 1>{});
      }

      /// Calls body(j, Whole or Part, number of vectors) for `width` neighbouring vectors at a time, then for single ones.
      template <int width, class Body> [[gnu::always_inline]] inline void wide_sweep(int64_t n, Body body) {
        int64_t j = 0;
        for (; j + width * lanes <= n; j += width * lanes) body(j, Whole{}, Slot<width>{});
        for (; j + lanes <= n; j += lanes) body(j, Whole{}, Slot<1>{});
        if (j < n) body(j, Part{int(n - j)}, Slot<1>{});
      }

      """,
      "alignedSweep": """
      /// How many elements there are before the first place where a vector may be written past the caches.
      template <class T> inline int64_t unaligned(const T* p, int64_t n) {
        const int64_t head = -(uintptr_t)p % (lanes * sizeof(T)) / sizeof(T);
        return head < n ? head : n;
      }
      /// Like sweep, with a part of a vector first, so that p + j is where a vector may be written past the caches.
      template <int unroll, class T, class Body> [[gnu::always_inline]] inline void aligned_sweep(const T* p, int64_t n, Body body) {
        const int64_t head = unaligned(p, n);
        if (head) body(0, Part{int(head)}, Slot<0>{});
        sweep<unroll>(n - head, [&](int64_t j, auto m, auto slot) __attribute__((always_inline)) { body(head + j, m, slot); });
      }

      """,
    ]
  }

  /// Against a number that is not NaN. The machine's instruction gives its second operand where one is NaN, or both are zero.
  private func bounded(_ name: String, _ symbol: String, _ instruction: String) -> String {
    """
    inline vec \(name)(vec x, real bound) {  // NaN stays
    #if (defined(__AVX512F__) && \(bits) == 512) || (defined(__AVX__) && \(bits) <= 256)
      return (vec)\(intrinsic)_\(instruction)_\(suffix)((\(machineVector))splat(bound), (\(machineVector))x);
    #else
      return select(x \(symbol) bound, splat(bound), x);
    #endif
    }
    inline real \(name)(real x, real bound) { return x \(symbol) bound ? bound : x; }

    """
  }

  // MARK: Functions that are the same for both types

  private static let shared: [String: ([String], String)] = {
    var table: [String: ([String], String)] = [
      "copySign": (
        [],
        """
        /// |a| with the sign of b.
        inline vec copy_sign(vec a, vec b) { const mask sign = (mask)splat(real(-0.0)); return (vec)(((mask)a & ~sign) | ((mask)b & sign)); }

        """
      ),
      "any": (
        [],
        """
        /// Whether any lane is all ones.
        template <class M> inline bool any(M m) {
        #if defined(__AVX512F__)
          if constexpr (sizeof m == 64) return _mm512_test_epi32_mask((__m512i)m, (__m512i)m);
        #endif
        #if defined(__AVX2__)
          if constexpr (sizeof m == 32) return _mm256_movemask_epi8((__m256i)m);
        #endif
          int64_t parts[sizeof m / 8], all = 0; __builtin_memcpy(parts, &m, sizeof m);
          for (int64_t part : parts) all |= part;
          return all;
        }

        """
      ),
      "absolute": (
        [],
        """
        inline vec absolute(vec x) { return (vec)((mask)x & ~(mask)splat(real(-0.0))); }
        inline real absolute(real x) { return std::fabs(x); }

        """
      ),
      "rsqrt": (
        ["sqrt"],
        """
        inline vec rsqrt(vec x) { return 1 / sqrt(x); }
        template <class T> inline T rsqrt(T x) { return 1 / std::sqrt(x); }

        """
      ),
      "reciprocal": (
        [],
        """
        inline vec reciprocal(vec x) { return 1 / x; }
        inline real reciprocal(real x) { return 1 / x; }

        """
      ),
      "sigmoid": (
        ["absolute", "exp"],
        """
        /// 1 / (1 + e⁻ˣ), without overflow or cancellation on either side.
        inline vec sigmoid(vec x) { const vec e = exp(-absolute(x)); return select(x < 0, e, splat(1)) / (1 + e); }
        inline real sigmoid(real x) { const real e = std::exp(-std::fabs(x)); return (x < 0 ? e : 1) / (1 + e); }

        """
      ),
      "power": (
        [],
        """
        inline vec power(vec x, vec y) { vec r; for (int i = 0; i < lanes; ++i) r[i] = std::pow(x[i], y[i]); return r; }
        inline real power(real x, real y) { return std::pow(x, y); }

        """
      ),
    ]
    table.merge(byTheLibrary) { own, _ in own }
    return table
  }()
}
