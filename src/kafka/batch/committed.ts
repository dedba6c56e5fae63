import type { BatchWalker } from './record-batch.ts'
import { RecordWalker } from './record-walker.ts'

/** A transaction that ended in an abort, as a Fetch response lists it. */
export interface AbortedTransaction {
  readonly producerId: bigint
  readonly firstOffset: number
}

// The key of a control record: version 2, type 2. The value does not matter here.
const CONTROL_KEY_BYTES = 4
const ABORT = 0

/**
 * What a read-committed reader must not see, for one partition (KIP-98). The broker lists the aborted
 * transactions that touch what it returns; from a transaction's first offset its producer is aborting,
 * until its abort marker. The state outlives a response: the marker may come in a later one.
 */
export class CommittedFilter {
  private readonly aborting = new Set<bigint>()
  private ahead: readonly AbortedTransaction[] = []
  private reached = 0

  /** Takes the list of a new response. */
  begin(aborted: readonly AbortedTransaction[]): void {
    this.ahead = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset)
    this.reached = 0
  }

  /** True when the batch the walker stands on holds nothing for a reader. */
  skips(batch: BatchWalker): boolean {
    let first = this.ahead[this.reached]
    while (first !== undefined && first.firstOffset < batch.nextOffset) {
      this.aborting.add(first.producerId)
      first = this.ahead[++this.reached]
    }
    if (batch.control) {
      if (endsInAbort(batch)) this.aborting.delete(batch.producerId)
      return true
    }
    return batch.transactional && this.aborting.size > 0 && this.aborting.has(batch.producerId)
  }
}

// Compaction may leave a control batch without its record: then it marks nothing.
function endsInAbort(batch: BatchWalker): boolean {
  if (batch.count === 0) return false
  try {
    const { key } = new RecordWalker(batch.records()).next()
    if (key === null || key.length < CONTROL_KEY_BYTES) throw new Error('it has no marker')
    return key.readInt16BE(2) === ABORT
  } catch (error) {
    const problem = `control batch: ${error instanceof Error ? error.message : String(error)}`
    throw batch.corrupt(problem, batch.baseOffset, error)
  }
}
