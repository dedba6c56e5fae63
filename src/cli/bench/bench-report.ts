import { formatBytes, formatCount } from '../../core/units.ts'
import { FILTERED, TOMBSTONE } from '../../extract/columns.ts'
import type { Terminal } from '../terminal.ts'
import { formatTable } from '../text-table.ts'
import { type Sample, sampleBytes } from './sample.ts'
import { type BenchResult, type Stage, stages } from './sample-bench.ts'

const DAY_SECONDS = 86_400
/** With fewer frames the start of every pass is a part of what is measured. */
const FRAMES_FEW = 10_000
/** The headers of records that are not packed make up for less than this. */
const PACKED_MIN = 1.05

/** One line of the result. */
export interface BenchRow {
  readonly stage: Stage | 'sum' | 'whole'
  readonly nsPerFrame: number
  /** Of the sum; absent for the whole. */
  readonly share?: number
  /** Absent where it took no time that could be measured. */
  readonly framesPerSecond?: number
  /** Absent for stages that look at columns instead of bytes. */
  readonly bytesPerSecond?: number
}

/** Stages that look at bytes as they are stored, and at those of the frames. */
const ON_STORED: ReadonlySet<string> = new Set(['receive', 'crc'])
const ON_BYTES: ReadonlySet<string> = new Set(['decompress', 'extract', 'sum', 'whole'])

/** The stages that there are, their sum, and the whole count. */
export function benchRows({ sample, frames, stages: times, wholeUs }: BenchResult): BenchRow[] {
  const sum = [...times.values()].reduce((total, time) => total + time, 0)
  const unpacked = sampleBytes(sample)
  const stored = sample.kind === 'lines' ? unpacked : sample.storedBytes
  const row = (stage: BenchRow['stage'], microseconds: number): BenchRow => {
    const bytes = ON_STORED.has(stage) ? stored : ON_BYTES.has(stage) ? unpacked : 0
    return {
      stage,
      nsPerFrame: (microseconds * 1_000) / frames,
      ...(stage !== 'whole' && { share: sum > 0 ? microseconds / sum : 0 }),
      ...(microseconds > 0 && { framesPerSecond: (frames * 1e6) / microseconds }),
      ...(microseconds > 0 && bytes > 0 && { bytesPerSecond: (bytes * 1e6) / microseconds })
    }
  }
  const rows = stages.filter(stage => times.has(stage)).map(stage => row(stage, times.get(stage)!))
  return [...rows, row('sum', sum), row('whole', wholeUs)]
}

/** The result as lines of JSON: one for the sample, one for each row. */
export function benchLines(result: BenchResult): string {
  const { sample, frames, leftFrames, answer } = result
  const { accounting, flushes, partials, results } = answer
  const { counted, late, byVerdict } = accounting
  const head = {
    stage: 'sample',
    name: sample.name,
    frames,
    bytes: sampleBytes(sample),
    ...(sample.kind === 'batches' && {
      storedBytes: sample.storedBytes,
      batches: sample.batches.length,
      partitions: sample.partitions
    }),
    kernel: leftFrames === undefined ? 'plain' : 'wasm',
    ...(leftFrames !== undefined && { left: leftFrames }),
    counted,
    late,
    filtered: byVerdict[FILTERED]!,
    tombstones: byVerdict[TOMBSTONE]!,
    rejected: Object.fromEntries(accounting.reasons().map(each => [each.reason, each.frames])),
    flushes,
    partials,
    results
  }
  return [head, ...benchRows(result)].map(each => `${JSON.stringify(each)}\n`).join('')
}

/** The result for people. */
export function benchTable(
  result: BenchResult,
  format: 'table' | 'csv',
  terminal: Terminal
): string {
  const rows = benchRows(result)
  const isTable = format === 'table'
  const cells = rows.map(({ stage, nsPerFrame, share, bytesPerSecond, framesPerSecond }) => [
    stage,
    nsPerFrame.toFixed(nsPerFrame < 10 ? 1 : 0),
    share === undefined ? '' : (share * 100).toFixed(1),
    bytesPerSecond === undefined ? '' : (bytesPerSecond / 1e6).toFixed(0),
    framesPerSecond === undefined ? '' : rateText(framesPerSecond, isTable),
    whatOf(stage, result)
  ])
  const head = ['stage', 'ns per frame', 'share %', 'MB/s', 'frames/s', 'what it is']
  const table = formatTable(head, cells, format, terminal)
  if (!isTable) return table
  return `${sampleLine(result)}\n\n${table}\n${notes(result, rows).join('\n')}\n`
}

function sampleLine({ sample, frames }: BenchResult): string {
  const bytes = sampleBytes(sample)
  const size = `${formatCount(frames)} frames of ${formatBytes(bytes / frames)}, ${formatBytes(bytes)}`
  return `${sample.name}: ${size}${storedText(sample)}`
}

function storedText(sample: Sample): string {
  if (sample.kind === 'lines') return ''
  const { batches, partitions, storedBytes, unpackedBytes } = sample
  const of = `${batches.length} batches of ${partitions} partition${partitions === 1 ? '' : 's'}`
  const ratio = unpackedBytes / storedBytes
  const packed = ratio < PACKED_MIN ? '' : `, packed ${ratio.toFixed(1)}:1`
  return `; ${of}, ${formatBytes(storedBytes)} as stored${packed}`
}

function whatOf(stage: BenchRow['stage'], { sample, answer }: BenchResult): string {
  const { flushes, partials, results } = answer
  switch (stage) {
    case 'receive':
      return sample.reception!.what
    case 'crc':
      return 'CRC-32C of the batches'
    case 'decompress':
      return 'batches into records, as they are stored'
    case 'extract':
      return 'framing and fields: measured with the hash, which is taken off'
    case 'hash':
      return 'MurmurHash3 of the keys, by itself'
    case 'clock':
      return 'the clock of each partition, by itself'
    case 'sketch':
      return 'panes, sketches, flush: the combiner less the clock'
    case 'merge':
      return `${partials} partials in ${flushes} flush${flushes === 1 ? '' : 'es'} into windows`
    case 'emit':
      return `${results} results: windows united and closed, estimates, lines`
    case 'sum':
      return 'of the stages above'
    case 'whole':
      return 'a count of the sample in memory with its start, without receive'
  }
}

function notes(result: BenchResult, rows: readonly BenchRow[]): string[] {
  const of = (stage: BenchRow['stage']): BenchRow | undefined =>
    rows.find(row => row.stage === stage)
  const { framesPerSecond = 0, nsPerFrame } = of('sum')!
  const day = formatCount(framesPerSecond * DAY_SECONDS)
  const lines = [`a core counts ${formatCount(framesPerSecond)} frames per second, ${day} a day`]
  const parts = nsPerFrame - (of('receive')?.nsPerFrame ?? 0)
  const more = (of('whole')!.nsPerFrame / parts - 1) * 100
  const compared = `${Math.abs(more).toFixed(0)} % ${more < 0 ? 'less' : 'more'}`
  if (Number.isFinite(more)) lines.push(`the whole takes ${compared} than its parts together`)
  return [...lines, ...frameNotes(result), ...stageNotes(result)]
}

/** What became of the frames, and why they may be slow. */
function frameNotes({ frames, leftFrames, answer: { accounting } }: BenchResult): string[] {
  const { counted, late, byVerdict } = accounting
  const lines: string[] = []
  if (leftFrames === undefined) {
    lines.push('extracted by the plain extractor: no kernel here takes these options')
  } else if (leftFrames === 0) lines.push('the kernel took every frame')
  else {
    const share = (leftFrames / frames) * 100
    const why = 'escapes in keys, times as text, damage, a last line without its end'
    lines.push(
      `the kernel left ${leftFrames} frames (${share.toFixed(share < 10 ? 2 : 0)} %) to its plain twin: ${why}`
    )
  }
  const asides = [
    [late, 'late'],
    [byVerdict[FILTERED]!, 'filtered'],
    [byVerdict[TOMBSTONE]!, 'tombstones']
  ].filter(([count]) => count !== 0)
  lines.push([`${counted} counted`, ...asides.map(aside => aside.join(' '))].join(', '))
  const reasons = accounting.reasons().map(each => `${each.reason} ${each.frames}`)
  if (reasons.length > 0) lines.push(`rejected: ${reasons.join(', ')}`)
  return lines
}

function stageNotes({ sample, frames, stages: times }: BenchResult): string[] {
  const lines: string[] = []
  if (sample.reception && !times.has('receive')) {
    lines.push('receive is not told: too little was read to measure it')
  }
  if (!times.has('hash')) lines.push('extract holds the hash: keys of this sort are not told apart')
  if (sample.kind === 'batches') {
    if (!times.has('crc')) lines.push('checksums are not compared (--no-check-crcs)')
    lines.push('on a topic partials and results also go through Kafka, once a second: not in here')
  }
  if (frames < FRAMES_FEW) lines.push('a small sample: the figures are rough')
  return lines
}

function rateText(framesPerSecond: number, isTable: boolean): string {
  return isTable ? formatCount(framesPerSecond) : framesPerSecond.toFixed(0)
}
