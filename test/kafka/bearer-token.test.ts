import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readLoginToken } from '../../src/host/login-token.ts'
import { bearerToken } from '../../src/kafka/connection/bearer-token.ts'
import type { SaslSettings } from '../../src/kafka/connection/options.ts'

const folder = mkdtempSync(join(tmpdir(), 'headcount-token-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const mechanism = 'OAUTHBEARER'
const NOW = 1_700_000_000_000
const tokenOf = (settings: SaslSettings, nowMs: number) =>
  bearerToken(settings, readLoginToken, nowMs)

/** A token of so many seconds, told apart by a name. */
function jwt(name: string, seconds: number): string {
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')
  return `${part({ alg: 'none' })}.${part({ sub: name, exp: NOW / 1_000 + seconds })}.`
}

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

test('a token from a file is kept for most of its life, then read again', async () => {
  const settings = { mechanism, tokenFile: file('a', `${jwt('first', 100)}\n`) } as const
  assert.equal(await tokenOf(settings, NOW), jwt('first', 100))
  file('a', jwt('second', 1_000))
  assert.equal(await tokenOf(settings, NOW + 79_000), jwt('first', 100))
  assert.equal(await tokenOf(settings, NOW + 80_000), jwt('second', 1_000))
})

test('a token that still lives is used while no newer one can be had, and not a moment longer', async () => {
  const settings = { mechanism, tokenFile: file('b', jwt('first', 100)) } as const
  await tokenOf(settings, NOW)
  rmSync(settings.tokenFile)
  assert.equal(await tokenOf(settings, NOW + 99_000), jwt('first', 100))
  await assert.rejects(tokenOf(settings, NOW + 100_000), /token file .*there is no such file/)
})

test('a token of another kind is read at each login', async () => {
  const settings = { mechanism, tokenFile: file('c', 'opaque-1') } as const
  assert.equal(await tokenOf(settings, NOW), 'opaque-1')
  file('c', 'opaque-2')
  assert.equal(await tokenOf(settings, NOW), 'opaque-2')
})

test('a command is run once for all connections that wait for it', async () => {
  const runs = join(folder, 'runs')
  const tokenCommand = `echo >> '${runs}'; wc -l < '${runs}' | tr -d ' '`
  const settings = { mechanism, tokenCommand } as const
  const tokens = await Promise.all([tokenOf(settings, NOW), tokenOf(settings, NOW)])
  assert.deepEqual(tokens, ['1', '1'])
})

test('a command that fails says so, without its words', async () => {
  const settings = { mechanism, tokenCommand: 'echo s3cret; exit 3' } as const
  await assert.rejects(tokenOf(settings, NOW), error => {
    assert.match(String(error), /the token command brought none: it ended with 3/)
    return !/s3cret/.test(String(error))
  })
  const nothing = { mechanism, tokenCommand: 'true' } as const
  await assert.rejects(tokenOf(nothing, NOW), /what should be a token is none/)
})

test('an unsigned token names the user and ends', async () => {
  const settings = { mechanism, username: 'alice', unsecuredToken: true } as const
  const [head, claims, signature] = (await tokenOf(settings, NOW)).split('.')
  const read = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString())
  assert.deepEqual([read(head), signature], [{ alg: 'none' }, ''])
  const iat = NOW / 1_000
  assert.deepEqual(read(claims), { sub: 'alice', iat, exp: iat + 3_600 })
})
