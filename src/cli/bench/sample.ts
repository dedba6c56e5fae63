import type { RecordsSpan } from '../../port/source.ts'

/** What reading cost that was done once: CPU time. */
export interface Reception {
  readonly bytes: number
  readonly microseconds: number
  /** What it includes, for people. */
  readonly what: string
}

/** Lines, as a file or a pipe hands them over. */
export interface LineSample {
  readonly kind: 'lines'
  /** Where it comes from, for people. */
  readonly name: string
  readonly bytes: Uint8Array
  /** Absent for frames that were generated. */
  readonly reception?: Reception
}

/** One batch as it is stored, and its records. */
export interface SampleBatch {
  /** Input partition, from 0, of those that are in the sample. */
  readonly partition: number
  /** With its header. */
  readonly whole: Buffer
  /** Unpacked; in `whole` itself where nothing is packed. */
  readonly records: RecordsSpan
  /** Offset behind it. */
  readonly position: number
}

/** Batches, as a broker hands them over. */
export interface BatchSample {
  readonly kind: 'batches'
  readonly name: string
  readonly partitions: number
  readonly batches: readonly SampleBatch[]
  /** Bytes of the batches as they are stored, and of their records. */
  readonly storedBytes: number
  readonly unpackedBytes: number
  /** Checksums are compared, as a count would do it. */
  readonly checkCrcs: boolean
  readonly reception: Reception
}

/** Frames in memory to measure with: bounded by `limits.sample…`. */
export type Sample = LineSample | BatchSample

/** Bytes that extracting reads. */
export function sampleBytes(sample: Sample): number {
  return sample.kind === 'lines' ? sample.bytes.length : sample.unpackedBytes
}
