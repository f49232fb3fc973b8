extension VectorHeader {
  /// Functions of the C library, one lane at a time; the compiler turns the simple ones into one instruction.
  static let byTheLibrary: [String: ([String], String)] = {
    var table: [String: ([String], String)] = [:]
    table["sqrt"] = (
      [],
      """
      template <class T> inline T sqrt(T x) { return std::sqrt(x); }
      inline vec sqrt(vec x) { vec r; for (int i = 0; i < lanes; ++i) r[i] = std::sqrt(x[i]); return r; }

      """
    )
    for (name, function) in [
      ("sin", "sin"), ("cos", "cos"), ("floor", "floor"), ("ceil", "ceil"), ("round", "nearbyint"),
      ("trunc", "trunc"), ("exp", "exp"), ("expm1", "expm1"), ("log", "log"), ("log1p", "log1p"), ("log2", "log2"),
      ("tanh", "tanh"), ("erf", "erf"),
    ] { table[name] = ([], lanewise(name, "std::\(function)(x)")) }
    table["normalCDF"] = (
      [],
      lanewise("normal_cdf", "real(0.5) * std::erfc(x * real(-0.70710678118654752440))")
    )
    return table
  }()

  /// A function of one number, applied to every lane.
  private static func lanewise(_ name: String, _ expression: String) -> String {
    """
    inline real \(name)(real x) { return \(expression); }
    inline vec \(name)(vec x) { vec r; for (int i = 0; i < lanes; ++i) r[i] = \(name)(real(x[i])); return r; }

    """
  }
}
