import type { Flush } from '../combine/combiner.ts'
import type { Reject } from '../combine/reject.ts'
import type { Merger } from '../merge/merger.ts'

/** How stage 1 hands its flushes to stage 2. Resolves when they cannot be lost any more. */
export interface Handover {
  deliver(flushes: readonly Flush[]): Promise<void>
}

/** Takes the frames that could not be counted. */
export type RejectSink = (rejects: readonly Reject[]) => Promise<void> | void

/** Both stages in one process: partials go over in memory, live sketches and all. */
export class MemoryHandover implements Handover {
  private readonly merger: Merger
  private readonly nowMs: () => number
  private readonly onRejects: RejectSink

  constructor(merger: Merger, nowMs: () => number, onRejects: RejectSink) {
    this.merger = merger
    this.nowMs = nowMs
    this.onRejects = onRejects
  }

  async deliver(flushes: readonly Flush[]): Promise<void> {
    for (const { partials, mark, rejects } of flushes) {
      for (const partial of partials) this.merger.takePartial(partial)
      this.merger.takeMark(mark, this.nowMs())
      if (rejects.length > 0) await this.onRejects(rejects)
    }
  }
}
