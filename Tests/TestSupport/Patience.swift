/// How long a test waits for what must come before it fails. Long, because hundreds of tests share a few processors.
public enum Patience {
  public static let seconds = 300
}
