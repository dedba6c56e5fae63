import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { failure } from '../core/errors.ts'

/**
 * Refuses to write over what is read: an output that is one of the inputs, whatever the paths say.
 * Throws `output-is-input`.
 */
export function refuseSameFile(output: string, inputs: readonly string[]): void {
  for (const input of inputs) {
    if (isSameFile(output, input)) throw failure('output-is-input', { path: output })
  }
}

function isSameFile(left: string, right: string): boolean {
  if (resolve(left) === resolve(right)) return true
  const [one, other] = [left, right].map(path => statSync(path, { throwIfNoEntry: false }))
  // Devices and pipes may be both; only a file can be overwritten.
  return one?.isFile() === true && other?.ino === one.ino && other.dev === one.dev
}
