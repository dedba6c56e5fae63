import { Accounting } from '../../src/combine/accounting.ts'
import { Combiner } from '../../src/combine/combiner.ts'
import { partitionOfGroup } from '../../src/combine/group.ts'
import { decodeMark, encodeMark, type MarkState } from '../../src/combine/mark.ts'
import { decodePartial, encodePartial, PARTIAL_TYPE } from '../../src/combine/partial.ts'
import { text, utf8 } from '../../src/core/bytes.ts'
import { HASH_SEED, murmur3x64128 } from '../../src/core/murmur3.ts'
import type { Random } from '../../src/core/random.ts'
import { BAD_JSON, COUNTED, Columns, FILTERED } from '../../src/extract/columns.ts'
import { MemoryCache } from '../../src/merge/memory-cache.ts'
import { Merger, type MergerOptions } from '../../src/merge/merger.ts'
import type { Emission } from '../../src/result/result-record.ts'
import { countSettings } from '../../src/runtime/count.ts'
import type { CountSettings } from '../../src/runtime/settings.ts'
import { groupTexts, type SimFrame, type World } from './event-time-world.ts'

const SOURCE = 'sim'

export const userHashes: readonly Uint32Array[] = Array.from({ length: 16 }, (_, user) => {
  const hash = new Uint32Array(4)
  const name = utf8(`user ${user}`)
  murmur3x64128(name, 0, name.length, HASH_SEED, hash)
  // The clock's fingerprint, so that the oracle can name it.
  hash[0] = user + 1
  return hash
})

interface Owner {
  combiner: Combiner
  /** Index of the next frame. */
  next: number
  /** What the last flush stored. */
  stored: { position: number; clockState: Uint8Array | undefined }
}

interface Task {
  merger: Merger
  readonly partials: Uint8Array[]
  taken: number
  readonly changelog: Map<string, Uint8Array>
}

/** How a history is played: what is done between two frames, and how often. */
export interface Manner {
  /** Stage 2 stops and is restored after every commit. */
  readonly restoreAlways: boolean
  /** Live sketches to keep; next to nothing sends everything through the state cache. */
  readonly memoryBytes: number
}

/** Both stages over one world, with flushes, commits, silences and restarts wherever chance puts them. */
export class EventTimeRun {
  readonly emissions: Emission[] = []
  readonly rejects: string[] = []
  readonly accounting = new Accounting()
  private readonly world: World
  private readonly random: Random
  private readonly manner: Manner
  private readonly settings: CountSettings
  private readonly columns = new Columns(16)
  private readonly owners: Owner[]
  private readonly tasks: Task[]
  private now = Date.UTC(2026, 5, 1)

  constructor(world: World, random: Random, manner: Manner) {
    this.world = world
    this.random = random
    this.manner = manner
    this.settings = countSettings(world.options)
    this.owners = world.partitions.map((frames, partition) => {
      const position = frames[0]!.offset
      const stored = { position, clockState: undefined }
      return { combiner: this.combiner(partition, position, undefined), next: 0, stored }
    })
    this.tasks = Array.from({ length: world.tasks }, (_, partition) => ({
      merger: this.merger(partition),
      partials: [],
      taken: 0,
      changelog: new Map<string, Uint8Array>()
    }))
  }

  /** Plays the whole history. */
  play(): void {
    const { random, owners } = this
    // Partitions may take turns, or one may come long after the others.
    const lastOne = random.below(3) === 0 ? random.below(owners.length) : -1
    const behind = (partition: number): boolean =>
      owners[partition]!.next < this.world.partitions[partition]!.length
    for (;;) {
      const open = owners.map((_, index) => index).filter(behind)
      if (open.length === 0) break
      const others = open.filter(index => index !== lastOne)
      const from = others.length > 0 ? others : open
      const partition = from[random.below(from.length)]!
      this.read(partition, 1 + random.below(12))
      if (random.below(3) === 0) this.flush(partition, 'behind')
      if (random.below(4) === 0) this.commit(false)
      if (random.below(25) === 0) this.replaceOwner(partition)
      if (random.below(12) === 0) this.replaceTask(random.below(this.tasks.length))
      if (random.below(15) === 0) this.now += random.below(600) * 1_000
    }
    this.finish()
  }

  /** Newest emission of each window. */
  get latest(): Map<string, Emission> {
    return new Map(this.emissions.map(emission => [emission.key, emission]))
  }

  /** The stored state of all tasks. */
  get changelog(): Map<string, Uint8Array> {
    return new Map(this.tasks.flatMap(({ changelog }) => [...changelog]))
  }

  get purgedFrames(): number {
    let frames = 0
    for (const { merger } of this.tasks) {
      for (const missed of merger.purge.missedFrames.values()) frames += missed
    }
    return frames
  }

  private finish(): void {
    for (const [partition, { combiner }] of this.owners.entries()) {
      if (this.world.bounded) combiner.end()
      this.flush(partition, this.world.bounded ? 'behind' : 'at-end')
    }
    if (this.world.bounded) for (const { merger } of this.tasks) merger.end()
    this.commit(true)
    this.accounting.suspended += 0
  }

  private read(partition: number, count: number): void {
    const owner = this.owners[partition]!
    const frames = this.world.partitions[partition]!.slice(owner.next, owner.next + count)
    owner.next += frames.length
    this.take(owner.combiner, frames)
    const last = frames.at(-1)
    if (last) owner.combiner.advance(last.offset + 1)
  }

  private take(combiner: Combiner, frames: readonly SimFrame[]): void {
    const { columns } = this
    const parts = frames.map(frame => utf8(rawFrame(frame)))
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
    columns.logAppendTime = this.world.logAppendTime
    columns.count = frames.length
    let at = 0
    for (const [row, frame] of frames.entries()) {
      bytes.set(parts[row]!, at)
      columns.start[row] = at
      at += parts[row]!.length
      columns.end[row] = at
      columns.offset[row] = frame.offset
      const broken = Number.isNaN(frame.time)
      columns.verdict[row] = frame.filtered ? FILTERED : broken ? BAD_JSON : COUNTED
      columns.time[row] = frame.time
      columns.recordTime[row] = frame.recordTime
      columns.group[row] = this.settings.fields.by!.length > 0 ? frame.group : 0
      const hash = userHashes[frame.user]!
      columns.h1lo[row] = hash[0]!
      columns.h1hi[row] = hash[1]!
      columns.h2lo[row] = hash[2]!
      columns.h2hi[row] = hash[3]!
    }
    combiner.take(columns, bytes)
  }

  private flush(partition: number, state: MarkState): void {
    const owner = this.owners[partition]!
    if (!owner.combiner.hasNews(state)) return
    const { partials, mark, rejects } = owner.combiner.flush(state)
    for (const reject of rejects) {
      const found = text(reject.bytes)
      const frame = this.world.partitions[partition]!.find(
        ({ offset }) => offset === reject.offset
      )!
      if (found !== rawFrame(frame))
        throw new Error(`the raw bytes of ${reject.offset} are ${found}`)
      this.rejects.push(`${partition}/${reject.offset} ${reject.reason}`)
    }
    this.accounting.add(mark.accounting)
    for (const partial of partials) {
      const task = this.tasks[partitionOfGroup(partial.group, this.tasks.length)]!
      task.partials.push(...encodePartial(partial))
    }
    for (const [index, task] of this.tasks.entries()) {
      task.partials.push(encodeMark(mark, index === 0))
    }
    owner.stored = { position: mark.range.to, clockState: mark.clockState }
  }

  private commit(sayAll: boolean): void {
    for (const [index, task] of this.tasks.entries()) {
      for (; task.taken < task.partials.length; task.taken++) {
        const bytes = task.partials[task.taken]!
        if (bytes[0] === PARTIAL_TYPE) task.merger.takePartial(decodePartial(bytes))
        else task.merger.takeMark(decodeMark(bytes), this.now)
      }
      let more = true
      while (more) {
        const commit = task.merger.commit({ nowMs: this.now, position: task.taken, sayAll })
        if (!commit) break
        for (const { key, value } of commit.state) {
          if (value) task.changelog.set(text(key), value)
          else task.changelog.delete(text(key))
        }
        this.emissions.push(...commit.results)
        more = commit.more
        if (this.manner.restoreAlways && !sayAll) this.replaceTask(index)
      }
    }
    this.now += this.random.below(5) * 1_000
  }

  /** Another instance reads the input on from what the last flush stored. */
  private replaceOwner(partition: number): void {
    const owner = this.owners[partition]!
    const { position, clockState } = owner.stored
    const frames = this.world.partitions[partition]!
    owner.combiner = this.combiner(partition, position, clockState)
    owner.next = frames.findIndex(({ offset }) => offset >= owner.combiner.readFrom)
    if (owner.next < 0) owner.next = frames.length
  }

  /** Another instance goes on with a task from its changelog; partials since then come again. */
  private replaceTask(partition: number): void {
    const task = this.tasks[partition]!
    task.merger = this.merger(partition)
    const restore = task.merger.restore()
    for (const [key, value] of task.changelog) restore.take(utf8(key), value)
    restore.finish(this.now)
    task.taken = task.merger.position
  }

  private combiner(
    partition: number,
    position: number,
    clockState: Uint8Array | undefined
  ): Combiner {
    const { settings } = this
    const groups = {
      text: (id: number) => (settings.fields.by!.length > 0 ? groupTexts[id]! : 'null')
    }
    const partitions = this.world.partitions.length
    const options = { ...settings, source: SOURCE, partition, partitions }
    return new Combiner(options, groups, position, clockState)
  }

  private merger(partition: number): Merger {
    const options: MergerOptions = {
      ...this.settings,
      by: this.settings.fields.by!,
      partition,
      sources: [SOURCE],
      memoryBytes: this.manner.memoryBytes,
      stored: true
    }
    return new Merger(options, new MemoryCache())
  }
}

function rawFrame(frame: SimFrame): string {
  return `{"at":${frame.offset},"ts":${frame.time}}`
}
