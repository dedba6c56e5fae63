import type { ByteReader, ByteWriter } from '../core/bytes.ts'
import { COUNTED, TOMBSTONE, type Verdict, verdicts } from '../extract/columns.ts'

/*
 * Accounting in a mark: what became of every frame of the range. Tags are frozen, unknown ones are
 * kept out of the sums but do not stop a reader.
 *
 *     varint n | n × ( varint tag | varint count )
 *
 *     tag = code of `verdicts` (0 counted, 1 tombstone, 2… rejected by reason) | 64 late | 65 lost | 66 suspended
 */
const LATE = 64
const TAG_MAX = 127

/** Every frame read is in exactly one verdict; `late` is a share of the counted ones. */
export class Accounting {
  readonly byVerdict: Float64Array = new Float64Array(verdicts.length)
  late = 0

  get read(): number {
    let sum = 0
    for (const count of this.byVerdict) sum += count
    return sum
  }

  get counted(): number {
    return this.byVerdict[COUNTED]!
  }

  get rejected(): number {
    return this.read - this.counted - this.byVerdict[TOMBSTONE]!
  }

  add(other: Accounting): void {
    for (let i = 0; i < this.byVerdict.length; i++) this.byVerdict[i]! += other.byVerdict[i]!
    this.late += other.late
  }

  /** The reasons that occurred, most frequent first. */
  reasons(): { reason: Verdict; frames: number }[] {
    return verdicts
      .map((reason, code) => ({ reason, frames: this.byVerdict[code]! }))
      .filter(({ frames }, code) => frames > 0 && code > TOMBSTONE)
      .sort((left, right) => right.frames - left.frames)
  }

  write(writer: ByteWriter): void {
    const entries = [...this.byVerdict.entries()].filter(([, count]) => count > 0)
    if (this.late > 0) entries.push([LATE, this.late])
    writer.varint(entries.length)
    for (const [tag, count] of entries) writer.varint(tag).varint(count)
  }

  static read(reader: ByteReader): Accounting {
    const accounting = new Accounting()
    const entries = reader.varint()
    if (entries > TAG_MAX) throw reader.damaged('the accounting has too many entries')
    for (let i = 0; i < entries; i++) {
      const tag = reader.varint()
      const count = reader.varint()
      if (tag === LATE) accounting.late = count
      else if (tag < verdicts.length) accounting.byVerdict[tag] = count
    }
    return accounting
  }
}
