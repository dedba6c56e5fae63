import { failure } from '../core/errors.ts'
import type { Membership } from '../port/log.ts'

/** Joins; a stop ends the wait for members that may be dead. */
export async function joined(
  membership: Membership,
  stop: AbortSignal
): Promise<readonly number[]> {
  const partitions = await Promise.race([membership.join(), once(stop).then(() => undefined)])
  if (partitions) return partitions
  throw failure('interrupted', { state: 'stopped before the count began' })
}

/** Resolves when the signal aborts. */
export function once(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
}
