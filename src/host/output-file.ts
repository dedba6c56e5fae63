import { type FileHandle, open } from 'node:fs/promises'
import { failure } from '../core/errors.ts'

/** A file that is written whole, from its beginning. */
export interface OutputFile {
  /** Resolves when the bytes are the system's, so that their memory can be used again. */
  write(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
}

/** Creates or replaces a file. Errors, here and from `write`: `output-failed`. */
export async function openOutput(path: string): Promise<OutputFile> {
  const handle: FileHandle = await open(path, 'w').catch(error => {
    throw outputFailure(path, error)
  })
  return {
    async write(bytes) {
      try {
        for (let at = 0; at < bytes.length; ) {
          at += (await handle.write(bytes, at, bytes.length - at)).bytesWritten
        }
      } catch (error) {
        throw outputFailure(path, error)
      }
    },
    close: () => handle.close()
  }
}

function outputFailure(path: string, error: unknown): Error {
  const problem = error instanceof Error ? error.message : String(error)
  return failure('output-failed', { path, problem }, error)
}
