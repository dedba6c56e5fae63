import { failure } from '../../core/errors.ts'
import { addressFailure, isBrokerError, ourError } from './client-errors.ts'
import * as K from './client-library.ts'
import { CLIENT_ID } from './options.ts'
import { connectionOf, type Sender } from './sender.ts'

/** What a broker can do: versions by API key, and the cluster's finalized features. */
export interface BrokerVersions {
  readonly apis: ReadonlyMap<number, { readonly min: number; readonly max: number }>
  readonly features: ReadonlyMap<string, number>
}

const FETCH = 1
const FETCH_VERSION = 17
const CLIENT_VERSION = '1'

/** Asks for the versions: the first words on every connection, and the test that this is Kafka. */
export async function negotiate(sender: Sender, address: string): Promise<BrokerVersions> {
  const answer = await ask(sender, address)
  const apis = new Map(
    answer.apiKeys.map(api => [api.apiKey, { min: api.minVersion, max: api.maxVersion }])
  )
  const fetch = apis.get(FETCH)
  if (fetch === undefined) throw addressFailure('broker-protocol', address, 'it serves no Fetch')
  if (fetch.max < FETCH_VERSION) throw failure('broker-old', { address, feature: 'Fetch v17' })
  const features = new Map(
    (answer.finalizedFeatures ?? []).map(feature => [feature.name, feature.maxVersionLevel])
  )
  return { apis, features }
}

async function ask(sender: Sender, address: string): Promise<K.ApiVersionsResponse> {
  try {
    return await K.apiVersionsV3.api.async(connectionOf(sender), CLIENT_ID, CLIENT_VERSION)
  } catch (error) {
    if (isBrokerError(error, 'UNSUPPORTED_VERSION')) {
      throw failure('broker-old', { address, feature: 'ApiVersions v3' }, error)
    }
    throw ourError(error, address, 'ApiVersions')
  }
}
