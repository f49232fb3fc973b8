/// Memory for results that is used again once nobody holds what was in it.
///
/// Tensors of more than 32 MB come from the system in every call and go back to it (glibc: `M_MMAP_THRESHOLD`), which clears
/// every page first: often longer than a kernel takes to fill it. Nobody can tell the difference: a result's memory is taken
/// for another one only when no tensor, view, array or storage object is left that shows it, which is when it would have been
/// given back.
enum RoomText {
  /// Bytes above which PyTorch's results get new pages in every call.
  static let smallest = 32 << 20
  /// Two: in `y = op(x)` the last result is alive while the next one is made.
  private static let most = 2

  static let text = """
    rooms, use_count = {}, getattr(torch._C, "_storage_Use_Count", None)
    alone = [torch.empty(1).untyped_storage()]
    alone = sys.getrefcount(alone[0])

    def room(place, shape, dtype, size):
        \"\"\"Memory for a large result: that of an earlier one that nobody holds any more, or new.\"\"\"
        if use_count is None:
            return torch.empty(shape, dtype=dtype)
        # Out of everybody else's reach until it is taken.
        kept = rooms.pop(place, [])
        for number in range(len(kept)):
            if (
                use_count(kept[number]._cdata) == 1 and sys.getrefcount(kept[number]) == alone
                and kept[number].nbytes() == size and not kept[number].is_shared()
            ):
                break
        else:
            number = len(kept)
            kept = kept + [torch.empty(size, dtype=torch.uint8).untyped_storage()]
        result = torch.empty(0, dtype=dtype).set_(kept[number], 0, shape)
        rooms[place] = kept if number < \(most) else kept[1:]
        return result
    """
}
