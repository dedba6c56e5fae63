// A member of a group in a process of its own, for tests that kill it.
// Arguments: bootstrap, group, topic, session in ms. Prints the partitions it owns.
import { Cluster } from '../../src/kafka/connection/cluster.ts'
import { ClassicMembership } from '../../src/kafka/group/membership.ts'

const [bootstrap = '', group = '', topic = '', session] = process.argv.slice(2)
const cluster = await Cluster.connect({ brokers: bootstrap.split(',') })
const member = new ClassicMembership(cluster, { group, topic, sessionMs: Number(session) })
const owned = await member.join()
process.stdout.write(`${owned.join()}\n`)
