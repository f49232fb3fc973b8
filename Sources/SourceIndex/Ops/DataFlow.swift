/// Which variables go into and come out of some statements of a function.
///
/// A variable goes in if the statements may read a value that it had before them; so one that is assigned only under
/// a condition goes in as well, if it can have a value before.
struct DataFlow {
  /// Local variables read, in order of first use.
  private(set) var liveIn: [String] = []
  /// Variables assigned that are read afterwards, or, if none is, all that are assigned; in order of assignment.
  private(set) var results: [String] = []

  private let detail: FunctionDetail
  private let selected: Range<Int>
  /// Statement of each use.
  private let owners: [Int]

  init(detail: FunctionDetail, selected: Range<Int>) {
    self.detail = detail
    self.selected = selected
    owners = detail.uses.map { use in
      detail.statements.lastIndex {
        $0.span.start.offset <= use.start && use.start < $0.span.end.offset
      } ?? -1
    }
    let hidden = Set(
      detail.uses.indices.filter { detail.uses[$0].role == .global }.map { detail.names[$0] })
    var boundOutside: Set<String> = []
    var assigned: [String] = []
    for index in detail.uses.indices where isBinding(index) && !hidden.contains(detail.names[index]) {
      if selected.contains(owners[index]) {
        if !assigned.contains(detail.names[index]) { assigned.append(detail.names[index]) }
      } else {
        boundOutside.insert(detail.names[index])
      }
    }
    let parent = detail.statements[selected.lowerBound].parent
    var defined: Set<String> = []
    read(block: parent, &defined, boundOutside)
    let readLater = Set(
      detail.uses.indices.filter { index in
        detail.uses[index].role == .load && !selected.contains(owners[index])
          && (owners[index] >= selected.upperBound || isInLoop(with: owners[index]))
      }.map { detail.names[$0] })
    let later = assigned.filter(readLater.contains)
    results = later.isEmpty ? assigned : later
  }

  private func isBinding(_ index: Int) -> Bool {
    switch detail.uses[index].role {
    case .store, .parameter, .importing, .recorded, .nonlocal: true
    case .load, .comprehension, .global, .globalStore: false
    }
  }

  /// Goes through the selected statements of a block in order; `defined` are the variables certain to have been
  /// assigned by them.
  private mutating func read(block: Int, _ defined: inout Set<String>, _ boundOutside: Set<String>) {
    let entry = defined
    for index in selected where detail.statements[index].parent == block {
      // What an `if` assigns is not assigned in its `else`.
      if detail.statements[index].isClause { defined = entry }
      let own = detail.uses.indices.filter { owners[$0] == index }
      for use in own where detail.uses[use].role == .load {
        let name = detail.names[use]
        if boundOutside.contains(name), !defined.contains(name), !liveIn.contains(name) { liveIn.append(name) }
      }
      let stores = own.filter(isBinding).map { detail.names[$0] }
      var inner = defined.union(stores)
      read(block: index, &inner, boundOutside)
      // A header such as that of `for` may bind nothing; a simple statement always does.
      if !detail.statements.indices.contains(where: { detail.statements[$0].parent == index }) {
        defined.formUnion(stores)
      }
    }
  }

  /// True if a statement and the selection stand in a common loop: what comes before may run after as well. Any
  /// compound statement is taken for one, which at worst keeps a result too many.
  private func isInLoop(with statement: Int) -> Bool {
    var at = detail.statements[selected.lowerBound].parent
    while at >= 0 {
      var other = statement
      while other >= 0 {
        if other == at { return true }
        other = detail.statements[other].parent
      }
      at = detail.statements[at].parent
    }
    return false
  }
}
