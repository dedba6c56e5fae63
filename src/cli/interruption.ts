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
