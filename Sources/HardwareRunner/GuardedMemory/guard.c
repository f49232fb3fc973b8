/* An allocator for finding memory errors: preloaded into one process of a candidate, in which nothing is timed.

   Blocks that hold tensors (PyTorch takes them from posix_memalign) and other large ones end right before a page that
   can't be touched, begin right behind one up to their alignment, are filled with bytes that read as NaN when they are
   new, and are untouchable for ever after they were freed. What is read or written outside is a crash; what is
   written into the few bytes that the alignment leaves on either side is found when the block is freed; what is read
   before it was written shows in the result.

   Linux with the GNU C library, whose own allocator serves everything else (malloc_usable_size(3), and
   "Replacing malloc" in its manual). */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

enum {
  page = 4096,
  smallest_aligned = 16,  /* bytes of an aligned block that is worth two pages */
  smallest_plain = 32768, /* of any other: small ones are the interpreter's */
  most_blocks = 20000,    /* each takes two of the 65 530 mappings that a process may have */
  margin = 64,            /* bytes before a block that are looked at when it is freed */
};
static const unsigned char fresh = 0xff, canary = 0xa5;

/* Addresses are taken from one range and never used again: so one comparison tells whose a block is, and what is used
   after it was freed is a crash, however late. When the range is used up, blocks are ordinary ones. */
static unsigned char *range, *range_end;
static size_t range_used, block_count;
static size_t *sizes; /* of the block that starts in a page, by page */

/* Compilers that are started from here need none of this. */
__attribute__((constructor)) static void forget(void) { unsetenv("LD_PRELOAD"); }

/* Called by the worker when PyTorch is loaded: before, there is nothing to find. */
void kernelwright_guard_memory(void) {
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  for (size_t length = (size_t)64 << 30; length >= (size_t)1 << 30; length /= 2) {
    unsigned char *found = mmap(NULL, length, PROT_NONE, flags, -1, 0);
    if (found == MAP_FAILED) continue;
    sizes = mmap(NULL, length / page * sizeof *sizes, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (sizes == MAP_FAILED) return;
    range_end = found + length;
    range = found;
    return;
  }
}

static void complain(const char *text) {
  ssize_t ignored = write(2, text, strlen(text));
  (void)ignored;
  abort();
}

static bool is_ours(const void *start) {
  return range && (unsigned char *)start >= range && (unsigned char *)start < range_end;
}

static size_t *size_of(const void *start) { return &sizes[(size_t)((unsigned char *)start - range) / page]; }

/* NULL where the block should be an ordinary one. */
static void *guarded(size_t alignment, size_t size) {
  if (!range || alignment > page || size > (size_t)1 << 40) return NULL;
  size_t data = (size + page - 1) / page * page;
  if (__atomic_add_fetch(&block_count, 1, __ATOMIC_RELAXED) > most_blocks) goto ordinary;
  size_t offset = __atomic_fetch_add(&range_used, data + page, __ATOMIC_RELAXED);
  if (offset + data + 2 * page > (size_t)(range_end - range)) goto ordinary;
  unsigned char *first = range + offset + page, *end = first + data; /* the page before belongs to nobody */
  if (mprotect(first, data, PROT_READ | PROT_WRITE) != 0) goto ordinary;
  unsigned char *start = (unsigned char *)((uintptr_t)(end - size) & ~(uintptr_t)(alignment - 1));
  memset(first, canary, (size_t)(start - first));
  memset(start, fresh, size);
  memset(start + size, canary, (size_t)(end - start) - size);
  *size_of(start) = size;
  return start;
ordinary:
  __atomic_sub_fetch(&block_count, 1, __ATOMIC_RELAXED);
  return NULL;
}

static bool is_whole(const unsigned char *from, const unsigned char *to) {
  for (; from < to; from++)
    if (*from != canary) return false;
  return true;
}

static void release(unsigned char *start) {
  size_t size = *size_of(start);
  if (!size) complain("kernelwright: a buffer was freed twice, or from its middle\n");
  unsigned char *first = start - (uintptr_t)start % page;
  unsigned char *end = first + ((size_t)(start - first) + size + page - 1) / page * page;
  unsigned char *before = start - first > margin ? start - margin : first;
  if (!is_whole(before, start)) complain("kernelwright: the bytes before a buffer were written\n");
  if (!is_whole(start + size, end)) complain("kernelwright: the bytes after a buffer were written\n");
  *size_of(start) = 0;
  /* Its pages go back to the system, its addresses to nobody. */
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
  mmap(first, (size_t)(end - first), PROT_NONE, flags, -1, 0);
  __atomic_sub_fetch(&block_count, 1, __ATOMIC_RELAXED);
}

void *malloc(size_t size) {
  void *found = size >= smallest_plain ? guarded(16, size) : NULL;
  return found ? found : __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  size_t total;
  if (__builtin_mul_overflow(count, size, &total)) {
    errno = ENOMEM;
    return NULL;
  }
  void *found = total >= smallest_plain ? guarded(16, total) : NULL;
  return found ? memset(found, 0, total) : __libc_calloc(count, size);
}

void free(void *start) {
  if (is_ours(start)) release(start);
  else __libc_free(start);
}

void *realloc(void *start, size_t size) {
  if (!is_ours(start)) return __libc_realloc(start, size);
  size_t old = *size_of(start);
  void *moved = malloc(size);
  if (!moved) return NULL;
  memcpy(moved, start, old < size ? old : size);
  release(start);
  return moved;
}

void *memalign(size_t alignment, size_t size) {
  void *found = size >= smallest_aligned ? guarded(alignment, size) : NULL;
  return found ? found : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
  if (alignment < sizeof(void *) || alignment & (alignment - 1)) return EINVAL;
  void *found = memalign(alignment, size);
  if (!found) return ENOMEM;
  *result = found;
  return 0;
}

size_t malloc_usable_size(void *start) {
  if (!start) return 0;
  if (is_ours(start)) return *size_of(start);
  /* The C library keeps the size of its own blocks in the word before them, with three flags in its low bits. */
  return (((const size_t *)start)[-1] & ~(size_t)7) - sizeof(size_t);
}
