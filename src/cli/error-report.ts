import { inspect } from 'node:util'
import { failure, HeadcountError } from '../core/errors.ts'
import { redact } from '../runtime/options/secrets.ts'

export interface ErrorReport {
  readonly text: string
  readonly exitStatus: number
}

/**
 * What a person gets to see of an error: what happened and its code, then the cure. With `debug`
 * the trace and the causes below. Known secrets are masked, whoever let them in.
 */
export function reportError(
  error: unknown,
  debug: boolean,
  secrets: readonly string[]
): ErrorReport {
  const known = error instanceof HeadcountError ? error : bug(error)
  const lines = [`headcount: ${oneLine(known.message)} [${known.code}]`]
  if (known.cure.trim() !== '') lines.push(`  → ${oneLine(known.cure)}`)
  if (debug) lines.push(inspect(error, { depth: 4 }))
  return { text: `${redact(lines.join('\n'), secrets)}\n`, exitStatus: known.exitStatus }
}

function bug(error: unknown): HeadcountError {
  const problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return failure('bug', { problem }, error)
}

/** Names and texts from outside may hold line ends and control characters: they are shown escaped. */
function oneLine(text: string): string {
  return text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}/gu, char => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
