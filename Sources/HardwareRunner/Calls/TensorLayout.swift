/// Where a tensor's elements lie in a run of bytes: PyTorch's strided layout with a byte offset instead of a storage.
public struct TensorLayout: Sendable, Codable, Hashable {
  public var dtype: DType
  public var shape: [Int]
  /// In elements, one an axis, never negative (PyTorch has no negative strides); 0 where an axis is expanded.
  public var strides: [Int]
  /// Byte offset of element [0, …, 0].
  public var offset: Int

  public init(dtype: DType, shape: [Int], strides: [Int], offset: Int) {
    self.dtype = dtype
    self.shape = shape
    self.strides = strides
    self.offset = offset
  }

  /// A row-major tensor.
  public init(contiguous dtype: DType, shape: [Int], offset: Int = 0) {
    self.init(dtype: dtype, shape: shape, strides: Self.rowMajorStrides(shape), offset: offset)
  }

  /// Number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// Bytes from the first element to the end of the last one; 0 for an empty tensor.
  public var extent: Int {
    if shape.contains(0) { return 0 }
    return (zip(shape, strides).reduce(0) { $0 + ($1.0 - 1) * $1.1 } + 1) * dtype.size
  }

  /// Whether the elements lie row by row without gaps (axes of extent 1 have no say).
  public var isContiguous: Bool {
    if shape.contains(0) { return true }
    var expected = 1
    for (extent, stride) in zip(shape, strides).reversed() where extent != 1 {
      if stride != expected { return false }
      expected *= extent
    }
    return true
  }

  /// Strides of a row-major tensor, as PyTorch gives them (an empty axis counts as 1).
  public static func rowMajorStrides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * max(shape[axis + 1], 1) }
    return strides
  }
}

/// A tensor with the name it has in a `state_dict`, or among gradients.
public struct NamedLayout: Sendable, Codable, Hashable {
  public var name: String
  public var layout: TensorLayout

  public init(name: String, layout: TensorLayout) {
    self.name = name
    self.layout = layout
  }
}

/// One argument of a call. Tensors lie in the bytes of the ``CallInputs`` they belong to and may overlap there.
public indirect enum InputValue: Sendable, Hashable {
  case tensor(TensorLayout)
  /// A Python literal (`ast.literal_eval`): `3`, `None`, `"mean"`, `(1, 2)`.
  case literal(String)
  case list([InputValue])
  case tuple([InputValue])
}

/// A module's `state_dict` as bytes: what makes the weights of all contenders the same.
public struct StateBundle: Sendable {
  public var bytes: [UInt8]
  public var entries: [NamedLayout]

  public init(bytes: [UInt8], entries: [NamedLayout]) {
    self.bytes = bytes
    self.entries = entries
  }
}
