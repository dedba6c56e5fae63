/** A frame of Kafka's protocol begins with its size. */
const SIZE_BYTES = 4

/** Puts the pieces of a connection together to whole frames, each with its size in front. */
export class KafkaFrames {
  private pieces: Buffer[] = []
  private held = 0

  /** The frames that are whole with these bytes. */
  take(bytes: Buffer): Buffer[] {
    this.pieces.push(bytes)
    this.held += bytes.length
    if (this.held < SIZE_BYTES) return []
    const frames: Buffer[] = []
    if (this.pieces[0]!.length < SIZE_BYTES) this.join()
    while (this.held >= SIZE_BYTES) {
      const whole = SIZE_BYTES + this.pieces[0]!.readInt32BE(0)
      if (this.held < whole) break
      this.join()
      frames.push(this.pieces[0]!.subarray(0, whole))
      this.pieces = [this.pieces[0]!.subarray(whole)]
      this.held -= whole
    }
    return frames
  }

  private join(): void {
    if (this.pieces.length > 1) this.pieces = [Buffer.concat(this.pieces)]
  }
}
