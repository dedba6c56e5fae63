import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brokerFiles, type FolderSettings, parseJson, writeWhole } from './broker-folder.ts'
import { type BrokerAccess, type BrokerUser, usesSasl, usesTls } from './broker-options.ts'
import { makeAuthority, makeCertificate } from './certificate.ts'

const USER_NAMES: readonly UserName[] = ['admin', 'app']
type UserName = BrokerUser['name']

/** Passwords and certificates of a folder: made once, readable by their owner only. */
export interface Secrets {
  readonly caPath: string
  /** Key and certificate of the nodes in one file, as Kafka wants them. */
  readonly serverPath: string
  readonly users: readonly Required<BrokerUser>[]
}

/** Reads the folder's secrets, or makes them. */
export async function folderSecrets(folder: string, settings: FolderSettings): Promise<Secrets> {
  const at = brokerFiles.secrets(folder)
  await mkdir(at, { recursive: true, mode: 0o700 })
  const passwords = await folderPasswords(join(at, 'passwords.json'))
  const secrets: Secrets = {
    caPath: join(at, 'ca.pem'),
    serverPath: join(at, 'server.pem'),
    users: USER_NAMES.map(name => ({
      name,
      password: passwords[name],
      certificatePath: join(at, `${name}.pem`),
      keyPath: join(at, `${name}.key`),
      propertiesPath: join(at, `${name}.properties`)
    }))
  }
  if (usesTls(settings.security)) await makeCertificates(secrets)
  for (const user of secrets.users) {
    await writeSecret(user.propertiesPath, await clientSettings(settings, secrets, user))
  }
  return secrets
}

/** The part of the secrets that a client of this listener needs. */
export function accessOf(settings: FolderSettings, secrets: Secrets): BrokerAccess {
  const { security } = settings
  const tls = usesTls(security)
  const sasl = usesSasl(security)
  const users = secrets.users.map(
    ({ name, password, certificatePath, keyPath, propertiesPath }) => ({
      name,
      propertiesPath,
      ...(sasl ? { password } : {}),
      ...(tls ? { certificatePath, keyPath } : {})
    })
  )
  return {
    security,
    ...(tls ? { caPath: secrets.caPath } : {}),
    users: security === 'plaintext' ? [] : users
  }
}

async function folderPasswords(path: string): Promise<Record<UserName, string>> {
  const known = parseJson(await readFile(path, 'utf8').catch(() => '')) as
    | Record<UserName, string>
    | undefined
  if (known && USER_NAMES.every(name => typeof known[name] === 'string')) return known
  const made = { admin: newPassword(), app: newPassword() }
  await writeWhole(path, made)
  return made
}

/** Letters, digits, `-` and `_` only: it needs no quoting in any configuration syntax. */
function newPassword(): string {
  return randomBytes(18).toString('base64url')
}

async function makeCertificates(secrets: Secrets): Promise<void> {
  if (await readFile(secrets.serverPath).catch(() => undefined)) return
  const now = Date.now()
  const authority = makeAuthority('headcount development authority', now)
  await writeSecret(secrets.caPath, authority.certificate)
  for (const user of secrets.users) {
    const { certificate, key } = makeCertificate(user.name, now, authority)
    await writeSecret(user.certificatePath, certificate)
    await writeSecret(user.keyPath, key)
  }
  // Last, since its presence says that all are there.
  const server = makeCertificate('localhost', now, authority)
  await writeSecret(secrets.serverPath, server.key + server.certificate)
}

/** The settings of a client in Java's names. */
async function clientSettings(
  settings: FolderSettings,
  secrets: Secrets,
  user: Secrets['users'][number]
): Promise<string> {
  const { security } = settings
  const lines: string[] = []
  if (usesTls(security)) {
    lines.push('ssl.truststore.type=PEM', `ssl.truststore.location=${secrets.caPath}`)
  }
  if (security === 'tls') {
    const key = await readFile(user.keyPath, 'utf8')
    const certificate = await readFile(user.certificatePath, 'utf8')
    lines.push('ssl.keystore.type=PEM', `ssl.keystore.key=${oneLine(key)}`)
    lines.push(`ssl.keystore.certificate.chain=${oneLine(certificate)}`)
  }
  if (usesSasl(security)) {
    const module = 'org.apache.kafka.common.security.scram.ScramLoginModule'
    lines.push('sasl.mechanism=SCRAM-SHA-512')
    lines.push(
      `sasl.jaas.config=${module} required username="${user.name}" password="${user.password}";`
    )
  }
  const tls = usesTls(security)
  const protocol = usesSasl(security)
    ? tls
      ? 'SASL_SSL'
      : 'SASL_PLAINTEXT'
    : tls
      ? 'SSL'
      : 'PLAINTEXT'
  return `${[`security.protocol=${protocol}`, ...lines].join('\n')}\n`
}

function oneLine(pem: string): string {
  return pem.trim().replace(/\r?\n/g, '\\n')
}

async function writeSecret(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 })
}
