/*
 * What a classic consumer group gives a member (Kafka's ConsumerProtocolAssignment, every version):
 *
 *     int16 version | int32 topics: ( int16 length, name | int32 partitions: int32 … ) | bytes user data
 */

/**
 * The partitions in an assignment, by topic. The bytes are the group's leader's: what cannot be read
 * ends the list.
 */
export function readAssignment(bytes: Buffer): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, readonly number[]>()
  let at = 2
  const take = (length: number): number => {
    at += length
    return at - length
  }
  try {
    const topics = bytes.readInt32BE(take(4))
    for (let i = 0; i < topics; i++) {
      const length = bytes.readInt16BE(take(2))
      if (length < 0) break
      const name = bytes.toString('utf8', take(length), at)
      const partitions: number[] = []
      const count = bytes.readInt32BE(take(4))
      for (let j = 0; j < count; j++) partitions.push(bytes.readInt32BE(take(4)))
      found.set(
        name,
        partitions.sort((left, right) => left - right)
      )
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return found
}
