import type { LogName } from '../port/log.ts'
import { combineGroup, mergeGroup, topicOf } from './names.ts'

export type Operation = 'Read' | 'Write' | 'Describe' | 'DescribeConfigs' | 'Delete' | 'Create'

/** Operations that a user needs on one resource of the cluster. */
export interface Right {
  readonly resource: 'topic' | 'group' | 'transactional-id'
  readonly name: string
  /** True when it is meant for every name that begins like this. */
  readonly prefixed?: boolean
  readonly operations: readonly Operation[]
  readonly purpose: string
}

/**
 * What an app's topics are used for. Write and Read hold Describe; it is named all the same, for
 * authorizers that don't know that. DescribeConfigs: a start checks the settings. Delete on partials:
 * stage 2 deletes the records that it has stored (DeleteRecords).
 */
const OWN: Readonly<Record<LogName, readonly [readonly Operation[], string]>> = {
  partials: [
    ['Describe', 'DescribeConfigs', 'Read', 'Write', 'Delete'],
    'stage 1 writes it, stage 2 reads it and deletes what is stored'
  ],
  windows: [['Describe', 'DescribeConfigs', 'Read', 'Write'], 'the state'],
  counts: [['Describe', 'DescribeConfigs', 'Read', 'Write'], 'the results; Read is for people'],
  rejects: [['Describe', 'DescribeConfigs', 'Write'], 'rejected frames'],
  control: [['Describe', 'DescribeConfigs', 'Read', 'Write'], 'the app record']
}

/** Everything that counting needs, least first; nothing more. The topics exist already. */
export function countingRights(app: string, inputs: readonly string[]): readonly Right[] {
  const logs = Object.keys(OWN) as LogName[]
  return [
    ...inputs.map(
      (name): Right => ({
        resource: 'topic',
        name,
        operations: ['Describe', 'Read'],
        purpose: 'the input'
      })
    ),
    ...logs.map((log): Right => {
      const [operations, purpose] = OWN[log]
      return { resource: 'topic', name: topicOf(app, log), operations, purpose }
    }),
    ...[combineGroup(app), mergeGroup(app)].map(
      (name): Right => ({
        resource: 'group',
        name,
        operations: ['Describe', 'Read'],
        purpose: 'who counts which partition, and how far it is'
      })
    ),
    {
      resource: 'transactional-id',
      name: `${app}-`,
      prefixed: true,
      operations: ['Describe', 'Write'],
      purpose: 'one for each task'
    }
  ]
}

/** What `app reset` needs beside them. */
export function resetRights(app: string): readonly Right[] {
  const purpose = 'only for app reset'
  const operations: readonly Operation[] = ['Delete']
  const topics = (Object.keys(OWN) as LogName[]).map(
    (log): Right => ({ resource: 'topic', name: topicOf(app, log), operations, purpose })
  )
  const groups = [combineGroup(app), mergeGroup(app)].map(
    (name): Right => ({ resource: 'group', name, operations, purpose })
  )
  return [...topics, ...groups]
}
