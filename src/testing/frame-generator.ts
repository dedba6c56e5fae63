import { assert } from '../core/assert.ts'
import { utf8 } from '../core/bytes.ts'
import { Random } from '../core/random.ts'
import { buildFragments, type Fragments } from './frame-fragments.ts'
import {
  FRAME_BYTES_MAX,
  FRAME_BYTES_MIN,
  type FrameOptions,
  frameDefaults,
  START_MS_MIN
} from './frame-options.ts'
import { escapeInPlace, mix32, writeHex, writeLetters, writeNumber } from './frame-text.ts'
import { type BrokenReason, FrameTruth, type Truth } from './frame-truth.ts'

const CHUNK_BYTES = 1_048_576
/** The longest frame with its last member on top. */
const FRAME_ROOM = FRAME_BYTES_MAX + 4_096

const UID_DIGITS = 19
const ESCAPED_UID_ONE_IN = 200
const SPACED_ONE_IN = 16
const NEWLINE = 0x0a
const COMMA = 0x2c
const OBJECT_OPEN = 0x7b
const OBJECT_CLOSE = 0x7d
/** Begins no JSON, no UTF-8 and no framing that is known. */
const GARBAGE = 0xfe
const GARBAGE_BYTES_MAX = 200

/** Flips keep a time in seconds above this, where ten digits of seconds or eleven of ms are certain. */
const FLIPPED_SECONDS_MIN = 2 ** 28
const FLIPPED_BITS = 31

type Breakage = 'none' | 'cut' | 'garbage' | Exclude<BrokenReason, 'bad-json'>
const breakages: readonly Breakage[] = [
  'cut',
  'garbage',
  'no-key',
  'bad-key',
  'no-time',
  'bad-time'
]

const text = {
  ts: utf8('"ts":'),
  tsSpaced: utf8('"ts" :\t'),
  uid: utf8('"uid":"'),
  uidSpaced: utf8('"uid" : "'),
  close: utf8('",'),
  country: utf8('"country":"'),
  badKey: utf8('"uid":{"id":7},'),
  badTime: utf8('"ts":"soon",')
}

/**
 * Frames from a seed, as bytes: newline-delimited JSON like a tracker sends it, with the wanted
 * fields anywhere, decoys of the same names in nested objects and strings, escapes and UTF-8.
 * Pieces made once are copied, numbers are written digit by digit; nothing is allocated per frame.
 *
 *     const generator = new FrameGenerator({ frames: 1e6, seed: 7, truth: true })
 *     for (const chunk of generator) await write(chunk)
 *     generator.truth()
 */
export class FrameGenerator {
  readonly options: FrameOptions
  /** Lines written so far. */
  lines = 0
  private readonly random: Random
  private readonly counts: FrameTruth | undefined
  private readonly fragments: Fragments = buildFragments()
  /** The pieces, then the chunk: `copyWithin` needs no view of a piece. */
  private readonly bytes: Uint8Array
  private readonly chunkStart: number
  private readonly seedMix: number
  private at: number
  // Of the line being written.
  private timeMs = 0
  private user = 0
  private breakage: Breakage = 'none'
  private wantedLeft = 0
  private secondStart = 0

  constructor(options: Partial<FrameOptions> = {}) {
    this.options = { ...frameDefaults, ...options }
    const { users, frameBytes = FRAME_BYTES_MIN, startMs, framesPerSecond } = this.options
    assert(users >= 1 && users <= 2 ** 32, 'users are 1 … 2^32')
    assert(frameBytes >= FRAME_BYTES_MIN && frameBytes <= FRAME_BYTES_MAX, 'frames are 90 … 3072 B')
    assert(framesPerSecond > 0 && startMs >= START_MS_MIN, 'time begins in 1980')
    this.random = new Random(this.options.seed)
    this.seedMix = this.random.uint32()
    this.counts = this.options.truth ? new FrameTruth(users) : undefined
    this.chunkStart = this.fragments.bytes.length
    this.bytes = new Uint8Array(this.chunkStart + CHUNK_BYTES + FRAME_ROOM)
    this.bytes.set(this.fragments.bytes)
    this.at = this.chunkStart
  }

  /** Whole lines, about 1 MB of them; valid until the next call. Undefined at the end. */
  next(): Uint8Array | undefined {
    this.at = this.chunkStart
    const limit = this.chunkStart + CHUNK_BYTES
    while (this.lines < this.options.frames && this.at < limit) this.line()
    return this.at === this.chunkStart ? undefined : this.bytes.subarray(this.chunkStart, this.at)
  }

  *[Symbol.iterator](): Generator<Uint8Array, void, void> {
    for (let chunk = this.next(); chunk; chunk = this.next()) yield chunk
  }

  /** The true counts of the lines written so far; asked for with the option `truth`. */
  truth(): Truth {
    assert(this.counts !== undefined, 'the truth is counted only with the option `truth`')
    return this.counts.result()
  }

  private line(): void {
    const { random, options } = this
    const { users, startMs, framesPerSecond } = options
    this.user = random.below(users)
    this.timeMs = startMs + Math.floor((this.lines * 1_000) / framesPerSecond)
    const delayed = random.real() < options.lateShare
    if (delayed) this.timeMs -= 1 + random.below(options.lateMaxMs)
    const flipped = random.real() < options.bitflipShare
    if (flipped) this.flip()
    const broken = random.real() < options.brokenShare
    this.breakage = broken ? breakages[random.below(breakages.length)]! : 'none'
    this.lines++
    if (this.breakage === 'garbage') this.garbage()
    else this.frame()
    this.bytes[this.at++] = NEWLINE
    if (!this.counts) return
    if (!broken) this.counts.count(this.user, this.timeMs, delayed, flipped)
    else this.counts.reject(reasonOf(this.breakage))
  }

  private flip(): void {
    const seconds = Math.floor(this.timeMs / 1_000)
    let flipped: number
    do flipped = seconds ^ (1 << this.random.below(FLIPPED_BITS))
    while (flipped < FLIPPED_SECONDS_MIN)
    this.timeMs += (flipped - seconds) * 1_000
  }

  /** Members until the size is reached; the wanted ones come when their place has been passed. */
  private frame(): void {
    const { bytes, random } = this
    const start = this.at
    const size = this.size()
    const timeAt = this.place(size)
    const userAt = this.place(size)
    const groupAt = this.options.groups > 0 ? this.place(size) : Infinity
    const timeFirst = random.below(2) === 0
    let timeLeft = true
    let userLeft = true
    let groupLeft = groupAt < Infinity
    this.wantedLeft = 2
    bytes[this.at++] = OBJECT_OPEN
    for (;;) {
      const filled = this.at - start
      if (timeLeft && filled >= timeAt && (timeFirst || !userLeft || filled < userAt)) {
        this.writeTime()
        timeLeft = false
      } else if (userLeft && filled >= userAt) {
        this.writeUser()
        userLeft = false
      } else if (groupLeft && filled >= groupAt) {
        this.writeGroup()
        groupLeft = false
      } else if (filled < size) {
        this.fill(size - filled)
      } else break
    }
    if (this.breakage === 'cut') {
      this.at = start + 1 + random.below(this.secondStart - start)
    } else if (bytes[this.at - 1] === COMMA) {
      bytes[this.at - 1] = OBJECT_CLOSE
    } else {
      bytes[this.at++] = OBJECT_CLOSE
    }
  }

  private size(): number {
    const { frameBytes, shape } = this.options
    if (frameBytes !== undefined) return frameBytes - 3
    if (shape === 'small') return FRAME_BYTES_MIN - 3
    if (shape === 'challenge') return 2_046 + this.random.below(80)
    // Many small ones, a few large ones, nothing missing in between.
    const share = this.random.real()
    return Math.floor(FRAME_BYTES_MIN * (1 + share * share * share * 33))
  }

  /** Half of the fields come first, a fifth early, the others anywhere in the first two thirds. */
  private place(size: number): number {
    const draw = this.random.below(10)
    if (draw < 5) return 0
    return this.random.below(draw < 7 ? size >> 3 : Math.floor((size * 2) / 3))
  }

  /** A piece that fits into `room`, or a short one. */
  private fill(room: number): void {
    const { shortCount, plainCount, nestedCount } = this.fragments
    const { random } = this
    const nested = room > 300 && random.below(5) === 0
    const index = nested
      ? shortCount + plainCount + random.below(nestedCount)
      : shortCount + random.below(plainCount)
    this.copyFragment(this.fits(index, room) ? index : random.below(shortCount))
  }

  private fits(index: number, room: number): boolean {
    const { starts } = this.fragments
    return starts[index + 1]! - starts[index]! <= room
  }

  private copyFragment(index: number): void {
    const start = this.fragments.starts[index]!
    const end = this.fragments.starts[index + 1]!
    this.bytes.copyWithin(this.at, start, end)
    this.at += end - start
  }

  private writeTime(): void {
    if (--this.wantedLeft === 0) this.secondStart = this.at
    if (this.breakage === 'no-time') return
    if (this.breakage === 'bad-time') {
      this.copy(text.badTime)
      return
    }
    this.copy(this.random.below(SPACED_ONE_IN) === 0 ? text.tsSpaced : text.ts)
    const { timeUnit } = this.options
    const value = timeUnit === 's' ? Math.floor(this.timeMs / 1_000) : this.timeMs
    this.at = writeNumber(this.bytes, this.at, value)
    this.bytes[this.at++] = COMMA
  }

  private writeUser(): void {
    if (--this.wantedLeft === 0) this.secondStart = this.at
    if (this.breakage === 'no-key') return
    if (this.breakage === 'bad-key') {
      this.copy(text.badKey)
      return
    }
    this.copy(this.random.below(SPACED_ONE_IN) === 0 ? text.uidSpaced : text.uid)
    const start = this.at
    // The first eight digits are a bijection of the user's number: no two users share a uid.
    const first = mix32(this.user ^ this.seedMix)
    const second = mix32(first ^ 0x5bd1_e995)
    this.at = writeHex(this.bytes, this.at, first, 8)
    this.at = writeHex(this.bytes, this.at, second, 8)
    this.at = writeHex(this.bytes, this.at, mix32(second + 1), UID_DIGITS - 16)
    if (this.random.below(ESCAPED_UID_ONE_IN) === 0) {
      this.at = escapeInPlace(this.bytes, start + this.random.below(UID_DIGITS), this.at)
    }
    this.copy(text.close)
  }

  /** A user stays in one group; the first groups are the largest. */
  private writeGroup(): void {
    const { groups } = this.options
    const draw = mix32(this.user ^ ~this.seedMix)
    const share = (draw / 2 ** 32) ** 2
    this.copy(text.country)
    this.at = writeLetters(this.bytes, this.at, Math.floor(share * groups))
    this.copy(text.close)
  }

  private copy(piece: Uint8Array): void {
    this.bytes.set(piece, this.at)
    this.at += piece.length
  }

  private garbage(): void {
    const { bytes, random } = this
    bytes[this.at++] = GARBAGE
    for (let left = random.below(GARBAGE_BYTES_MAX); left > 0; left--) {
      const byte = random.below(256)
      bytes[this.at++] = byte === NEWLINE ? GARBAGE : byte
    }
  }
}

function reasonOf(breakage: Breakage): BrokenReason {
  return breakage === 'cut' || breakage === 'garbage' || breakage === 'none' ? 'bad-json' : breakage
}
