public import JSONRPC

/// `workspace/configuration`: asks for the settings under `kernelwright`, for a folder or for all.
public enum ConfigurationRequest: ServerRequest {
  public static let method = "workspace/configuration"

  public struct Params: Sendable, JSONEncodable {
    /// One item each; nil asks for the settings that hold everywhere.
    public var scopes: [DocumentURI?]
    public var section: String

    public init(scopes: [DocumentURI?], section: String) {
      self.scopes = scopes
      self.section = section
    }

    public func encode(into writer: inout JSONWriter) {
      writer.object { writer in
        writer.key("items")
        writer.array { writer in
          for scope in scopes {
            writer.object { writer in
              writer.field("scopeUri", ifPresent: scope)
              writer.field("section", section)
            }
          }
        }
      }
    }
  }
  public typealias Result = [JSONValue]
}

/// `client/registerCapability`: used for what can't be announced statically.
public enum RegistrationRequest: ServerRequest {
  public static let method = "client/registerCapability"

  /// LSP 3.17 "Registration".
  public struct Registration: Sendable, JSONEncodable {
    public var id: String
    public var method: String
    public var options: JSONValue

    public init(id: String, method: String, options: JSONValue) {
      self.id = id
      self.method = method
      self.options = options
    }

    public func encode(into writer: inout JSONWriter) {
      writer.object { writer in
        writer.field("id", id)
        writer.field("method", method)
        writer.field("registerOptions", options)
      }
    }
  }

  public struct Params: Sendable, JSONEncodable {
    public var registrations: [Registration]
    public init(_ registrations: [Registration]) { self.registrations = registrations }
    public func encode(into writer: inout JSONWriter) { writer.object { $0.field("registrations", registrations) } }
  }
  public typealias Result = JSONValue
}
