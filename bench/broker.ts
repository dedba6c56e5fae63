import { startBroker } from '../src/broker/index.ts'

/** Runs `work` against a development broker in a temporary folder, and takes it down again. */
export async function developmentBroker(work: (bootstrap: string) => Promise<void>): Promise<void> {
  const broker = await startBroker({ machine: process, onProgress: line => console.error(line) })
  try {
    await work(broker.bootstrap)
  } finally {
    await broker.stop()
  }
}
