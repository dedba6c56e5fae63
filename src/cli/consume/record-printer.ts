import { Buffer } from 'node:buffer'
import type { ReadRecord, RecordReader } from '../../kafka/fetch/record-reader.ts'
import type { Terminal } from '../terminal.ts'
import type { ReadRange } from './read-range.ts'
import type { RecordFormat } from './record-format.ts'

const POLL_MS = 500

export interface PrinterOptions {
  readonly stdout: Terminal
  readonly format: RecordFormat
  readonly limit: number
  readonly signal: AbortSignal
  /** After each poll, with the next offset of every partition that moved. */
  readonly onPrinted?: (next: ReadonlyMap<number, number>) => Promise<void>
}

/** Prints records in the order they come until the range, the limit or the patience ends. */
export class RecordPrinter {
  printed = 0
  private readonly options: PrinterOptions

  constructor(options: PrinterOptions) {
    this.options = options
  }

  get done(): boolean {
    return this.printed >= this.options.limit || this.options.signal.aborted
  }

  /** True when there is nothing left to print, false when `interrupted` says to stop. */
  async print(
    reader: RecordReader,
    range: ReadRange,
    interrupted: () => boolean = () => false
  ): Promise<boolean> {
    while (!this.done && !interrupted()) {
      if (this.passed(reader, range)) return true
      const records = await reader.poll(POLL_MS)
      if (interrupted()) return false
      const next = await this.printSome(records, reader, range)
      if (next.size > 0) await this.options.onPrinted?.(next)
    }
    return this.done
  }

  private async printSome(
    records: readonly ReadRecord[],
    reader: RecordReader,
    { starts, stops }: ReadRange
  ): Promise<Map<number, number>> {
    const { format, limit, stdout } = this.options
    const parts: Uint8Array[] = []
    const next = new Map<number, number>()
    const cut = records.length > limit - this.printed
    for (const record of records) {
      if (this.printed >= limit) break
      if (record.offset >= (stops?.get(record.partition) ?? Infinity)) continue
      format(record, parts)
      this.printed++
      next.set(record.partition, record.offset + 1)
    }
    if (parts.length > 0) await stdout.write(Buffer.concat(parts))
    // What was read whole is passed with its control records.
    if (!cut) {
      for (const partition of starts.keys()) {
        const position = reader.progress(partition)?.position
        if (position !== undefined && next.has(partition)) next.set(partition, position)
      }
    }
    return next
  }

  private passed(reader: RecordReader, { starts, stops }: ReadRange): boolean {
    if (!stops) return false
    return [...starts].every(([partition, start]) => {
      const position = reader.progress(partition)?.position ?? start
      return position >= (stops.get(partition) ?? 0)
    })
  }
}
