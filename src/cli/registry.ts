import type { CommandEntry } from './command.ts'

interface RegistryRow {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<CommandEntry>
}

/** The commands in the order of the help. A command's module is loaded only when it is used. */
export const registry: readonly RegistryRow[] = [
  {
    name: 'count',
    summary: 'count distinct keys per window, from a topic, files or standard input',
    load: async () => (await import('./commands/count.ts')).countCommand
  },
  {
    name: 'results',
    summary: 'print the current results of an app from its topic',
    load: async () => (await import('./commands/results.ts')).resultsCommand
  },
  {
    name: 'status',
    summary: 'show where an app stands, who holds its results back, and why',
    load: async () => (await import('./commands/status.ts')).statusCommand
  },
  {
    name: 'app',
    summary: 'list, describe, provision, reset and resume apps, and change their input',
    load: async () => (await import('./commands/app.ts')).appCommand
  },
  {
    name: 'sketch',
    summary: 'read, merge and convert sketches in files, and compare their kinds',
    load: async () => (await import('./commands/sketch.ts')).sketchCommand
  },
  {
    name: 'topic',
    summary: 'create, list, describe and delete topics',
    load: async () => (await import('./commands/topic.ts')).topicCommand
  },
  {
    name: 'produce',
    summary: 'send JSON lines from files or standard input to a topic',
    load: async () => (await import('./commands/produce.ts')).produceCommand
  },
  {
    name: 'consume',
    summary: 'print the records of a topic',
    load: async () => (await import('./commands/consume.ts')).consumeCommand
  },
  {
    name: 'generate',
    summary: 'make frames for trying things out, with the true counts on request',
    load: async () => (await import('./commands/generate.ts')).generateCommand
  },
  {
    name: 'broker',
    summary: 'run a development broker on this machine: up, down, status, tools',
    load: async () => (await import('./commands/broker.ts')).brokerCommand
  },
  {
    name: 'bench',
    summary: 'measure how fast your own frames are counted, and where the time goes',
    load: async () => (await import('./commands/bench.ts')).benchCommand
  },
  {
    name: 'config',
    summary: 'show the configuration and where it comes from',
    load: async () => (await import('./commands/config.ts')).configCommand
  }
]
