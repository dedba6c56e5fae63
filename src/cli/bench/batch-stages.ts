import { Arena } from '../../core/arena.ts'
import { limits } from '../../core/limits.ts'
import { BatchWalker } from '../../kafka/batch/record-batch.ts'
import { Unpacker } from '../../kafka/batch/unpacker.ts'
import type { RecordsSpan, Source } from '../../port/source.ts'
import type { Pass } from './rounds.ts'
import type { BatchSample, SampleBatch } from './sample.ts'
import type { Stopwatch } from './stopwatch.ts'
import { sampleSource } from './whole-count.ts'

/** What is done with batches before extraction: their checksums, and unpacking. Nothing here is kept. */
export function batchPasses(sample: BatchSample, cpu: Stopwatch): readonly Pass[] {
  const walker = walkerOf(sample, Arena.create())
  const timed = (part: string, work: (batch: SampleBatch) => void): Pass => {
    return note => {
      const started = cpu()
      for (const batch of sample.batches) work(batch)
      note(part, cpu() - started)
    }
  }
  const unpack = timed('decompress', batch => void stand(walker, batch).records())
  if (!sample.checkCrcs) return [unpack]
  return [timed('crc', batch => stand(walker, batch).verify()), unpack]
}

/** The batches in pieces as large as an answer of a broker has of a partition, each checked and unpacked. */
export function batchSource(sample: BatchSample): Source {
  const { batches, partitions, checkCrcs } = sample
  const arena = Arena.create()
  const walker = walkerOf(sample, arena)
  const source = sampleSource(partitions, () => {
    let next = 0
    return taker => {
      for (let size = 0; next < batches.length && size < limits.fetchPartitionBytesMax; next++) {
        const batch = batches[next]!
        const { partition, position, whole } = batch
        stand(walker, batch)
        if (checkCrcs) walker.verify()
        taker.records(partition, spanOf(walker, batch.records))
        const atEnd = next === batches.length - 1
        taker.progress(partition, { position, end: -1, atEnd })
        size += whole.length
      }
      return next < batches.length
    }
  })
  return { ...source, arena }
}

/** Unpacks as a reader of a topic does. */
function walkerOf({ name }: BatchSample, arena: Arena | undefined): BatchWalker {
  return new BatchWalker({ topic: name, partition: 0 }, new Unpacker(arena).unpack)
}

/** The walker on a batch that is known to be whole. */
function stand(walker: BatchWalker, { whole }: SampleBatch): BatchWalker {
  walker.begin(whole, 0, whole.length)
  walker.next()
  return walker
}

function spanOf(walker: BatchWalker, known: RecordsSpan): RecordsSpan {
  return { ...known, ...walker.records() }
}
