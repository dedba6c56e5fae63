import { appNameOf, checkAppName, topicNames, topicOf } from '../../app/names.ts'
import { failure } from '../../core/errors.ts'
import { nearest } from '../../core/nearest.ts'
import type { Cluster } from '../../kafka/connection/cluster.ts'
import type { CommandContext } from '../command.ts'

const CONTROL = topicOf('', 'control')

/**
 * The app that a command is about: `--app`, or the name that counting this topic and key gives it.
 * Throws `option-missing`, `option-value`.
 */
export function namedApp({ options }: CommandContext): string {
  const app = options.get('app')
  if (app !== undefined) return checkAppName(app)
  const topics = topicNames(options.need('topic', 'the name of the app'))
  return appNameOf(undefined, topics, options.need('key', 'its name'))
}

/** Names of the apps that may be there, by their control topics: somebody else may have such names. */
export async function possibleApps(cluster: Cluster): Promise<string[]> {
  const topics = await cluster.topics()
  return topics
    .filter(topic => topic.endsWith(CONTROL) && topic.length > CONTROL.length)
    .map(topic => topic.slice(0, -CONTROL.length))
}

/** The error for an app that is not there, with the nearest one that is. */
export async function appMissing(cluster: Cluster, app: string, cause?: unknown): Promise<Error> {
  const close = nearest(app, await possibleApps(cluster))
  const suggestion =
    close === undefined
      ? 'start it with: headcount count --topic …; headcount app list shows the ones there are'
      : `did you mean ${close}? headcount app list shows the ones there are`
  return failure('app-missing', { app, address: cluster.address, suggestion }, cause)
}
