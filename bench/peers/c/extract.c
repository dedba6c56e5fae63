/*
 * The extraction kernel's job in C with AVX2: frames to time, key hash and registers of an HLL per minute, on the
 * same bytes and by the same method, so that what is left between the two is WASM. Written for the
 * benchmark's frames: keys are strings without escapes, times whole seconds; anything else is counted as odd, and
 * the benchmark wants none.
 *
 *   extract lines|records|checked FILE PASSES  →  frames, odd, a checksum of all rows, and the ns of all chunks, of
 *   each its best pass: whoever else uses the machine weighs little. `checked` also compares the CRC of each batch
 *   extract count|receive PORT FROM  →  lines from a connection to this machine until it ends; the same, with the
 *   bytes, and the ns of CPU of the whole process behind the first FROM of them. `receive` only reads.
 *
 * FILE is lines, or for records batches of: length of the records, their number, their CRC-32C (each 4 bytes,
 * little-endian), the records. A chunk is copied to one reused buffer first, as from a socket.
 */
#include <arpa/inet.h>
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define CHUNK (256 * 1024)
#define CHUNK_MAX (4 * CHUNK)
#define SLACK 4096
#define REGISTERS 16384
#define MINUTES 4096
#define HEAD 12
#define STREAM 1024

typedef const uint8_t *at_t;

static uint64_t frames, odd, checksum;
static uint8_t *registers[MINUTES];
static double *best;

static inline uint64_t bits_of(__m256i a, __m256i b, char symbol) {
  const __m256i s = _mm256_set1_epi8(symbol);
  return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, s)) |
         (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, s)) << 32;
}

static inline __m256i load(at_t at) { return _mm256_loadu_si256((const __m256i *)at); }

static inline uint64_t prefix_xor(uint64_t bits) {
  return _mm_cvtsi128_si64(_mm_clmulepi64_si128(_mm_set_epi64x(0, bits), _mm_set1_epi8(-1), 0));
}

/* Bits of the bytes that a backslash escapes; `carried` is the first byte of the next block. */
static inline uint64_t escaped_bits(uint64_t slash, uint64_t *carried) {
  const uint64_t odd_bits = 0xaaaaaaaaaaaaaaaaULL;
  const uint64_t escaping = slash & ~*carried;
  const uint64_t terminal = ((escaping << 1 | odd_bits) - escaping) ^ odd_bits;
  const uint64_t escaped = terminal ^ (slash | *carried);
  *carried = (terminal & slash) >> 63;
  return escaped;
}

static at_t newline_from(at_t at, at_t end) {
  for (; at < end; at += 64) {
    const uint64_t found = bits_of(load(at), load(at + 32), '\n');
    if (found) return at + __builtin_ctzll(found);
  }
  return end;
}

static at_t string_end(at_t at, at_t end) {
  for (uint64_t carried = 0; at < end; at += 64) {
    const __m256i a = load(at), b = load(at + 32);
    const uint64_t slash = bits_of(a, b, '\\');
    const uint64_t closing = bits_of(a, b, '"') & ~escaped_bits(slash, &carried);
    if (closing) return at + __builtin_ctzll(closing) + 1;
  }
  return NULL;
}

static at_t nested_end(at_t at, at_t end) {
  const __m256i spaces = _mm256_set1_epi8(' ');
  uint64_t depth = 1, carried = 0, inside = 0;
  for (; at < end; at += 64) {
    const __m256i a = load(at), b = load(at + 32);
    const uint64_t slash = bits_of(a, b, '\\');
    const uint64_t quotes = bits_of(a, b, '"') & ~escaped_bits(slash, &carried);
    const uint64_t strings = prefix_xor(quotes) ^ inside;
    inside = (uint64_t)((int64_t)strings >> 63);
    const uint64_t stray = slash & ~strings;
    if (stray && (end - at >= 64 || stray << (64 - (end - at)))) return NULL;
    const __m256i c = _mm256_or_si256(a, spaces), d = _mm256_or_si256(b, spaces);
    const uint64_t opening = bits_of(c, d, '{') & ~strings;
    uint64_t closing = bits_of(c, d, '}') & ~strings;
    const uint64_t closed = __builtin_popcountll(closing);
    if (closed >= depth) {
      for (uint64_t count = 1; closing; count++, closing &= closing - 1) {
        const uint64_t before = opening & (closing ^ (closing - 1));
        if (depth + __builtin_popcountll(before) == count) return at + __builtin_ctzll(closing) + 1;
      }
    }
    depth += __builtin_popcountll(opening) - closed;
  }
  return NULL;
}

static at_t space_end(at_t at, at_t end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) at++;
  return at;
}

static at_t scalar_end(at_t at, at_t end) {
  const __m128i lows = _mm_setr_epi8(2, 0, 2, 0, 0, 0, 0, 0, 0, 1, 5, 8, 2, 9, 0, 0);
  const __m128i highs = _mm_setr_epi8(1, 0, 2, 4, 0, 8, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0);
  const __m128i nibbles = _mm_set1_epi8(15);
  for (; at < end; at += 16) {
    const __m128i bytes = _mm_loadu_si128((const __m128i *)at);
    const __m128i low = _mm_shuffle_epi8(lows, _mm_and_si128(bytes, nibbles));
    const __m128i high = _mm_shuffle_epi8(highs, _mm_and_si128(_mm_srli_epi16(bytes, 4), nibbles));
    const int passes = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_and_si128(low, high), _mm_setzero_si128()));
    if (passes != 0xffff) return at + __builtin_ctz(~passes);
  }
  return end;
}

static inline uint64_t word(at_t at) {
  uint64_t value;
  memcpy(&value, at, 8);
  return value;
}

static inline uint64_t turn(uint64_t value, int by) { return value << by | value >> (64 - by); }

static inline uint64_t mix(uint64_t h) {
  h = (h ^ h >> 33) * 0xff51afd7ed558ccdULL;
  h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53ULL;
  return h ^ h >> 33;
}

/* MurmurHash3_x64_128, seed 9001 (A. Appleby, public domain). */
static inline void hash_key(at_t at, at_t end, uint64_t *out1, uint64_t *out2) {
  const uint64_t c1 = 0x87c37b91114253d5ULL, c2 = 0x4cf5ad432745937fULL, length = end - at;
  uint64_t h1 = 9001, h2 = 9001;
  for (; at + 16 <= end; at += 16) {
    h1 ^= turn(word(at) * c1, 31) * c2;
    h1 = (turn(h1, 27) + h2) * 5 + 0x52dce729;
    h2 ^= turn(word(at + 8) * c2, 33) * c1;
    h2 = (turn(h2, 31) + h1) * 5 + 0x38495ab5;
  }
  const int rest = length & 15;
  if (rest > 8) h2 ^= turn((word(at + 8) & ~0ULL >> (128 - rest * 8)) * c2, 33) * c1;
  if (rest > 8) h1 ^= turn(word(at) * c1, 31) * c2;
  else if (rest > 0) h1 ^= turn((word(at) & ~0ULL >> (64 - rest * 8)) * c1, 31) * c2;
  h1 ^= length;
  h2 ^= length;
  h1 += h2;
  h2 += h1;
  h1 = mix(h1);
  h2 = mix(h2);
  h1 += h2;
  *out1 = h1;
  *out2 = h2 + h1;
}

static void count(uint64_t seconds, at_t key, at_t key_end) {
  uint64_t h1, h2;
  hash_key(key, key_end, &h1, &h2);
  uint8_t **pane = &registers[seconds / 60 % MINUTES];
  if (!*pane) *pane = calloc(REGISTERS, 1);
  uint8_t *slot = *pane + (h1 & (REGISTERS - 1));
  const uint8_t value = h2 ? (uint8_t)__builtin_clzll(h2) + 1 : 63;
  if (value > *slot) *slot = value;
  checksum += h1 ^ h2 ^ seconds;
  frames++;
}

static at_t quote_from(at_t at, at_t end) {
  const __m128i quotes = _mm_set1_epi8('"'), slashes = _mm_set1_epi8('\\');
  for (; at < end; at += 16) {
    const __m128i bytes = _mm_loadu_si128((const __m128i *)at);
    const int hits = _mm_movemask_epi8(
        _mm_or_si128(_mm_cmpeq_epi8(bytes, quotes), _mm_cmpeq_epi8(bytes, slashes)));
    if (hits) return at + __builtin_ctz(hits);
  }
  return end;
}

/* Reads the members of a frame strictly, up to the second wanted one. False when something is odd. */
static int take_frame(at_t at, at_t end) {
  at_t key = NULL, key_end = NULL;
  uint64_t seconds = 0;
  if (*at != '{') return 0;
  at = space_end(at + 1, end);
  for (;;) {
    if (*at != '"' || at >= end) return 0;
    const at_t name = at + 1;
    const at_t close = quote_from(name, end);
    if (*close != '"') return 0;
    at = space_end(close + 1, end);
    if (*at != ':') return 0;
    at = space_end(at + 1, end);
    const uint64_t head = word(name);
    if (!seconds && (head & 0xffffff) == 0x227374) {
      const at_t stop = scalar_end(at, end);
      if (stop >= end || stop - at != 10) return 0;
      for (; at < stop; at++) seconds = seconds * 10 + *at - '0';
      if (key) break;
    } else if (!key && (head & 0xffffffff) == 0x22646975) {
      if (*at != '"') return 0;
      key = at + 1;
      key_end = quote_from(key, end);
      if (key_end >= end || *key_end != '"') return 0;
      at = key_end + 1;
      if (seconds) break;
    } else if (*at == '"') {
      at = string_end(at + 1, end);
    } else if ((*at | ' ') == '{') {
      at = nested_end(at + 1, end);
    } else {
      const at_t value = at;
      at = scalar_end(at, end);
      if (at == value) return 0;
    }
    if (!at) return 0;
    at = space_end(at, end);
    if (*at != ',') return 0;
    at = space_end(at + 1, end);
  }
  count(seconds, key, key_end);
  return 1;
}

static at_t take_lines(at_t at, at_t end) {
  for (;;) {
    const at_t newline = newline_from(at, end);
    if (newline >= end) return at;
    if (!take_frame(at, newline)) odd++;
    at = newline + 1;
  }
}

static int64_t number(at_t *at) {
  uint64_t value = 0;
  int shift = 0;
  uint8_t byte;
  do {
    byte = *(*at)++;
    value |= (uint64_t)(byte & 127) << shift;
    shift += 7;
  } while (byte >= 128);
  return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

static void take_records(at_t at, uint32_t records) {
  for (; records; records--) {
    const int64_t length = number(&at);
    const at_t end = at + length;
    at++;
    number(&at);
    number(&at);
    const int64_t key = number(&at);
    if (key > 0) at += key;
    const int64_t value = number(&at);
    if (!take_frame(at, at + value)) odd++;
    at = end;
  }
}

static uint32_t integer(at_t at) {
  uint32_t value;
  memcpy(&value, at, 4);
  return value;
}

/* What a check value becomes behind STREAM zero bytes, a byte of it each. */
static uint32_t shifted[4][256];

static void prepare_crc(void) {
  for (int i = 0; i < 1024; i++) {
    uint64_t crc = (uint64_t)(i & 255) << 8 * (i >> 8);
    for (int at = 0; at < STREAM; at += 8) crc = _mm_crc32_u64(crc, 0);
    shifted[i >> 8][i & 255] = crc;
  }
}

static inline uint64_t shift(uint64_t crc) {
  return shifted[0][crc & 255] ^ shifted[1][crc >> 8 & 255] ^ shifted[2][crc >> 16 & 255] ^ shifted[3][crc >> 24];
}

/* CRC-32C in three streams at once: the instruction takes three cycles, and one may begin in each. */
static uint32_t crc_of(at_t at, at_t end) {
  uint64_t crc = 0xffffffff;
  for (; end - at >= 3 * STREAM; at += 3 * STREAM) {
    uint64_t second = 0, third = 0;
    for (int i = 0; i < STREAM; i += 8) {
      crc = _mm_crc32_u64(crc, word(at + i));
      second = _mm_crc32_u64(second, word(at + STREAM + i));
      third = _mm_crc32_u64(third, word(at + 2 * STREAM + i));
    }
    crc = shift(shift(crc) ^ second) ^ third;
  }
  for (; end - at >= 8; at += 8) crc = _mm_crc32_u64(crc, word(at));
  for (; at < end; at++) crc = _mm_crc32_u8(crc, *at);
  return ~(uint32_t)crc;
}

static double now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

/* One pass over the whole input, a chunk at a time; how many they are. */
static size_t pass(at_t input, size_t size, uint8_t *chunk, int of_lines, int is_checked) {
  size_t at = 0, held = 0, chunks = 0;
  for (; at < size; chunks++) {
    size_t room = size - at < CHUNK ? size - at : CHUNK;
    if (!of_lines) {
      size_t whole = 0;
      while (whole < room) whole += HEAD + integer(input + at + whole);
      room = whole;
    }
    const double started = now(CLOCK_THREAD_CPUTIME_ID);
    memcpy(chunk + held, input + at, room);
    if (of_lines) {
      const at_t end = chunk + held + room;
      const at_t rest = take_lines(chunk, end);
      held = end - rest;
      memmove(chunk, rest, held);
    } else {
      for (at_t batch = chunk, end; batch < chunk + room; batch = end) {
        end = batch + HEAD + integer(batch);
        if (is_checked && crc_of(batch + HEAD, end) != integer(batch + 8)) odd++;
        take_records(batch + HEAD, integer(batch + 4));
      }
    }
    const double took = now(CLOCK_THREAD_CPUTIME_ID) - started;
    if (took < best[chunks]) best[chunks] = took;
    at += room;
  }
  return chunks;
}

static void print_answer(uint64_t bytes, double ns) {
  printf("{\"frames\":%llu,\"odd\":%llu,\"checksum\":\"%llu\",\"bytes\":%llu,\"ns\":%.0f}\n",
         (unsigned long long)frames, (unsigned long long)odd, (unsigned long long)checksum,
         (unsigned long long)bytes, ns);
}

/* Reads as much at a time as the other side of this contest. */
static int from_socket(int counts, int port, uint64_t from) {
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  uint8_t *chunk = malloc(CHUNK_MAX + SLACK);
  if (!chunk || connect(connection, (struct sockaddr *)&at, sizeof at)) return 1;
  double started = now(CLOCK_PROCESS_CPUTIME_ID);
  uint64_t bytes = 0;
  size_t held = 0;
  for (;;) {
    const ssize_t got = recv(connection, chunk + held, CHUNK_MAX - held, 0);
    if (got < 0) return 1;
    if (got == 0) break;
    if (bytes < from && bytes + got >= from) started = now(CLOCK_PROCESS_CPUTIME_ID);
    bytes += got;
    if (!counts) continue;
    const at_t end = chunk + held + got;
    const at_t rest = take_lines(chunk, end);
    held = end - rest;
    memmove(chunk, rest, held);
  }
  print_answer(bytes, now(CLOCK_PROCESS_CPUTIME_ID) - started);
  return 0;
}

static int from_file(int of_lines, int is_checked, const char *path, int passes) {
  FILE *file = fopen(path, "rb");
  if (!file) return 1;
  fseek(file, 0, SEEK_END);
  const size_t size = ftell(file);
  rewind(file);
  uint8_t *input = malloc(size + SLACK), *chunk = malloc(CHUNK_MAX + SLACK);
  if (!input || !chunk || fread(input, 1, size, file) != size) return 1;
  const size_t chunks_max = size / 1024 + 2;
  best = malloc(chunks_max * sizeof *best);
  for (size_t i = 0; i < chunks_max; i++) best[i] = 1e300;
  size_t chunks = 0;
  for (int left = passes; left > 0; left--) {
    frames = odd = checksum = 0;
    chunks = pass(input, size, chunk, of_lines, is_checked);
  }
  double sum = 0;
  for (size_t i = 0; i < chunks; i++) sum += best[i];
  print_answer(size, sum);
  return 0;
}

int main(int count_of_words, char **words) {
  if (count_of_words != 4) return 2;
  const char *mode = words[1];
  prepare_crc();
  if (strcmp(mode, "lines") == 0) return from_file(1, 0, words[2], atoi(words[3]));
  if (strcmp(mode, "records") == 0) return from_file(0, 0, words[2], atoi(words[3]));
  if (strcmp(mode, "checked") == 0) return from_file(0, 1, words[2], atoi(words[3]));
  return from_socket(strcmp(mode, "count") == 0, atoi(words[2]), strtoull(words[3], NULL, 10));
}
