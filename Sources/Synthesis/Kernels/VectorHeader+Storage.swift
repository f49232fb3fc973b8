extension ElementType {
  /// The C++ name of an element in memory, in a kernel that computes in `real`.
  func element(computing real: ElementType) -> String {
    if self == real { return "real" }
    switch self {
    case .bool: return "uint8_t"
    case .float64: return "double"
    case .float32: return "float"
    case .uint8: return "byte"
    case .int64, .int32, .int16, .int8: return "\(rawValue)_t"
    default: return rawValue
    }
  }

  /// The piece of the header that loads, gathers, stores or streams elements of this type.
  func piece(_ what: String, computing real: ElementType) -> String {
    self == real ? what : self == .bool ? "\(what)Mask" : "\(what) \(rawValue)"
  }
}

/// Elements in memory that have another type than what is computed in.
extension VectorHeader {
  /// The pieces for such elements, in an order that compiles.
  static let storageOrder =
    ["whole", "halves", "f16", "bf16"]
    + [ElementType.bfloat16, .float16, .float32, .float64, .int64, .int32, .int16, .int8, .uint8].flatMap { type in
      ["type", "as", "load", "gather", "store", "stream"].map { "\($0) \(type.rawValue)" }
    }

  /// A piece such as `load bfloat16`.
  func storage(_ name: String) -> (needs: [String], text: String)? {
    if name == "whole" { return (["type uint8"], Self.whole) }
    if let text = halfPieces[name] { return (name == "halves" ? [] : ["halves"], text) }
    let words = name.split(separator: " ")
    guard words.count == 2, let type = ElementType(rawValue: String(words[1])), type != dtype else { return nil }
    return type.isHalf ? halfMemory(String(words[0]), type) : convertedMemory(String(words[0]), type)
  }

  /// Whole numbers of any width, compared as they are.
  private static let whole = """
    typedef int64_t longs __attribute__((vector_size(lanes * sizeof(int64_t))));
    inline longs load_whole(const int64_t* p, Whole) { longs v; __builtin_memcpy(&v, p, sizeof v); return v; }
    template <class T> inline longs load_whole(const T* p, Whole) { longs v; for (int i = 0; i < lanes; ++i) v[i] = int64_t(p[i]); return v; }
    template <class T> inline longs load_whole(const T* p, Part part) { longs v = {}; for (int i = 0; i < part.count; ++i) v[i] = int64_t(p[i]); return v; }
    template <class T> inline longs gather_whole(const T* p, int64_t stride, Whole) { longs v; for (int i = 0; i < lanes; ++i) v[i] = int64_t(p[i * stride]); return v; }
    template <class T> inline longs gather_whole(const T* p, int64_t stride, Part part) { longs v = {}; for (int i = 0; i < part.count; ++i) v[i] = int64_t(p[i * stride]); return v; }
    inline mask as_mask(longs condition) { return __builtin_convertvector(condition, mask); }

    """

  // MARK: Half precision

  private func halfMemory(_ what: String, _ type: ElementType) -> (needs: [String], text: String)? {
    let name = type.rawValue
    let bits = type == .bfloat16 ? "bf16" : "f16"
    switch what {
    case "type":
      return (
        [bits],
        """
        struct \(name) {
          uint16_t bits;
          explicit \(name)(real x) : bits(to_\(bits)(splat(x))[0]) {}
          operator real() const { return from_\(bits)(halves{bits})[0]; }
        };

        """
      )
    case "as":
      return (
        ["type \(name)"],
        """
        /// Rounded as \(name) rounds.
        inline vec as_\(name)(vec x) { return from_\(bits)(to_\(bits)(x)); }
        inline real as_\(name)(real x) { return \(name)(x); }

        """
      )
    case "load":
      return (
        ["type \(name)"],
        """
        inline vec load(const \(name)* p, Whole n) { return from_\(bits)(load_halves(p, n)); }
        inline vec load(const \(name)* p, Part n) { return from_\(bits)(load_halves(p, n)); }

        """
      )
    case "gather":
      return (
        ["type \(name)"],
        """
        inline vec gather(const \(name)* p, int64_t stride, Whole) { halves h; for (int i = 0; i < lanes; ++i) h[i] = p[i * stride].bits; return from_\(bits)(h); }
        inline vec gather(const \(name)* p, int64_t stride, Part part) { halves h = {}; for (int i = 0; i < part.count; ++i) h[i] = p[i * stride].bits; return from_\(bits)(h); }

        """
      )
    case "store":
      return (
        ["type \(name)"],
        """
        inline void store(\(name)* p, vec v, Whole n) { store_halves(p, to_\(bits)(v), n); }
        inline void store(\(name)* p, vec v, Part n) { store_halves(p, to_\(bits)(v), n); }

        """
      )
    case "stream":
      let (test, call) =
        lanes == 16
        ? ("__AVX__", "_mm256_stream_si256((__m256i*)p, (__m256i)h)")
        : ("__SSE2__", "_mm_stream_si128((__m128i*)p, (__m128i)h)")
      let past = """
          const halves h = to_\(bits)(v);
        #if defined(\(test))
          \(call);
        #else
          store_halves(p, h, n);
        #endif
          (void)n;
        """
      return (
        ["type \(name)"],
        """
        /// Stores past the caches.
        inline void stream(\(name)* p, vec v, Whole n) {
        \(lanes >= 8 ? past : "  store_halves(p, to_\(bits)(v), n);")
        }
        inline void stream(\(name)* p, vec v, Part n) { store_halves(p, to_\(bits)(v), n); }

        """
      )
    default: return nil
    }
  }

  /// float32 is what half precision is widened to and rounded from.
  private var halfPieces: [String: String] {
    let wide = { (single: String) in isSingle ? single : "__builtin_convertvector(\(single), vec)" }
    let narrow = isSingle ? "const singles s = x;" : "const singles s = __builtin_convertvector(x, singles);"
    return [
      "halves": """
      /// Numbers of half precision by their bits, a vector's worth, and the float32 numbers that they are computed as.
      typedef uint16_t halves __attribute__((vector_size(lanes * sizeof(uint16_t))));
      typedef uint32_t words __attribute__((vector_size(lanes * sizeof(uint32_t))));
      typedef int32_t signed_words __attribute__((vector_size(lanes * sizeof(int32_t))));
      typedef float singles __attribute__((vector_size(lanes * sizeof(float))));

      template <class T> inline halves load_halves(const T* p, Whole) { halves h; __builtin_memcpy(&h, p, sizeof h); return h; }
      template <class T> inline halves load_halves(const T* p, Part part) {
      \(maskedHalves("halves h; const auto m = maskz_loadu_epi16(MASK, p); __builtin_memcpy(&h, &m, sizeof h); return h;", "halves h = {}; for (int i = 0; i < part.count; ++i) h[i] = p[i].bits; return h;"))
      }
      template <class T> inline void store_halves(T* p, halves h, Whole) { __builtin_memcpy(p, &h, sizeof h); }
      template <class T> inline void store_halves(T* p, halves h, Part part) {
      \(maskedHalves("mask_storeu_epi16(p, MASK, (VECTOR)h);", "for (int i = 0; i < part.count; ++i) p[i].bits = h[i];"))
      }

      """,
      "bf16": """
      inline vec from_bf16(halves h) {
      #if defined(__AVX512F__) && \(lanes) == 16
        const words w = (words)_mm512_cvtepu16_epi32((__m256i)h);
      #elif defined(__AVX2__) && \(lanes) == 8
        const words w = (words)_mm256_cvtepu16_epi32((__m128i)h);
      #else
        const words w = __builtin_convertvector(h, words);
      #endif
        return \(wide("(singles)(w << 16)"));
      }
      /// Rounded to nearest, ties to even. NaN would carry into the sign and become a number.
      inline halves to_bf16(vec x) {
        \(narrow)
        const words b = (words)s, rounded = (b + 0x7fff + (b >> 16 & 1)) >> 16;
        return __builtin_convertvector((s != s) ? words{} + 0x7fc0 : rounded, halves);
      }

      """,
      "f16": """
      inline vec from_f16(halves h) {
      \(withInstruction(loading: true, otherwise: """
          const words b = __builtin_convertvector(h, words), sign = (b & 0x8000) << 16, size = b & 0x7fff;
          words w = (size << 13) + (112u << 23);
          w = (size >= 0x7c00) ? w + (112u << 23) : w;  // Inf and NaN
          const singles denormal = __builtin_convertvector((signed_words)size, singles) * 0x1p-24f;
          w = (size < 0x400) ? (words)denormal : w;
          return \(wide("(singles)(w | sign)"));
        """))
      }
      /// Rounded to nearest, ties to even.
      inline halves to_f16(vec x) {
        \(narrow)
      \(withInstruction(loading: false, otherwise: """
          const words b = (words)s, sign = b >> 16 & 0x8000, size = b & 0x7fffffff;
          const singles magnitude = (singles)size, half = singles{} + 0.5f;
          words w = (size - (112u << 23) + 0xfff + (size >> 13 & 1)) >> 13;
          // Denormal: adding one half rounds to multiples of 2^-24.
          w = (magnitude < 0x1p-14f) ? (words)(magnitude + half) - (words)half : w;
          w = (magnitude >= 65520.0f) ? words{} + 0x7c00 : w;
          w = (s != s) ? words{} + 0x7e00 : w;
          return __builtin_convertvector(w | sign, halves);
        """))
      }

      """,
    ]
  }

  /// Masked moves of 16-bit elements where the machine has them.
  private func maskedHalves(_ masked: String, _ otherwise: String) -> String {
    guard lanes == 16 || lanes == 8 else { return "  \(otherwise)" }
    let (prefix, vector) = lanes == 16 ? ("_mm256", "__m256i") : ("_mm", "__m128i")
    let text = masked.replacing("MASK", with: "__mmask\(lanes)((1 << part.count) - 1)").replacing(
      "VECTOR", with: vector
    )
    .replacing("maskz_", with: "\(prefix)_maskz_").replacing("mask_s", with: "\(prefix)_mask_s")
    return """
      #if defined(__AVX512BW__) && defined(__AVX512VL__)
        \(text)
      #else
        \(otherwise)
      #endif
      """
  }

  /// The machine's own conversion of float16 where it has one.
  private func withInstruction(loading: Bool, otherwise: String) -> String {
    let (test, body): (String, String)
    let wide = { (single: String) in isSingle ? single : "__builtin_convertvector(\(single), vec)" }
    switch lanes {
    case 16:
      (test, body) =
        loading
        ? ("__AVX512F__", "return \(wide("(singles)_mm512_cvtph_ps((__m256i)h)"));")
        : ("__AVX512F__", "return (halves)_mm512_cvtps_ph((__m512)s, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);")
    case 8:
      (test, body) =
        loading
        ? ("__F16C__", "return \(wide("(singles)_mm256_cvtph_ps((__m128i)h)"));")
        : ("__F16C__", "return (halves)_mm256_cvtps_ph((__m256)s, _MM_FROUND_TO_NEAREST_INT);")
    case 4:
      let x86 =
        loading
        ? "__m128i b = {}; __builtin_memcpy(&b, &h, sizeof h); return \(wide("(singles)_mm_cvtph_ps(b)"));"
        : "const __m128i b = _mm_cvtps_ph((__m128)s, _MM_FROUND_TO_NEAREST_INT); halves h; __builtin_memcpy(&h, &b, sizeof h); return h;"
      let neon =
        loading
        ? "return \(wide("(singles)vcvt_f32_f16((float16x4_t)h)"));" : "return (halves)vcvt_f16_f32((float32x4_t)s);"
      (test, body) = ("__F16C__", "\(x86)\n#elif defined(__aarch64__)\n  \(neon)")
    default: return otherwise
    }
    return "#if defined(\(test))\n  \(body)\n#else\n\(otherwise)\n#endif"
  }

  // MARK: Other types, converted by the machine

  private func convertedMemory(_ what: String, _ type: ElementType) -> (needs: [String], text: String)? {
    let element = type.element(computing: dtype)
    // A structure of its own: plain bytes in memory are truth values.
    let number = type == .uint8 ? "uint8_t" : element
    let vector = "typedef \(number) stored __attribute__((vector_size(lanes * sizeof(\(number))))); stored v"
    let needs = type == .uint8 ? ["type uint8"] : []
    switch what {
    case "type":
      return type == .uint8
        ? ([], "struct byte { uint8_t number; operator real() const { return number; } };\n\n") : ([], "")
    case "as":
      return (
        [],
        """
        /// Rounded as \(type.rawValue) rounds.
        inline vec as_\(type.rawValue)(vec x) { typedef \(number) stored __attribute__((vector_size(lanes * sizeof(\(number))))); return __builtin_convertvector(__builtin_convertvector(x, stored), vec); }
        inline real as_\(type.rawValue)(real x) { return real(\(number)(x)); }

        """
      )
    case "load":
      return (
        needs,
        """
        inline vec load(const \(element)* p, Whole) { \(vector); __builtin_memcpy(&v, p, sizeof v); return __builtin_convertvector(v, vec); }
        inline vec load(const \(element)* p, Part part) { \(vector) = {}; __builtin_memcpy(&v, p, part.count * sizeof *p); return __builtin_convertvector(v, vec); }

        """
      )
    case "gather":
      return (
        needs,
        """
        inline vec gather(const \(element)* p, int64_t stride, Whole) { vec v; for (int i = 0; i < lanes; ++i) v[i] = real(p[i * stride]); return v; }
        inline vec gather(const \(element)* p, int64_t stride, Part part) { vec v = {}; for (int i = 0; i < part.count; ++i) v[i] = real(p[i * stride]); return v; }

        """
      )
    case "store":
      guard type.isFloating else { return nil }
      return (
        [],
        """
        inline void store(\(element)* p, vec x, Whole) { \(vector) = __builtin_convertvector(x, stored); __builtin_memcpy(p, &v, sizeof v); }
        inline void store(\(element)* p, vec x, Part part) { for (int i = 0; i < part.count; ++i) p[i] = \(element)(x[i]); }

        """
      )
    case "stream":
      return (
        ["store \(type.rawValue)"],
        "template <class N> inline void stream(\(element)* p, vec x, N n) { store(p, x, n); }\n\n"
      )
    default: return nil
    }
  }
}
