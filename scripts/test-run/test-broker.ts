import type { RunningBroker } from '../../src/broker/index.ts'
import { isFailure } from '../../src/core/errors.ts'

/** Where the integration tests find their broker. */
export const BROKERS_VARIABLE = 'HEADCOUNT_TEST_BROKERS'

export type TestBroker =
  | { readonly brokers: string; readonly stop: () => Promise<unknown> }
  | { readonly missing: string }

/**
 * One broker for all integration tests: the one the environment names, which is left running, or
 * one of our own on a free port. `missing` says why there can be none; any other trouble throws.
 */
export async function testBroker(signal: AbortSignal): Promise<TestBroker> {
  const named = process.env[BROKERS_VARIABLE]
  if (named) return { brokers: named, stop: () => Promise.resolve() }
  const { startBroker } = await import('../../src/broker/index.ts')
  let broker: RunningBroker
  try {
    broker = await startBroker({
      machine: process,
      onProgress: line => console.log(`  ${line}`),
      signal
    })
  } catch (error) {
    if (!isFailure(error, 'java-missing', 'kafka-missing')) throw error
    return { missing: `${error.message}; ${error.cure}` }
  }
  return { brokers: broker.bootstrap, stop: () => broker.stop() }
}
