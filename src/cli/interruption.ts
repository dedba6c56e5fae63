import { failure } from '../core/errors.ts'

/**
 * SIGINT and SIGTERM: the first one asks the command to finish, the second one ends the process at
 * once, for whoever cannot wait.
 */
export function watchInterruption(): AbortSignal {
  const controller = new AbortController()
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort(failure('interrupted', { state: 'stopped before the end' }))
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  return controller.signal
}

/** The work's outcome, or the signal's reason as soon as it aborts: for work that cannot be asked. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason as Error)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
