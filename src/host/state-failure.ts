import { failure, type HeadcountError } from '../core/errors.ts'

/** SQLite's result code, the lower 8 bits of `errcode`: sqlite.org/rescode.html */
export const SQLITE_BUSY = 5
const SQLITE_FULL = 13

export function resultCode(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: unknown }
  return typeof errcode === 'number' ? errcode & 0xff : undefined
}

/** What SQLite, the file system or zstd threw, as `state-dir-full` or `state-dir-failed`. */
export function stateFailure(folder: string, error: unknown): HeadcountError {
  const full =
    resultCode(error) === SQLITE_FULL ||
    ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')
  if (full) return failure('state-dir-full', { folder }, error)
  const problem = error instanceof Error ? error.message : String(error)
  return failure('state-dir-failed', { folder, problem }, error)
}
