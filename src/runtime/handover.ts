import type { Flush } from '../combine/combiner.ts'
import type { Merger } from '../merge/merger.ts'
import type { RejectSink } from '../port/sink.ts'

/** How stage 1 hands its flushes to stage 2. */
export interface Handover {
  /** By slot. Resolves with those that count: the others' partitions are not ours any more. */
  deliver(flushes: ReadonlyMap<number, Flush>): Promise<ReadonlyMap<number, Flush>>
}

/** Both stages in one process: partials go over in memory, live sketches and all. */
export class MemoryHandover implements Handover {
  private readonly merger: Merger
  private readonly nowMs: () => number
  private readonly rejects: RejectSink | undefined

  constructor(merger: Merger, nowMs: () => number, rejects: RejectSink | undefined) {
    this.merger = merger
    this.nowMs = nowMs
    this.rejects = rejects
  }

  async deliver(flushes: ReadonlyMap<number, Flush>): Promise<ReadonlyMap<number, Flush>> {
    for (const { partials, mark, rejects } of flushes.values()) {
      for (const partial of partials) this.merger.takePartial(partial)
      this.merger.takeMark(mark, this.nowMs())
      for (const reject of rejects) this.rejects?.keep(reject)
    }
    return flushes
  }
}
