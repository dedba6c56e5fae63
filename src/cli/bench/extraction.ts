import { limits } from '../../core/limits.ts'
import { Columns } from '../../extract/columns.ts'
import { createExtractor } from '../../extract/create.ts'
import type { Extractor } from '../../extract/extractor.ts'
import { KernelExtractor } from '../../extract/kernel-extractor.ts'
import { SanityCheck } from '../../runtime/sanity-check.ts'
import type { CountSettings } from '../../runtime/settings.ts'
import type { BatchSample, LineSample, Sample } from './sample.ts'

/** What one call of the extractor gave, kept for the stages behind it. */
export interface Extracted {
  readonly partition: number
  readonly columns: Columns
  /** What the spans in the columns point into. */
  readonly bytes: Uint8Array
  /** Offset of the next frame of the partition. */
  readonly position: number
  /** What the ids of groups in the columns are places in; another list where a flush is due. */
  readonly groups: readonly string[]
}

/** Called after each call of the extractor. */
type Take = (partition: number, bytes: Uint8Array, position: number) => void

/** The extractor of a count, over a sample. */
export class Extraction {
  private readonly extractor: Extractor
  private readonly settings: CountSettings
  private readonly sample: Sample

  constructor(sample: Sample, settings: CountSettings) {
    this.sample = sample
    this.settings = settings
    // As in a count of files: all groups in one partition.
    this.extractor = createExtractor({ ...settings.fields, groupPartitions: 1 })
  }

  /** Rows so far that the kernel left to its plain twin; undefined where there is no kernel. */
  get leftRows(): number | undefined {
    return this.extractor instanceof KernelExtractor ? this.extractor.leftRows : undefined
  }

  /** One pass over the sample. */
  pass(take: Take = () => {}): void {
    this.extractor.groups.clear()
    if (this.sample.kind === 'lines') this.passLines(this.sample, take)
    else this.passBatches(this.sample, take)
  }

  /** A pass that keeps its columns. @throws nothing-counted, as a count would */
  keep(): readonly Extracted[] {
    const { extractor } = this
    const { columns } = extractor
    const sanity = new SanityCheck(extractor, this.settings.fields)
    const kept: Extracted[] = []
    let groups: string[] = []
    this.pass((partition, bytes, position) => {
      if (columns.count === 0) return
      sanity.observe(bytes, columns)
      if (extractor.groups.size < groups.length) groups = []
      while (groups.length < extractor.groups.size) {
        groups.push(extractor.groups.text(groups.length))
      }
      kept.push({ partition, columns: copyOf(columns), bytes, position, groups })
    })
    sanity.end()
    return kept
  }

  private passLines({ bytes }: LineSample, take: Take): void {
    const { extractor } = this
    extractor.nextLine = 0
    let at = 0
    // The rest of a line is handed over again with what the next read brings.
    for (let end = 0; end < bytes.length; ) {
      end = Math.min(bytes.length, end + limits.readBytes)
      for (let from = -1; from !== at && at < end; ) {
        from = at
        at = extractor.lines(bytes, from, end, end === bytes.length)
        take(0, bytes, extractor.nextLine)
      }
      this.forgetGroups()
    }
  }

  private passBatches({ batches }: BatchSample, take: Take): void {
    const { extractor } = this
    for (const { partition, records, position } of batches) {
      extractor.beginRecords(records)
      while (extractor.records()) take(partition, records.bytes, position)
      this.forgetGroups()
    }
  }

  /** Where a count would flush because there are so many. */
  private forgetGroups(): void {
    const { groups } = this.extractor
    if (groups.size >= limits.groupsPerFlushMax) groups.clear()
  }
}

function copyOf(columns: Columns): Columns {
  const { count } = columns
  const copy = new Columns(count)
  copy.count = count
  copy.logAppendTime = columns.logAppendTime
  for (const name of NAMES) copy[name].set(columns[name].subarray(0, count))
  return copy
}

const NAMES = [
  'verdict',
  'time',
  'recordTime',
  'h1lo',
  'h1hi',
  'h2lo',
  'h2hi',
  'offset',
  'group',
  'start',
  'end'
] as const
