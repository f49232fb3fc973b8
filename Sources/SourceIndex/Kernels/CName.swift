/// Names as numbers (FNV-1a, 64 bits): whole files of them are compared at every edit. The same in every process, since
/// fingerprints depend on which names are one.
enum CName {
  static func hash(_ name: ArraySlice<UInt8>) -> UInt64 {
    name.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
  }
}
