import { limits } from '../core/limits.ts'
import { type Reject, rejectOf } from '../core/reject.ts'
import { verdicts } from '../extract/columns.ts'

/** Memory of a reject beside its bytes. */
const REJECT_BYTES = 64

/** The raw frames of one flush that were refused, while there is room. */
export class HeldRejects {
  private readonly source: string
  private readonly partition: number
  private list: Reject[] = []
  private bytes = 0
  private dropped = 0

  constructor(source: string, partition: number) {
    this.source = source
    this.partition = partition
  }

  /** Time to hand them over. */
  get full(): boolean {
    return this.bytes >= limits.rejectsPerFlushBytesMax
  }

  /** Keeps a frame; without room it is only counted as dropped. */
  keep(offset: number, code: number, frame: Uint8Array): void {
    if (this.bytes >= limits.rejectsHeldBytesMax) {
      this.dropped++
      return
    }
    const reject = rejectOf(this.source, this.partition, offset, verdicts[code]!, frame)
    this.list.push(reject)
    this.bytes += reject.bytes.length + REJECT_BYTES
  }

  /** Hands them over and begins anew. */
  drain(): { readonly rejects: readonly Reject[]; readonly rejectsDropped: number } {
    const { list: rejects, dropped: rejectsDropped } = this
    this.list = []
    this.bytes = 0
    this.dropped = 0
    return { rejects, rejectsDropped }
  }
}
