import { type ErrorCode, failure, HeadcountError, isFailure } from '../../core/errors.ts'

/** A protocol error of the broker, as the library reports it. */
interface BrokerError {
  readonly apiId: string
  readonly canRetry: boolean
  readonly message: string
  readonly serverErrorMessage: string | null
}

const NETWORK_PROBLEMS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'the name cannot be resolved now',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'connection timed out',
  EPIPE: 'connection closed',
  EACCES: 'not permitted by this machine'
}

// What OpenSSL calls the two usual mistakes.
const TLS_REASONS: Readonly<Record<string, string>> = {
  'wrong version number': 'it does not answer in TLS',
  'no start line': 'the certificate or key is not PEM text'
}

// A refused right, and what to grant for it.
const RIGHTS = {
  TOPIC_AUTHORIZATION_FAILED: 'Describe, Read and Write on the topic',
  GROUP_AUTHORIZATION_FAILED: 'Read on the consumer group',
  CLUSTER_AUTHORIZATION_FAILED: 'Create (or the named operation) on the cluster',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'Describe and Write on the transactional id'
} as const satisfies Readonly<Record<string, string>>

const ADVICE: Readonly<Record<string, string>> = {
  POLICY_VIOLATION: 'the cluster has a policy against it: ask its operator',
  INVALID_REPLICATION_FACTOR: 'ask for no more replicas than there are brokers',
  RECORD_TOO_LARGE: 'raise max.message.bytes of the topic',
  MESSAGE_TOO_LARGE: 'raise max.message.bytes of the topic',
  INVALID_TRANSACTION_TIMEOUT: 'raise transaction.max.timeout.ms of the brokers to 15000 or more',
  OFFSET_METADATA_TOO_LARGE: 'raise offset.metadata.max.bytes of the brokers to 4096 or more',
  NOT_ENOUGH_REPLICAS: 'too few replicas are in sync: check the other brokers',
  KAFKA_STORAGE_ERROR: 'the broker cannot use its disk: check it'
}

/** What went wrong on the network, in words. */
export function networkProblem(error: unknown): string {
  const code = codeOf(error)
  const known = code === undefined ? undefined : NETWORK_PROBLEMS[code]
  if (known !== undefined) return known
  const reason = error instanceof Error && 'reason' in error ? error.reason : undefined
  if (typeof reason === 'string') return TLS_REASONS[reason] ?? reason
  return error instanceof Error && error.message !== '' ? firstLine(error.message) : String(code)
}

/** True for the codes node gives certificate and handshake failures. */
export function isTlsProblem(error: unknown): boolean {
  const code = codeOf(error) ?? ''
  return /^(ERR_SSL|ERR_TLS|ERR_OSSL|EPROTO|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_)/.test(
    code
  )
}

/** The broker's error names in an error, through every cause: empty when none is there. */
export function brokerErrorIds(error: unknown): ReadonlySet<string> {
  return new Set(brokerErrors(error).map(found => found.apiId))
}

/** True when the broker named one of these errors, for example `NOT_LEADER_OR_FOLLOWER`. */
export function isBrokerError(error: unknown, ...ids: string[]): boolean {
  return brokerErrors(error).some(found => ids.includes(found.apiId))
}

/**
 * True when the same request may succeed later: connection trouble, or every error the broker named
 * says so. A connection cut off in its greeting counts too: brokers that stop or start do that.
 */
export function isRetriable(error: unknown): boolean {
  if (isFailure(error, 'broker-unreachable')) return true
  if (isFailure(error, 'broker-protocol')) return isFailure(error.cause, 'broker-unreachable')
  if (isFailure(error, 'broker-tls'))
    return NETWORK_PROBLEMS[codeOf(error.cause) ?? ''] !== undefined
  const found = brokerErrors(error)
  return found.length > 0 && found.every(each => each.canRetry)
}

/** True for an advertised address that nobody ever answered at: waiting does not cure that. */
export function isNeverReached(error: unknown): boolean {
  return isFailure(error, 'broker-unreachable') && isFailure(error.cause, 'broker-unreachable')
}

/** Turns what the library, node or a parser threw into an error of ours; ours pass unchanged. */
export function ourError(error: unknown, address: string, request: string): HeadcountError {
  if (error instanceof HeadcountError) return error
  const found = brokerErrors(error)[0]
  if (found !== undefined) return brokerFailure(found, address, request, error)
  if (isTlsProblem(error)) {
    return failure('broker-tls', { address, problem: networkProblem(error) }, error)
  }
  if (NETWORK_PROBLEMS[codeOf(error) ?? ''] !== undefined) {
    return failure('broker-unreachable', { address, problem: networkProblem(error) }, error)
  }
  const problem = `unreadable answer to ${request}: ${networkProblem(error)}`
  return failure('broker-protocol', { address, problem }, error)
}

/** The error of ours for a code in the middle of a response, as Fetch has them per partition. */
export function brokerFailure(
  found: BrokerError,
  address: string,
  request: string,
  cause?: unknown
): HeadcountError {
  const id = found.apiId
  const problem = `${id}: ${firstLine(found.serverErrorMessage ?? found.message)}`
  const right = (RIGHTS as Readonly<Record<string, string>>)[id]
  if (right !== undefined) return failure('broker-denied', { request, problem: id, right }, cause)
  if (/^(SASL_AUTHENTICATION_FAILED|ILLEGAL_SASL_STATE|UNSUPPORTED_SASL_MECHANISM)$/.test(id)) {
    return failure('broker-auth', { address, problem }, cause)
  }
  if (id === 'UNSUPPORTED_VERSION') {
    return failure('broker-old', { address, feature: request }, cause)
  }
  const advice = ADVICE[id] ?? (found.canRetry ? 'try again' : 'check the broker’s log')
  return failure('broker-refused', { request, problem, advice }, cause)
}

/**
 * A refused right with the name of what it is about: that of the call tells nobody which one is missing.
 * Other errors than `id` pass unchanged.
 */
export function denialNamed(
  error: unknown,
  id: keyof typeof RIGHTS,
  request: string,
  right: string = RIGHTS[id]
): unknown {
  if (!isFailure(error, 'broker-denied') || !isBrokerError(error, id)) return error
  return failure('broker-denied', { request, problem: id, right }, error.cause)
}

/** `broker-tls` and the like, whose details are an address and a problem. */
export function addressFailure(
  code: Extract<ErrorCode, 'broker-unreachable' | 'broker-protocol' | 'broker-tls' | 'broker-auth'>,
  address: string,
  problem: string,
  cause?: unknown
): HeadcountError {
  return failure(code, { address, problem }, cause)
}

function brokerErrors(error: unknown, depth = 0): BrokerError[] {
  if (typeof error !== 'object' || error === null || depth > 8) return []
  if ('apiId' in error && typeof error.apiId === 'string') return [error as BrokerError]
  const nested = 'errors' in error && Array.isArray(error.errors) ? error.errors : []
  const cause = 'cause' in error ? [error.cause] : []
  return [...nested, ...cause].flatMap(inner => brokerErrors(inner, depth + 1))
}

function codeOf(error: unknown): string | undefined {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.trim()
}
