import Foundation
public import SourceIndex

/// A file that was named from outside an editor, read and indexed; nothing of it is run.
public struct LoadedFile: Sendable {
  /// Absolute.
  public var path: String
  public var document: IndexedDocument

  /// - Throws: `EngineError` when it isn't there, is a folder or can't be read.
  public init(_ path: String) throws {
    let url = URL(fileURLWithPath: path).standardizedFileURL
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw EngineError(.op, "There is no file \(path).")
    }
    guard !isFolder.boolValue else { throw EngineError(.op, "\(path) is a folder; name a Python file in it.") }
    guard let data = FileManager.default.contents(atPath: url.path) else {
      throw EngineError(.op, "\(path) can't be read: check its permissions.")
    }
    self.path = url.path
    document = IndexedDocument(
      text: SourceText(utf8: [UInt8](data)), language: SourceLanguage(identifier: "", path: url.path) ?? .python)
  }

  public var workspace: String { Self.workspace(of: path) }

  /// The nearest folder upwards that has a `pyproject.toml` or a `.git`, else the file's own folder.
  public static func workspace(of file: String) -> String {
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent().standardizedFileURL
    var candidate = folder
    let files = FileManager.default
    while candidate.path != "/" {
      if files.fileExists(atPath: candidate.appending(path: "pyproject.toml").path)
        || files.fileExists(atPath: candidate.appending(path: ".git").path)
      {
        return candidate.path
      }
      candidate.deleteLastPathComponent()
    }
    return folder.path
  }
}
