// A member of a group in a process of its own, for tests that kill it or let it stand still; spoken to
// by IPC. Arguments: bootstrap, protocol, group, topic, session in ms of the classic protocol.
import { isFailure } from '../../src/core/errors.ts'
import { Cluster } from '../../src/kafka/connection/cluster.ts'
import { createMembership, type GroupProtocol } from '../../src/kafka/group/group-protocol.ts'
import type { Asked, Told } from './remote-member.ts'

const [bootstrap = '', protocol = '', group = '', topic = '', session] = process.argv.slice(2)
const cluster = await Cluster.connect({ brokers: bootstrap.split(',') })
const member = createMembership(cluster, {
  group,
  topic,
  sessionMs: Number(session),
  groupProtocol: protocol as GroupProtocol
})
const tell = (told: Told) => process.send?.(told)
member.onChange(partitions => tell({ what: 'owns', partitions }))
process.on('message', (asked: Asked) => void answer(asked))
// Whoever asked is gone.
process.on('disconnect', () => process.exit())
tell({ what: 'ready' })

async function answer({ id, call, partition, offset }: Asked): Promise<void> {
  try {
    const partitions = call === 'join' ? await member.join() : []
    if (call === 'commit') await member.commit(new Map([[partition, { offset, metadata: '' }]]))
    tell({ what: 'done', id, partitions })
  } catch (error) {
    tell({ what: 'failed', id, lost: isFailure(error, 'group-lost'), problem: String(error) })
  }
}
