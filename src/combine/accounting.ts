import type { ByteReader, ByteWriter } from '../core/bytes.ts'
import { COUNTED, FILTERED, TOMBSTONE, type Verdict, verdicts } from '../extract/columns.ts'

/*
 * Accounting in a mark: what became of every frame of the range. Tags are frozen, unknown ones are
 * kept out of the sums but do not stop a reader.
 *
 *     varint n | n × ( varint tag | signed count )      version 2; version 1 had varint counts
 *
 *     tag = code of `verdicts` (0 counted, 1 tombstone, 2… rejected by reason)
 *         | 64 late | 65 lost | 66 suspended (newly minus decided) | 67 read
 *         | 96 + i too late for the i-th asked size and counted for larger ones
 */
const LATE = 64
const LOST = 65
const SUSPENDED = 66
const READ = 67
const TOO_LATE = 96
const SIZES_MAX = 31
const TAG_MAX = 127

/**
 * Every frame of the range is in exactly one of the verdicts, suspended, or lost, so
 * `read = Σ byVerdict + suspended + lost`, in every range and in their sum. A frame suspended in one range and
 * decided in another counts +1 in the first and −1 in the second.
 */
export class Accounting {
  readonly byVerdict: Float64Array = new Float64Array(verdicts.length)
  /** Frames of the range, with those that were lost. */
  read = 0
  /** A share of the counted ones. */
  late = 0
  /**
   * Frames that were gone before they could be counted: records before the first one that the log kept, as
   * far as offsets tell, and frames that were suspended and were not there when they were read again.
   */
  lost = 0
  /** Frames waiting for their neighbours to decide; in a range, the change of it. */
  suspended = 0
  /** By bit of the mask: frames counted for larger sizes, but too late for this one. */
  readonly tooLate: Float64Array = new Float64Array(SIZES_MAX)

  get counted(): number {
    return this.byVerdict[COUNTED]!
  }

  /** Refused for a reason; tombstones and filtered frames are not. */
  get rejected(): number {
    let sum = 0
    for (let code = 0; code < verdicts.length; code++) {
      if (isReject(code)) sum += this.byVerdict[code]!
    }
    return sum
  }

  clear(): void {
    this.byVerdict.fill(0)
    this.tooLate.fill(0)
    this.read = 0
    this.late = 0
    this.lost = 0
    this.suspended = 0
  }

  add(other: Accounting): void {
    for (let i = 0; i < this.byVerdict.length; i++) this.byVerdict[i]! += other.byVerdict[i]!
    for (let i = 0; i < SIZES_MAX; i++) this.tooLate[i]! += other.tooLate[i]!
    this.read += other.read
    this.late += other.late
    this.lost += other.lost
    this.suspended += other.suspended
  }

  /** The reasons that occurred, most frequent first. */
  reasons(): { reason: Verdict; frames: number }[] {
    return verdicts
      .map((reason, code) => ({ reason, code, frames: this.byVerdict[code]! }))
      .filter(({ frames, code }) => frames > 0 && isReject(code))
      .map(({ reason, frames }) => ({ reason, frames }))
      .sort((left, right) => right.frames - left.frames)
  }

  write(writer: ByteWriter): void {
    const entries: [number, number][] = [...this.byVerdict.entries()]
    entries.push([LATE, this.late], [LOST, this.lost], [SUSPENDED, this.suspended])
    entries.push([READ, this.read])
    for (const [bit, frames] of this.tooLate.entries()) entries.push([TOO_LATE + bit, frames])
    const said = entries.filter(([, count]) => count !== 0)
    writer.varint(said.length)
    for (const [tag, count] of said) writer.varint(tag).signed(count)
  }

  /** @throws format-damaged */
  static read(reader: ByteReader): Accounting {
    const accounting = new Accounting()
    const entries = reader.varint()
    if (entries > TAG_MAX) throw reader.damaged('the accounting has too many entries')
    for (let i = 0; i < entries; i++) {
      const tag = reader.varint()
      const count = reader.signed()
      if (tag !== SUSPENDED && count < 0) throw reader.damaged('a count is negative')
      accounting.set(tag, count)
    }
    return accounting
  }

  private set(tag: number, count: number): void {
    if (tag === LATE) this.late = count
    else if (tag === LOST) this.lost = count
    else if (tag === SUSPENDED) this.suspended = count
    else if (tag === READ) this.read = count
    else if (tag >= TOO_LATE && tag < TOO_LATE + SIZES_MAX) this.tooLate[tag - TOO_LATE] = count
    else if (tag < verdicts.length) this.byVerdict[tag] = count
  }
}

function isReject(code: number): boolean {
  return code !== COUNTED && code !== TOMBSTONE && code !== FILTERED
}
