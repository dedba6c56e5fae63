import { readSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { failure } from '../core/errors.ts'
import type { ByteInput } from './byte-input.ts'

/**
 * A file read straight into the caller's buffer: no stream, no events, no buffer of its own. A regular
 * file is read on this thread: what the thread pool reads lies in another core's cache, and scanning
 * it from there cost a quarter more. Each read is a turn of the event loop, so timers and signals
 * are served between two of them.
 */
export class FileInput implements ByteInput {
  /** Size when it was opened; 0 for what has none (a named pipe). */
  readonly size: number
  readonly path: string
  private readonly handle: FileHandle

  private constructor(path: string, handle: FileHandle, size: number) {
    this.path = path
    this.handle = handle
    this.size = size
  }

  /** Errors: `input-missing`, `input-directory`, `input-denied`, `input-failed`. */
  static async open(path: string): Promise<FileInput> {
    let handle: FileHandle | undefined
    try {
      handle = await open(path, 'r')
      const stat = await handle.stat()
      if (stat.isDirectory()) throw failure('input-directory', { path })
      return new FileInput(path, handle, stat.isFile() ? stat.size : 0)
    } catch (error) {
      await handle?.close()
      throw inputFailure(path, error)
    }
  }

  /** To read it elsewhere in this process, at places of one's own. */
  get descriptor(): number {
    return this.handle.fd
  }

  async read(bytes: Uint8Array, at: number): Promise<number> {
    try {
      if (this.size > 0) {
        await nextTurn()
        return readSync(this.handle.fd, bytes, at, bytes.length - at, null)
      }
      const { bytesRead } = await this.handle.read(bytes, at, bytes.length - at, null)
      return bytesRead
    } catch (error) {
      throw inputFailure(this.path, error)
    }
  }

  async close(): Promise<void> {
    await this.handle.close()
  }
}

/** Reads up to `count` bytes at a place of a file that is open already; 0 at its end. Errors: `input-failed`. */
export function readFileAt(
  { file, path }: { readonly file: number; readonly path: string },
  bytes: Uint8Array,
  at: number,
  count: number,
  position: number
): number {
  try {
    return readSync(file, bytes, at, count, position)
  } catch (error) {
    throw inputFailure(path, error)
  }
}

/** The table's error for what the operating system says about reading `path`; other errors as they are. */
export function inputFailure(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return failure('input-missing', { path }, error)
    case 'EISDIR':
      return failure('input-directory', { path }, error)
    case 'EACCES':
    case 'EPERM':
      return failure('input-denied', { path }, error)
    default:
      return typeof error.code === 'string' && 'syscall' in error
        ? failure('input-failed', { path, problem: error.message }, error)
        : error
  }
}
