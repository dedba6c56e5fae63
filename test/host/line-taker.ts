import type { Progress, Source, Taker } from '../../src/port/source.ts'

/** Takes lines as the extractor does: whole ones, and whatever exceeds `frameBytesMax`. */
export class LineTaker implements Taker {
  readonly frames: string[] = []
  readonly progresses: Progress[] = []
  calls = 0
  tooLong = 0
  private skipping = false
  private readonly frameBytesMax: number

  private line: number

  constructor(frameBytesMax = 1 << 20, line = 0) {
    this.frameBytesMax = frameBytesMax
    this.line = line
  }

  nextLine(): number {
    return this.line
  }

  lines(_partition: number, bytes: Uint8Array, start: number, end: number, last: boolean): number {
    this.calls++
    let at = start
    for (;;) {
      const newline = bytes.subarray(at, end).indexOf(10)
      if (newline === -1) break
      this.take(bytes, at, at + newline)
      at += newline + 1
    }
    if (last && at < end) {
      this.take(bytes, at, end)
      return end - start
    }
    if (end - at <= this.frameBytesMax && !this.skipping) return at - start
    if (!this.skipping) this.tooLong++
    this.skipping = true
    return end - start
  }

  records(): void {
    throw new Error('a file has no records')
  }

  progress(_partition: number, progress: Progress): void {
    this.progresses.push({ ...progress })
  }

  get position(): number {
    return this.progresses.at(-1)?.position ?? 0
  }

  private take(bytes: Uint8Array, start: number, end: number): void {
    this.line++
    if (this.skipping) this.skipping = false
    else this.frames.push(Buffer.from(bytes.subarray(start, end)).toString())
  }
}

/** Reads a source to its end. */
export async function drain(source: Source, taker: Taker, skip = 0): Promise<void> {
  await source.open(new Map([[0, skip]]))
  try {
    while (await source.poll(taker, 1_000));
  } finally {
    await source.close()
  }
}
