import type { Readable } from 'node:stream'
import { failure } from '../../core/errors.ts'
import { formatBytes } from '../../core/units.ts'
import { openInput } from '../../host/input.ts'

const READ_BYTES = 65_536

/**
 * All bytes of a file, or of standard input for `-`, decompressed when they are packed.
 * @throws input-…, and input-large beyond `bytesMax`
 */
export async function wholeInput(
  path: string,
  stdin: Readable,
  bytesMax: number
): Promise<Uint8Array> {
  const { name, bytes: input } = await openInput(path, stdin)
  try {
    let bytes = new Uint8Array(READ_BYTES)
    let end = 0
    for (;;) {
      const count = await input.read(bytes, end)
      if (count === 0) return bytes.subarray(0, end)
      end += count
      if (end > bytesMax) {
        throw failure('input-large', { path: name, limit: formatBytes(bytesMax) })
      }
      if (end < bytes.length) continue
      const larger = new Uint8Array(bytes.length * 2)
      larger.set(bytes)
      bytes = larger
    }
  } finally {
    await input.close()
  }
}
