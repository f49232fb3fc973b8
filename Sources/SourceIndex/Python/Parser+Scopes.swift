/// Which names a scope binds, and which it takes from outside.
///
/// Uses stand in `uses` in source order. When a scope ends, its own part of that array shrinks to what the scope takes
/// from outside, so that each enclosing scope sees only that.
extension Parser {
  mutating func addUse(_ role: NameUse.Role, flags: NameUse.Flags = []) {
    uses.append(
      NameUse(
        start: Int32(truncatingIfNeeded: cursor.start),
        length: Int32(truncatingIfNeeded: cursor.position - cursor.start),
        hash: cursor.hash, role: role, flags: flags))
  }

  mutating func addLoad() {
    addUse(.load, flags: operandDepth == bareDepth ? .bare : [])
  }

  /// Turns the targets among the names from an index on into bindings.
  mutating func bindTargets(from start: Int, as role: NameUse.Role = .store) {
    for index in start..<uses.count where uses[index].flags.contains(.bare) && uses[index].role == .load {
      if uses[index].flags.contains(.trailer) {
        uses[index].flags.insert(.mutated)
      } else {
        uses[index].role = role
      }
    }
  }

  /// Ends a function or lambda whose names stand from `start` on.
  mutating func endFunctionScope(from start: Int) {
    names.removeAll()
    var libraries: NameUse.Flags = []
    for index in start..<uses.count {
      noteBinding(uses[index], inClass: false)
      switch uses[index].role {
      case .store, .parameter, .importing, .recorded:
        if names.value(uses[index], base) == nil || uses[index].role == .importing {
          names.set(uses[index], -1 - Int32(uses[index].flags.intersection(.libraries).rawValue), base)
        }
      case .load, .comprehension, .global, .nonlocal, .globalStore: break
      }
    }
    // What is declared global or nonlocal is not this scope's, wherever the declaration stands.
    for index in start..<uses.count {
      if uses[index].role == .global { names.set(uses[index], .max, base) }
      if uses[index].role == .nonlocal { names.set(uses[index], .max - 1, base) }
    }
    var kept = start
    for index in start..<uses.count {
      var use = uses[index]
      let value = names.value(use, base)
      switch use.role {
      case .load:
        if let value, value < 0 {
          if !use.flags.isDisjoint(with: [.trailer, .attribute]) {
            libraries.formUnion(NameUse.Flags(rawValue: UInt8(truncatingIfNeeded: -1 - value)))
          }
          continue
        }
        if let value, value >= 0, value < .max - 1 {
          // Taken from outside before: one entry is enough.
          uses[Int(value)].flags.formUnion(use.flags.intersection([.trailer, .attribute]))
          continue
        }
        if value == nil { names.set(use, Int32(truncatingIfNeeded: kept), base) }
      case .store where value == .max: use.role = .globalStore
      case .globalStore: break
      case .store, .parameter, .importing, .recorded, .comprehension, .global, .nonlocal: continue
      }
      use.flags.remove([.bare, .mutated])
      uses[kept] = use
      kept += 1
    }
    uses.truncate(to: kept)
    if enclosing >= 0 { chunk.definitions[enclosing].localLibraries.formUnion(libraries) }
  }

  /// Ends a class body: what it binds is seen neither by its methods nor outside.
  mutating func endClassScope(from start: Int) {
    var kept = start
    for use in uses[start...] { noteBinding(use, inClass: true) }
    for index in start..<uses.count where uses[index].role == .load || uses[index].role == .globalStore {
      uses[kept] = uses[index]
      uses[kept].flags.remove([.bare, .mutated])
      kept += 1
    }
    uses.truncate(to: kept)
  }

  /// Ends a comprehension whose names stand from `start` on. Its first iterable is evaluated outside of it; names
  /// bound by `:=` are the enclosing scope's (PEP 572).
  mutating func endComprehension(from start: Int, firstIterable: Range<Int>) {
    names.removeAll()
    var found = false
    for index in start..<uses.count where uses[index].role == .comprehension {
      names.set(uses[index], 0, base)
      noteBinding(uses[index], inClass: false)
      found = true
    }
    guard found else { return }
    var kept = start
    for index in start..<uses.count {
      let use = uses[index]
      if use.role == .comprehension { continue }
      if use.role == .load, !firstIterable.contains(index), names.value(use, base) != nil { continue }
      uses[kept] = use
      kept += 1
    }
    uses.truncate(to: kept)
  }

  /// Keeps what a definition takes from outside: the names from `start` on, but for its own name.
  mutating func keepFreeNames(of index: Int, from start: Int, except own: Int) {
    let first = chunk.freeNames.count
    listLoads(from: start, except: own)
    chunk.freeNames.append(contentsOf: loads)
    chunk.definitions[index].freeNames = first..<chunk.freeNames.count
  }

  /// Makes `loads` the names that are read from `start` on, each once.
  private mutating func listLoads(from start: Int, except own: Int = -1) {
    loads.removeAll(keepingCapacity: true)
    names.removeAll()
    for index in start..<uses.count where uses[index].role == .load && index != own {
      let use = uses[index]
      let hasTrailer = use.flags.contains(.trailer)
      if let known = names.value(use, base) {
        if hasTrailer { loads[Int(known)].hasTrailer = true }
      } else {
        names.set(use, Int32(loads.count), base)
        loads.append(FreeName(name: name(use), hash: use.hash, hasTrailer: hasTrailer))
      }
    }
  }

  func name(_ use: NameUse) -> String { text(Int(use.start), Int(use.start + use.length)) }

  /// Ends the chunk: what it binds at module level, and what it reads.
  mutating func finishModuleScope() {
    for (index, definition) in chunk.definitions.enumerated() where definition.parent < 0 {
      chunk.bindings.append(
        Binding(name: definition.name, kind: .definition(index)))
    }
    for use in uses {
      switch use.role {
      case .store, .globalStore: break
      case .load where use.flags.contains(.mutated): break
      default: continue
      }
      chunk.bindings.append(Binding(name: name(use), kind: .assignment))
    }
    if let first = chunk.definitions.first, Int(first.fullStart.offset) + chunkStart == firstToken,
      Int(first.span.end.offset) + chunkStart == cursor.previousEnd
    {
      // The chunk is this definition: what it reads was worked out before.
      chunk.reads.append(contentsOf: chunk.freeNames[first.freeNames])
    } else {
      listLoads(from: 0)
      chunk.reads.append(contentsOf: loads)
    }
  }
}
